"""Preconditions on documents (Communication 3.1; 2.0 4.1.4): nobody's update is lost unseen."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import product
from threading import Barrier, Event

import pytest

from leadline.statements import identifier_of
from leadline.store.documents import Content, Context

from .papers import ATTEMPT, DRAWERS, LADDERS, state
from .world import BEN, read, refusal

WRONG = '"0000000000000000000000000000000000000000"'
WRITERS = 4
WAIT_SECONDS = 10
TURNS_EACH = 8

BOTH_VERSIONS = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)
EACH = pytest.mark.parametrize("drawer", list(DRAWERS), indirect=True)
PROFILES = pytest.mark.parametrize("drawer", list(DRAWERS)[1:], indirect=True)


@EACH
@BOTH_VERSIONS
def test_the_etag_is_the_sha1_of_the_contents_in_quotes(drawer):
    """3.1: 40 lower-case hex digits; every GET has one"""
    assert drawer.keep("a", b"abc", content_type="text/plain") == (
        '"a9993e364706816aba3e25717850c26c9cd0d89d"'
    )
    assert drawer.get().headers["etag"].strip('"').isalnum()


@EACH
@BOTH_VERSIONS
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_if_match_holds_for_the_tag_of_what_is_there(drawer, method):
    """3.1: 412 and no change for another tag"""
    tag = drawer.keep("a", {"page": 1})
    for wrong in (WRONG, tag.strip('"'), f"W/{tag}", "", f"{WRONG}, W/{tag}"):
        reply = drawer.ask(method, "a", {"page": 2}, {"if-match": wrong})
        assert refusal(reply) == (412, "If-Match"), wrong
        assert read(drawer.get("a")) == {"page": 1}
    assert drawer.ask(method, "a", {"page": 2}, {"if-match": tag}).status == 204
    after = drawer.get("a")
    if method == "DELETE":
        assert after.status == 404
    else:
        assert read(after) == {"page": 2}
        assert after.headers["etag"] != tag


@EACH
@BOTH_VERSIONS
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_if_match_takes_several_tags_and_the_star(drawer, method):
    """RFC 9110 13.1.1"""
    for given in ("{tag}", f"{WRONG}, {{tag}}", "*"):
        tag = drawer.keep("a", {"page": 1})
        headers = {"if-match": given.format(tag=tag)}
        assert drawer.ask(method, "a", {"page": 2}, headers).status == 204


@EACH
@BOTH_VERSIONS
def test_if_match_never_holds_for_what_is_not_there(drawer):
    """RFC 9110 13.1.1"""
    for method, tag in product(("PUT", "POST", "DELETE"), (WRONG, "*")):
        assert refusal(drawer.ask(method, "a", {}, {"if-match": tag})) == (412, "If-Match")
    assert drawer.ids() == []


@EACH
@BOTH_VERSIONS
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_if_none_match_holds_for_a_new_document_only(drawer, method):
    """3.1"""
    star = {"if-none-match": "*"}
    assert drawer.ask(method, "a", {"page": 1}, star).status == 204
    assert refusal(drawer.ask(method, "a", {"page": 2}, star)) == (412, "If-None-Match")
    assert read(drawer.get("a")) == {"page": 1}
    tag = drawer.get("a").headers["etag"]
    unlike = {"if-none-match": tag}
    assert refusal(drawer.ask(method, "a", {"page": 2}, unlike)) == (412, "If-None-Match")
    assert drawer.ask(method, "a", {"page": 2}, {"if-none-match": WRONG}).status == 204


@EACH
@BOTH_VERSIONS
def test_post_and_delete_need_no_precondition(drawer):
    """3.1: SHOULD for the client"""
    assert drawer.post("a", {"page": 1}).status == 204
    assert drawer.post("a", {"page": 2}).status == 204
    assert drawer.delete("a").status == 204


@PROFILES
def test_1_0_3_wants_a_precondition_for_every_put_of_a_profile(drawer):
    """1.0.3 Communication 3.1: 400 for a new document, 409 with an explanation for a known one"""
    assert refusal(drawer.put("a", {"page": 1})) == (400, "If-None-Match")
    assert drawer.ids() == []
    tag = drawer.keep("a", {"page": 1})
    reply = drawer.put("a", {"page": 2})
    assert refusal(reply) == (409, "If-Match")
    assert "Fetch" in read(reply)["remedy"]
    assert "If-Match" in read(reply)["remedy"]
    assert drawer.get("a").headers["etag"] == tag


@pytest.mark.parametrize("player", ["1.0.3"], indirect=True)
def test_1_0_3_leaves_state_alone(player):
    """1.0.3 Communication 3.1: State permits PUT, POST and DELETE without these headers"""
    papers = state(player)
    for page in (1, 2):
        assert papers.put("a", {"page": page}).status == 204
    assert read(papers.get("a")) == {"page": 2}


@EACH
@pytest.mark.parametrize("player", ["2.0.0"], indirect=True)
def test_2_0_wants_a_precondition_for_a_put_over_a_document(drawer):
    """2.0 4.1.4: 204 for a new document, 409 for a known one, State too"""
    assert drawer.put("a", {"page": 1}).status == 204
    assert refusal(drawer.put("a", {"page": 2})) == (409, "If-Match")
    assert read(drawer.get("a")) == {"page": 1}


def test_the_rule_is_that_of_the_request_not_that_of_the_document(join):
    """3.3"""
    old, new = state(join(version="1.0.3")), state(join(version="2.0.0"))
    assert new.put("a", {"page": 1}).status == 204
    assert old.put("a", {"page": 2}).status == 204
    assert new.put("a", {"page": 3}).status == 409


def test_several_documents_cannot_be_deleted_on_a_condition(player):
    """3.1: a precondition is never passed over in silence"""
    papers = state(player)
    tag = papers.keep("a", {"page": 1})
    assert refusal(papers.delete(if_match=tag)) == (400, "If-Match")
    assert papers.ids() == ["a"]


@pytest.mark.usefixtures("both_databases")
def test_a_tag_lets_exactly_one_of_many_writers_through(player):
    """3.1: a precondition that was checked still holds when the document is replaced"""
    papers = state(player)
    tag = papers.keep("a", {"page": 0})
    together = Barrier(WRITERS)

    def write(page):
        together.wait()
        return papers.put("a", {"page": page}, if_match=tag).status

    with ThreadPoolExecutor(WRITERS) as writers:
        statuses = list(writers.map(write, range(1, WRITERS + 1)))
    assert sorted(statuses) == [204] + [412] * (WRITERS - 1)
    assert read(papers.get("a"))["page"] == statuses.index(204) + 1


@pytest.mark.usefixtures("both_databases")
def test_one_of_many_creators_wins(player):
    """3.1: a document that is not there yet cannot be locked, and is created once all the same"""
    papers = state(player)
    together = Barrier(WRITERS)

    def create(page):
        together.wait()
        return papers.put("a", {"page": page}, if_none_match="*").status

    with ThreadPoolExecutor(WRITERS) as writers:
        statuses = list(writers.map(create, range(WRITERS)))
    assert sorted(statuses) == [204] + [412] * (WRITERS - 1)
    assert read(papers.get("a"))["page"] == statuses.index(204)


@pytest.mark.usefixtures("both_databases")
def test_merges_at_the_same_time_lose_nothing(player):
    """2.2: every property posted is there in the end"""
    papers = state(player)

    def write(writer):
        return [papers.post("a", {f"{writer}-{n}": n}).status for n in range(TURNS_EACH)]

    with ThreadPoolExecutor(WRITERS) as writers:
        statuses = list(writers.map(write, range(WRITERS)))
    assert statuses == [[204] * TURNS_EACH] * WRITERS
    assert len(read(papers.get("a"))) == WRITERS * TURNS_EACH


@pytest.mark.usefixtures("both_databases")
def test_emptying_a_drawer_and_writing_into_it_never_block_each_other(player):
    """Nobody waits for ever, and no answer is an error"""
    papers = state(player).about(registration=ATTEMPT)

    def work(writer):
        if writer == 0:
            return {papers.delete().status for _ in range(TURNS_EACH)}
        return {
            papers.post(name, {"n": n}).status
            for n in range(TURNS_EACH)
            for name in ("a", "b", "c")[:: 1 if writer % 2 else -1]
        }

    with ThreadPoolExecutor(WRITERS) as writers:
        assert list(writers.map(work, range(WRITERS))) == [{204}] * WRITERS
    assert papers.delete().status == 204
    assert papers.ids() == []


@pytest.mark.usefixtures("both_databases")
def test_emptying_a_drawer_waits_for_a_change_under_way_and_takes_it_too(player):
    papers, context = state(player), Context("state", LADDERS, identifier_of(BEN))
    papers.keep("a", {"page": 1})
    looked, go = Event(), Event()

    def slowly(_):
        looked.set()
        go.wait(WAIT_SECONDS)
        return Content(b"{}", "application/json")

    with ThreadPoolExecutor(2) as threads:
        change = threads.submit(player.parts.documents.change, context, "b", slowly)
        assert looked.wait(WAIT_SECONDS)
        emptied = threads.submit(papers.delete)
        assert not wait([emptied], timeout=0.2).done
        go.set()
        change.result()
        assert emptied.result().status == 204
    assert papers.ids() == []


def test_a_read_with_a_change_in_between_is_seen_by_the_second_writer(player):
    """3.1: the story that the rule was made for"""
    papers = state(player)
    papers.keep("a", {"page": 1})
    ana, ben = papers.get("a"), papers.get("a")
    assert papers.put("a", {"page": 2}, if_match=ana.headers["etag"]).status == 204
    assert papers.put("a", {"page": 9}, if_match=ben.headers["etag"]).status == 412
    query = {"activityId": LADDERS, "agent": json.dumps(BEN), "stateId": "a"}
    assert read(player.ask("GET", "/activities/state", **query)) == {"page": 2}
