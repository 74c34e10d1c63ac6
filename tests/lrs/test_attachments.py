"""Attachments in and out (Communication 1.5, Data 2.4.11), in both versions."""

import hashlib
import json

import pytest

from leadline.lrs.multipart import Part, join, split

from .world import number, read, refusal, statement

pytestmark = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)

PHOTO = b"\x89PNG\r\n\r\n--not a boundary\r\n\x00\xff"
NOTE = "Grüße".encode()


def sha2(content, algorithm="sha256"):
    return hashlib.new(algorithm, content).hexdigest()


def attachment(content, algorithm="sha256", **more):
    return {
        "usageType": "https://example.org/photo",
        "display": {"en": "Photo"},
        "contentType": "image/png",
        "length": len(content),
        "sha2": sha2(content, algorithm),
        **more,
    }


def part(content, **headers):
    named = {
        "Content-Type": "image/png",
        "Content-Transfer-Encoding": "binary",
        "X-Experience-API-Hash": sha2(content),
    }
    changed = named | {key.replace("_", "-"): value for key, value in headers.items()}
    return Part({key: value for key, value in changed.items() if value is not None}, content)


def send(player, value, *parts, first="application/json"):
    body = json.dumps(value).encode()
    content_type, mixed = join([Part({"Content-Type": first}, body), *parts])
    return player.ask("POST", body=mixed, headers={"content-type": content_type})


def received(reply):
    """The JSON of a multipart reply and its attachments, by hash."""
    assert reply.headers["content-type"].startswith("multipart/mixed")
    first, *rest = split(reply.headers["content-type"], reply.body)
    assert first.media_type == "application/json"
    for each in rest:
        assert each.headers["content-transfer-encoding"] == "binary"
        assert each.media_type == "image/png"
    return json.loads(first.content), {
        each.headers["x-experience-api-hash"]: each.content for each in rest
    }


def test_an_attachment_comes_back_octet_by_octet(player):
    """Communication 1.5.2"""
    sent = statement(1, attachments=[attachment(PHOTO)])
    assert send(player, sent, part(PHOTO)).status == 200
    kept, contents = received(player.get(statementId=number(1), attachments="true"))
    assert kept["attachments"] == sent["attachments"]
    assert contents == {sha2(PHOTO): PHOTO}


def test_a_put_takes_attachments_too(player):
    """Communication 2.1.1"""
    value = json.dumps(statement(attachments=[attachment(PHOTO)])).encode()
    content_type, body = join([Part({"Content-Type": "application/json"}, value), part(PHOTO)])
    reply = player.ask(
        "PUT", body=body, headers={"content-type": content_type}, statementId=number(1)
    )
    assert reply.status == 204
    assert received(player.get(statementId=number(1), attachments="true"))[1]


def test_without_attachments_true_the_answer_is_json(player):
    """Communication 2.1.3"""
    send(player, statement(1, attachments=[attachment(PHOTO)]), part(PHOTO))
    for query in ({}, {"attachments": "false"}):
        reply = player.get(statementId=number(1), **query)
        assert reply.headers["content-type"] == "application/json"
        assert read(reply)["attachments"][0]["sha2"] == sha2(PHOTO)


def test_attachments_true_is_multipart_even_where_there_are_none(player):
    """Communication 2.1.3"""
    player.post(statement(1))
    result, contents = received(player.get(attachments="true"))
    assert ([each["id"] for each in result["statements"]], contents) == ([number(1)], {})


def test_a_page_holds_an_attachment_once_though_two_statements_share_it(player):
    """Communication 1.5.2"""
    batch = [statement(n, attachments=[attachment(PHOTO)]) for n in (1, 2)]
    assert send(player, batch, part(PHOTO)).status == 200
    reply = player.get(attachments="true", format="ids")
    result, contents = received(reply)
    assert len(result["statements"]) == 2
    assert contents == {sha2(PHOTO): PHOTO}
    assert reply.body.count(PHOTO) == 1


def test_an_attachment_of_a_substatement_is_kept_too(player):
    """Data 2.4.4.3, 2.4.11"""
    inner = statement() | {"objectType": "SubStatement", "attachments": [attachment(NOTE)]}
    sent = statement(1, what=inner)
    assert player.post(sent).status == 400
    assert send(player, sent, part(NOTE)).status == 200
    assert received(player.get(attachments="true"))[1] == {sha2(NOTE): NOTE}


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_each_sha2_length_is_understood(player, algorithm):
    """Data 2.4.11"""
    sent = statement(1, attachments=[attachment(NOTE, algorithm)])
    hashed = part(NOTE, X_Experience_API_Hash=sha2(NOTE, algorithm))
    assert send(player, sent, hashed).status == 200


def test_hashes_match_in_either_case(player):
    sent = statement(1, attachments=[attachment(NOTE) | {"sha2": sha2(NOTE).upper()}])
    assert send(player, sent, part(NOTE)).status == 200
    assert list(received(player.get(attachments="true"))[1].values()) == [NOTE]


def test_json_takes_attachments_that_are_elsewhere(player):
    """Communication 1.5.1"""
    elsewhere = attachment(PHOTO, fileUrl="https://files.example.org/photo.png")
    assert player.post(statement(1, attachments=[elsewhere])).status == 200
    assert received(player.get(attachments="true"))[1] == {}


def test_json_refuses_an_attachment_without_file_url(player):
    """Communication 1.5.1"""
    assert refusal(player.post(statement(1, attachments=[attachment(PHOTO)]))) == (
        400,
        "attachments",
    )


def test_multipart_may_carry_no_attachment_or_only_such_that_are_elsewhere(player):
    """Communication 1.5.2; 2.0 4.1.3"""
    assert send(player, statement(1)).status == 200
    elsewhere = attachment(PHOTO, fileUrl="https://files.example.org/photo.png")
    assert send(player, statement(2, attachments=[elsewhere])).status == 200


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        ([PHOTO], []),
        ([PHOTO], [part(NOTE)]),
        ([PHOTO], [part(PHOTO), part(NOTE)]),
        ([], [part(PHOTO)]),
        ([PHOTO], [part(PHOTO, X_Experience_API_Hash=None)]),
        ([PHOTO], [part(PHOTO, X_Experience_API_Hash=sha2(NOTE))]),
        ([PHOTO], [part(PHOTO, X_Experience_API_Hash="abc")]),
        ([PHOTO], [part(PHOTO, Content_Transfer_Encoding=None)]),
        ([PHOTO], [part(PHOTO, Content_Transfer_Encoding="base64")]),
    ],
)
def test_parts_and_attachments_must_match_by_hash(player, named, sent):
    """Communication 1.5.2"""
    value = statement(1, attachments=[attachment(each) for each in named])
    assert refusal(send(player, value, *sent))[0] == 400
    assert player.found() == []


def test_the_first_part_is_json(player):
    """Communication 1.5.2"""
    assert refusal(send(player, statement(1), first="text/plain")) == (400, "part 1")


def test_a_refused_batch_leaves_no_attachment_behind(player):
    player.post(statement(1))
    other = statement(1, did="failed", attachments=[attachment(PHOTO)])
    assert send(player, other, part(PHOTO)).status == 409
    assert player.parts.log.attachment(sha2(PHOTO)) is None


def test_a_content_type_written_over_two_lines_cannot_add_a_header(player):
    """RFC 2046: a part's headers end at the first empty line."""
    folded = attachment(PHOTO) | {"contentType": "image/png\r\n\r\n; name=x"}
    assert send(player, statement(1, attachments=[folded]), part(PHOTO)).status == 200
    assert received(player.get(attachments="true"))[1] == {sha2(PHOTO): PHOTO}


def test_a_page_is_cut_where_its_attachments_grow_too_large_and_more_goes_on(player, monkeypatch):
    monkeypatch.setattr("leadline.lrs.reads.ATTACHMENTS_LIMIT_BYTES", 25)
    for n in range(1, 6):
        content = bytes([n]) * 10
        send(player, statement(n, attachments=[attachment(content)]), part(content))
    seen, reply = [], player.get(attachments="true")
    while True:
        result, contents = received(reply)
        seen.append([int(each["id"][-1]) for each in result["statements"]])
        assert sorted(contents.values()) == sorted(bytes([n]) * 10 for n in seen[-1])
        if not result["more"]:
            break
        reply = player.follow(result["more"])
    assert seen == [[5, 4], [3, 2], [1]]
