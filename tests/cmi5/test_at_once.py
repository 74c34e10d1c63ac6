"""Several at the same time: exactly one wins, and what is on record agrees with the log."""

import json
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

import pytest

from leadline.lrs.commit import Committer, Outcome, commit
from leadline.lrs.endpoint import conclude, prepare
from leadline.lrs.message import Request
from leadline.store import Conflict

from .campus import BEN, basic
from .packages import au, block

WRITERS = 6


def together(*works):
    """Run them at the same time; what each gave."""
    start = Barrier(len(works))

    def run(work):
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


@pytest.fixture
def registration(campus):
    return campus.enrolled(block(1, au(1, moveOn="CompletedAndPassed")))


@pytest.mark.cmi5(95, 98)
@pytest.mark.parametrize("word", ["passed", "completed"])
def test_one_of_many_is_stored(campus, registration, word):
    """9.3: two tabs of one session"""
    player = campus.started(registration)
    sent = [player.good(word) for _ in range(WRITERS)]
    replies = together(*[lambda one=one: player.post(one) for one in sent])
    assert Counter(r.status for r in replies) == {200: 1, 403: WRITERS - 1}
    assert campus.story(registration).count(word) == 1


@pytest.mark.cmi5(96)
def test_passed_and_failed_at_once(campus, registration):
    """9.3: one of the two"""
    player = campus.started(registration)
    sent = [player.good(word) for word in ("passed", "failed") * 3]
    replies = together(*[lambda one=one: player.post(one) for one in sent])
    assert Counter(r.status for r in replies) == {200: 1, 403: 5}
    story = Counter(campus.story(registration))
    assert story["passed"] + story["failed"] == 1


@pytest.mark.cmi5(158, 172)
def test_what_satisfies_at_once_satisfies_once(campus, registration):
    """9.3.9"""
    player = campus.started(registration)
    sent = [player.good(word) for word in ("completed", "passed")]
    replies = together(*[lambda one=one: player.post(one) for one in sent])
    assert [r.status for r in replies] == [200, 200]
    assert campus.story(registration)[-2:] == ["satisfied", "satisfied"]
    assert campus.story(registration).count("satisfied") == 2


@pytest.mark.cmi5(102, 143)
def test_abandoned_and_spoken_at_once(campus, registration):
    """9.3.6: nothing stands behind abandoned in the log"""
    player = campus.started(registration)
    sent = [player.good("experienced") for _ in range(3)]
    together(
        *[lambda one=one: player.post(one) for one in sent],
        *[lambda: campus.lms.abandon(player.launch.session)] * 2,
    )
    story = campus.story(registration)
    assert story.count("abandoned") == 1
    assert story[-1] == "abandoned"


@pytest.mark.cmi5(59)
def test_one_of_many_gets_the_token(campus, registration):
    """8.2.3"""
    player = campus.launch(registration)
    answers = together(*[lambda: campus.lms.fetch(player.fetch_token)] * WRITERS)
    assert sum("auth-token" in answered for answered in answers) == 1
    assert sum(answered.get("error-code") == "1" for answered in answers) == WRITERS - 1


@pytest.mark.cmi5(149)
def test_waived_at_once_is_waived_once(campus, registration):
    """9.3.7"""
    waive = [lambda: campus.lms.waive(registration.id, 0, "Administrative")] * WRITERS
    assert sorted(together(*waive)) == [False] * (WRITERS - 1) + [True]
    assert campus.story(registration).count("waived") == 1


@pytest.mark.cmi5(167)
def test_launched_at_once_one_session_stays_open(campus, registration):
    """9.3.6"""
    launches = [lambda: campus.lms.launch(registration.id, 0).session] * WRITERS
    sessions = together(*launches)
    (left,) = campus.lms.progress(registration.id).open_sessions
    assert left in sessions
    assert campus.story(registration).count("abandoned") == WRITERS - 1


@pytest.mark.cmi5(38)
def test_registered_at_once_under_one_id(campus, registration):
    course = campus.library.course(registration.course_id)
    named = registration.id[:-1] + ("0" if registration.id[-1] != "0" else "1")
    enrol = [lambda: campus.register(course, registration=named)] * WRITERS
    assert len({made.id for made in together(*enrol)}) == 1


# group commit


def writing(player, *statements):
    """A request that is ready to be committed."""
    headers = {
        "authorization": f"Basic {player.token}",
        "content-type": "application/json",
        "x-experience-api-version": "1.0.3",
    }
    body = json.dumps(list(statements)).encode()
    return prepare(Request("POST", "/statements", "", headers, body), player.campus.parts)


@pytest.fixture
def appends(campus, monkeypatch):
    """The number of statements of each transaction of the log."""
    sizes = []
    append = campus.log.append

    def counted(batch, **named):
        sizes.append(len(batch))
        return append(batch, **named)

    monkeypatch.setattr(campus.log, "append", counted)
    return sizes


def test_sessions_share_a_transaction_and_each_has_its_outcome(campus, registration, appends):
    """A refusal takes no neighbour along, and needs no second try"""
    ana = campus.started(registration)
    ben = campus.started(campus.register_again(registration, BEN))
    appends.clear()
    group = [
        writing(ana, ana.good("completed")),
        writing(ben, ben.good("completed")),
        writing(ana, ana.good("completed")),
        writing(ana, ana.good("passed")),
        writing(ben, ben.good("terminated")),
    ]
    replies = [conclude(*each) for each in zip(group, commit(group, campus.log), strict=True)]
    assert [reply.status for reply in replies] == [200, 200, 403, 200, 200]
    assert appends == [6], "two of them are the LMS's own"


def test_a_conflict_in_a_group_leaves_the_others_judged_once(campus, registration, appends):
    """The transaction is tried again without it, from the state before"""
    ana = campus.started(registration)
    ben = campus.started(campus.register_again(registration, BEN))
    taken = ana.good("experienced")
    assert ana.post(taken).status == 200
    appends.clear()
    group = [
        writing(ana, ana.good("completed")),
        writing(ben, ben.good("completed", id=taken["id"])),
        writing(ana, ana.good("passed")),
    ]
    outcomes = commit(group, campus.log)
    assert [type(each.problem) for each in outcomes] == [type(None), Conflict, type(None)]
    assert campus.story(registration)[-2:] == ["satisfied", "satisfied"]
    assert not campus.lms.progress(ben.registration).units[0].met
    assert ben.say("completed").status == 200


def test_sessions_and_other_sources_in_one_queue(campus, registration):
    """The committer's thread keeps them apart by their source"""
    ana = campus.started(registration)
    other = campus.started(campus.register_again(registration, BEN))
    credential, secret = campus.credentials.create("sim", ["all"])
    plain = other.good("experienced")
    del plain["context"]
    other.token = basic(credential.key, secret)
    group = [writing(ana, ana.good("completed")), writing(other, plain)]
    committer = Committer(campus.log)
    futures = [Future[Outcome]() for _ in group]
    for each, future in zip(group, futures, strict=True):
        committer.submit(each, future.set_result)
    outcomes = [future.result(10) for future in futures]
    committer.close()
    assert [each.problem for each in outcomes] == [None, None]
    assert {each.source for each in campus.log.since(0, 100)} == {"cmi5", "sim"}


def test_a_refusal_is_counted_with_its_reason(campus, registration):
    """The sources page says why a unit's statements are turned away"""
    player = campus.started(registration)
    player.say("completed")
    player.say("completed")
    (source,) = [s for s in campus.parts.sources.all() if s.name == "cmi5"]
    assert source.counts.refused == 1
    assert "completed" in source.last_error
