"""Signed statements (Data 2.6, XAPI-00115 to 00117)."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from .test_attachments import PHOTO, attachment, part, send
from .world import CLEO, VERBS, activity, number, read, refusal, statement

pytestmark = pytest.mark.parametrize("player", ["1.0.3", "2.0.0"], indirect=True)

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
OCTETS = "application/octet-stream"
KEY, OTHER_KEY, ROOT_KEY = (rsa.generate_private_key(65537, 2048) for _ in range(3))
CURVE_KEY = ec.generate_private_key(ec.SECP256R1())
SIGNERS = {"HS256": OctKey.generate_key(256), "ES256": ECKey.import_key(CURVE_KEY)}


def certificate(key, subject, issuer, issuer_key):
    named = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        for name in (subject, issuer)
    ]
    day = datetime(2013, 4, 4, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(named[1], named[0], key.public_key(), 1)
        .not_valid_before(day)
        .not_valid_after(day + timedelta(days=365))  # long over: that is the reader's concern
        .sign(issuer_key, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


MINE = certificate(KEY, "lms", "root", ROOT_KEY)
ROOT = certificate(ROOT_KEY, "root", "root", ROOT_KEY)
CURVED = certificate(CURVE_KEY, "lms", "root", ROOT_KEY)


def signed(payload, alg="RS256", key=KEY, **header):
    payload = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signer = SIGNERS.get(alg) or RSAKey.import_key(key)
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    registry.max_header_length = 64 * 2**10
    return jws.serialize_compact(
        {"alg": alg, **header}, payload, signer, registry=registry
    ).encode()


def named(signature, **more):
    kind = {"usageType": SIGNATURE, "contentType": OCTETS} | more
    return attachment(signature) | kind


def send_signed(player, sent, *signatures, others=(), **more):
    """Send a statement with its signatures, after other attachments."""
    listed = [*map(attachment, others), *(named(each, **more) for each in signatures)]
    parts = [part(each, content_type=OCTETS) for each in (*others, *signatures)]
    return send(player, sent | {"attachments": listed}, *parts)


@pytest.mark.parametrize("alg", ["RS256", "RS384", "RS512"])
@pytest.mark.parametrize("header", [{}, {"x5c": [MINE]}, {"x5c": [MINE, ROOT]}, {"typ": "JOSE"}])
def test_a_signature_of_this_statement_is_taken_and_kept(player, alg, header):
    signature = signed(statement(1), alg, **header)
    assert send_signed(player, statement(1), signature).status == 200
    kept = read(player.get(statementId=number(1)))
    assert kept["attachments"][0]["sha2"] == hashlib.sha256(signature).hexdigest()
    assert signature in player.get(statementId=number(1), attachments="true").body


@pytest.mark.parametrize(
    ("alg", "reason"), [("HS256", "HS256"), ("ES256", "ES256"), ("PS256", "PS256")]
)
def test_another_algorithm_is_refused(player, alg, reason):
    """XAPI-00117"""
    reply = send_signed(player, statement(1), signed(statement(1), alg))
    assert refusal(reply) == (400, "attachments[0]")
    assert reason in read(reply)["reason"]
    assert "RS256" in read(reply)["remedy"]
    assert player.found() == []


def unpadded(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def with_header(header):
    _, payload, signature = signed(statement(1)).split(b".")
    return b".".join([unpadded(header), payload, signature])


BROKEN = [
    b"",
    b"signature",
    b"a.b.c",
    b"a.b",
    signed(statement(1)) + b".x",
    signed(statement(1)) + b"\n",
    signed(statement(1)).rpartition(b".")[0] + b".",
    signed(statement(1)).rpartition(b".")[0] + b".A",
    with_header(b"{}"),
    with_header(b"[]"),
    with_header(b'{"alg": "none"}'),
    with_header(b'{"alg": ["RS256"]}'),
    with_header(b'{"alg": "RS256", "crit": ["exp"]}'),
    with_header(b'{"alg": "RS256", "crit": [[]]}'),
    with_header(b'{"alg": "RS256", "x5c": null}'),
    with_header(b'{"alg": "RS256", "x5c": []}'),
    with_header(b'{"alg": "RS256", "x5c": ["AAAA"]}'),
    with_header(b'{"alg": "RS256", "x5c": ["\xc3\xbc"]}'),
    with_header(b"[" * 20_000),
    b'{"payload": "e30", "signatures": []}',
]


def test_what_is_no_jws_in_compact_serialization_is_refused(player):
    """XAPI-00115"""
    for signature in BROKEN:
        reply = send_signed(player, statement(1), signature)
        assert refusal(reply) == (400, "attachments[0]"), signature
        assert read(reply)["section"] == "Data 2.6"


UNSIGNABLE = [
    b"",
    b"[]",
    b"1",
    b"{'actor': 1}",
    b'{"\xff": 1}',
    b"[" * 3_000,
    {},
    {"actor": {}},
    statement(1) | {"verb": {"id": "did"}},
    statement(1) | {"unknown": 1},
]


def test_a_payload_that_is_no_statement_is_refused(player):
    """XAPI-00116"""
    for payload in UNSIGNABLE:
        reply = send_signed(player, statement(1), signed(payload))
        assert refusal(reply) == (400, "attachments[0]"), payload


@pytest.mark.parametrize(
    "other",
    [
        statement(2),
        statement(1, who=CLEO),
        statement(1, did="failed"),
        statement(1, what="knots"),
        statement(1, result={"success": True}),
        statement(1, timestamp="2026-01-02T03:04:06Z"),
        statement(1) | {"attachments": [attachment(b"another photo")]},
    ],
)
def test_a_signature_of_another_statement_is_refused(player, other):
    sent = statement(1, timestamp="2026-01-02T03:04:05Z")
    reply = send_signed(player, sent, signed(other))
    assert refusal(reply) == (400, "attachments[0]")
    assert "another statement" in read(reply)["reason"]


def test_what_a_comparison_ignores_may_differ_from_what_was_signed(player):
    """Data 2.3.1"""
    sent = statement(
        1,
        what=activity("ladders") | {"definition": {"name": {"en": "Ladders"}}},
        timestamp="2026-01-02T03:04:05Z",
    )
    plain = {
        "actor": sent["actor"],
        "verb": {"id": VERBS + "completed", "display": {"en": "completed"}},
        "object": {"id": activity("ladders")["id"]},
        "timestamp": "2026-01-02T04:04:05+01:00",
    }
    assert send_signed(player, sent, signed(plain)).status == 200


def test_a_statement_may_be_sent_without_what_the_store_adds(player):
    """Data 2.6: signed by a client that leaves id and timestamp to the store"""
    assert send_signed(player, statement(), signed(statement())).status == 200


def test_other_attachments_are_signed_with_the_statement(player):
    """Data 2.6: the complete statement before the signature was added"""
    before = statement(1) | {"attachments": [attachment(PHOTO)]}
    assert send_signed(player, statement(1), signed(before), others=[PHOTO]).status == 200
    reply = send_signed(player, statement(2), signed(statement(2)), others=[PHOTO])
    assert refusal(reply) == (400, "attachments[1]")


def test_a_statement_may_have_several_signatures(player):
    first = signed(statement(1))
    before = statement(1) | {"attachments": [named(first)]}
    second = signed(before, "RS512", OTHER_KEY)
    assert send_signed(player, statement(1), first, second).status == 200


def test_a_signature_that_does_not_fit_its_certificate_is_refused(player):
    """Data 2.6: validate against the certificate in the header"""
    forged = signed(statement(1), key=OTHER_KEY, x5c=[MINE])
    reply = send_signed(player, statement(1), forged)
    assert refusal(reply) == (400, "attachments[0]")
    assert "certificate" in read(reply)["reason"]
    head, payload, _ = signed(statement(1), x5c=[MINE]).split(b".")
    stale = signed(statement(2), x5c=[MINE]).rpartition(b".")[2]
    torn = b".".join([head, payload, stale])
    assert refusal(send_signed(player, statement(1), torn)) == (400, "attachments[0]")


@pytest.mark.parametrize("chain", [[ROOT, MINE], [MINE, MINE], [CURVED, ROOT]])
def test_certificates_that_do_not_lead_from_the_signer_upwards_are_refused(player, chain):
    """RFC 7515 4.1.6"""
    reply = send_signed(player, statement(1), signed(statement(1), x5c=chain))
    assert refusal(reply) == (400, "attachments[0]")


@pytest.mark.parametrize("content_type", ["text/plain", "application/jose", OCTETS + "s"])
def test_a_signature_is_octets(player, content_type):
    """XAPI-00115"""
    reply = send_signed(player, statement(1), signed(statement(1)), contentType=content_type)
    assert refusal(reply) == (400, "attachments[0].contentType")


def test_a_signature_must_come_along(player):
    """XAPI-00115: a link cannot be verified"""
    linked = named(signed(statement(1)), fileUrl="https://example.org/signature.jws")
    reply = player.post(statement(1) | {"attachments": [linked]})
    assert refusal(reply) == (400, "attachments[0]")


def test_a_batch_with_a_bad_signature_is_refused_whole_and_names_it(player):
    good, bad = signed(statement(1)), signed(statement(3))
    batch = [
        statement(1) | {"attachments": [named(good)]},
        statement(2) | {"attachments": [named(bad)]},
    ]
    reply = send(player, batch, part(good), part(bad))
    assert refusal(reply) == (400, "[1].attachments[0]")
    assert player.found() == []
    assert player.parts.sources.all()[0].counts.refused == 2


def test_the_same_signed_statement_again_changes_nothing(player):
    for _ in range(2):
        assert send_signed(player, statement(1), signed(statement(1))).status == 200
    assert player.found() == [1]
