"""No request makes the endpoint fail, and nothing is stored that the specification forbids.

A few thousand requests here, on both databases; `FUZZ_REQUESTS=100000 pytest tests/lrs/test_fuzz.py -s` sends as many
as one likes and says what they were answered."""

import hashlib
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadline.lrs.attachments import attachments_of
from leadline.lrs.call import Parts
from leadline.lrs.description import document
from leadline.lrs.endpoint import answer
from leadline.lrs.message import JSON, Request
from leadline.store import Database

from . import oracle
from .conftest import parts_on
from .fuzz import Fuzzer
from .world import Player

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "0"))
SAMPLE_REQUESTS = 1_250  # on each database
PATHS = json.loads(document())["paths"]
DECIDED_BY_THE_STORE = ("stored", "authority")
AGENT_OR_GROUP = {"/statements": oracle.actor}


@dataclass
class Bench:
    """The store under fire, a second one that takes what the first has kept, and the tally."""

    parts: Parts
    second: Parts
    full: Player
    there: Player
    signatures: tuple[str, ...]
    tally: Counter = field(default_factory=Counter)
    stored: int = 0

    def send(self, sent):
        request = sent.request
        before = self.parts.log.head()
        reply = answer(request, self.parts)
        method = "GET" if request.method == "HEAD" else request.method
        self.tally[request.path, method, reply.status] += 1
        assert reply.status < 500, reply.body
        check_form(request, reply)
        new = self.parts.log.since(before, 10_000)
        assert reply.status in (200, 204) or not new, "refused, and yet stored"
        if request.path == "/statements":
            self.check_stored(sent, new)
            if sent.tidy and request.method == "POST" and reply.status not in (200, 409):
                assert request.headers["authorization"] != self.signatures[0], reply.body
        if reply.status in (200, 204) and "method=" not in request.query:
            check_parameters(request)
            if method == "PUT" and request.path != "/statements":
                self.check_document(request)

    def check_stored(self, sent, new):
        self.stored += len(new)
        values = [json.loads(each.payload) for each in new]
        for value in values:
            faults = oracle.faults(value, "2")  # what either version takes
            assert faults == [], value
            bare = [each for each in attachments_of(value) if "fileUrl" not in each]
            for each in bare:
                data = self.parts.log.attachment(each["sha2"])
                assert hashlib.sha256(data).hexdigest() == each["sha2"]
            if not bare:
                again = self.there.post(value)
                assert again.status == 200, again.body
        told = what_was_sent(sent.request) if values else None
        if told is not None:
            told = told if isinstance(told, list) else [told]
            assert len(told) == len(values)
            for was, kept in zip(told, values, strict=True):
                assert oracle.faults(was, sent.version) == [], was
                differences = list(differing(was, kept, ""))
                assert differences == [], (was, kept)

    def check_document(self, request):
        headers = {**self.full.signed(), "x-experience-api-version": "1.0.3"}
        got = answer(Request("GET", request.path, request.query, headers), self.parts)
        assert (got.status, got.body) == (200, request.body)
        if request.media_type == JSON:
            assert not list(oracle.text(str(json.loads(request.body))))


def check_form(request, reply):
    """What holds for every reply: fit for the wire, in the refusal's form, described."""
    for name, value in reply.headers.items():
        assert name.isascii()
        value.encode("latin-1")
        assert not {"\r", "\n", "\0"} & set(value), (name, value)
    assert reply.headers["x-experience-api-version"] in ("1.0.3", "2.0.0")
    if reply.status >= 400 and request.method != "HEAD":
        assert set(json.loads(reply.body)) == {"field", "reason", "remedy", "section"}
    described = PATHS.get(request.path, {}).get(request.method.lower())
    if described and "method=" not in request.query:
        assert str(reply.status) in described["responses"], reply.status


def what_was_sent(request):
    """The JSON of the statements as a plain reader sees it; None where that is hard to say."""
    body, media = request.body, request.media_type
    if "method=" in request.query:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
        body, media = fields["content"].encode(), JSON
        if "multipart" in str(fields.get("content-type")):
            return None
    return json.loads(body) if media == JSON else None


def differing(was, kept, where):
    """Where the stored value differs from the one sent by more than the store may add."""
    if where == "/timestamp" or where.endswith(("object/timestamp", "/duration")):
        return
    if isinstance(was, dict) and isinstance(kept, dict):
        added = kept.keys() - was.keys()
        allowed = {"objectType"} | (
            {"id", "version", "timestamp", "stored", "authority"} if not where else set()
        )
        if added - allowed or was.keys() - kept.keys():
            yield where, added, was.keys() - kept.keys()
        for name in was.keys() & kept.keys():
            if where or name not in DECIDED_BY_THE_STORE:
                yield from differing(was[name], kept[name], f"{where}/{name}")
    elif isinstance(was, list) and isinstance(kept, list) and len(was) == len(kept):
        for at, pair in enumerate(zip(was, kept, strict=True)):
            yield from differing(*pair, f"{where}/{at}")
    elif isinstance(was, dict) and isinstance(kept, list) and "contextActivities" in where:
        yield from differing([was], kept, where)
    elif oracle.UUID.fullmatch(str(was)) and str(was).lower() == kept:
        return
    elif type(was) is not type(kept) or was != kept:
        yield where, was, kept


def check_parameters(request):
    """Nothing that a parameter may not say was taken for an answer."""
    operation = PATHS.get(request.path, {}).get(
        "get" if request.method == "HEAD" else request.method.lower()
    )
    if operation is None:
        return
    pairs = parse_qsl(request.query, keep_blank_values=True, errors="strict")
    known = {p["name"]: p for p in operation.get("parameters", ()) if p.get("in") == "query"}
    assert len(dict(pairs)) == len(pairs)
    assert dict(pairs).keys() <= known.keys()
    assert {n for n, p in known.items() if p["required"]} <= dict(pairs).keys()
    for name, text in pairs:
        if name == "agent":
            rule = AGENT_OR_GROUP.get(request.path, oracle.agent)
            value = json.loads(text)
            assert [*rule(value), *oracle._whatever_it_is(value)] == [], text
        elif name in ("statementId", "voidedStatementId", "registration"):
            assert oracle.UUID.fullmatch(text)
        elif name in ("verb", "activity", "activityId"):
            assert oracle.IRI.fullmatch(text)
        elif name in ("since", "until"):
            assert list(oracle.moment(text)) == []
        else:
            assert "\0" not in text


@pytest.fixture
def bench(database, tmp_path):
    """Two stores; the first credentials may do everything, the others less and less."""
    two = Database.open(f"sqlite:///{tmp_path / 'two.db'}")
    parts, second = parts_on(database), parts_on(two)
    players = [
        Player(parts, *_made(parts, scopes))
        for scopes in (*[["all"]] * 6, ["statements/write"], ["statements/read/mine", "state"])
    ]
    there = Player(second, *_made(second, ["all"]), version="2.0.0")
    signatures = tuple(player.signed()["authorization"] for player in players)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield Bench(parts, second, players[0], there, signatures)
    sys.setrecursionlimit(before)
    two.close()


def _made(parts, scopes):
    credential, secret = parts.credentials.create("fuzz", scopes)
    return credential.key, secret


def test_no_request_breaks_the_endpoint_and_nothing_wrong_is_stored(bench):
    @settings(
        max_examples=REQUESTS or SAMPLE_REQUESTS,
        deadline=None,
        database=None,
        derandomize=not REQUESTS,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def fire(random):
        bench.send(Fuzzer(random, bench.signatures, PATHS).request())

    fire()
    told = Counter(status for _, _, status in bench.tally.elements())
    print(f"\n{sum(told.values())} requests: {dict(sorted(told.items()))}; {bench.stored} stored")
    assert bench.stored > 0
