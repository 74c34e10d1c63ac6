"""Group commit: one transaction for what arrives together, and each request its own outcome."""

import json
import threading
from concurrent.futures import Future

import pytest

from leadline.lrs.commit import Committer, commit
from leadline.lrs.endpoint import conclude, prepare
from leadline.lrs.message import Request
from leadline.lrs.refusals import Refusal
from leadline.store import Conflict, Unavailable

from .world import ANA, refusal, statement

pytestmark = pytest.mark.usefixtures("both_databases")


def writing(player, body):
    request = Request("POST", "/statements", "", player.signed(), json.dumps(body).encode())
    return prepare(request, player.parts)


def submitted(committer, write):
    future = Future()
    committer.submit(write, future.set_result)
    return future


@pytest.fixture
def appends(parts, monkeypatch):
    """The number of statements of each transaction, in order."""
    sizes = []
    append = parts.log.append

    def counted(batch, **named):
        sizes.append(len(batch))
        return append(batch, **named)

    monkeypatch.setattr(parts.log, "append", counted)
    return sizes


def test_a_group_of_one_source_is_one_transaction(player, appends):
    group = [writing(player, statement(n)) for n in range(1, 9)]
    outcomes = commit(group, player.parts.log)
    assert [outcome.problem for outcome in outcomes] == [None] * 8
    assert appends == [8]
    assert player.found() == [8, 7, 6, 5, 4, 3, 2, 1]


def test_each_source_keeps_its_own_count(join, parts):
    lms, sim = join("lms"), join("sim")
    commit(
        [writing(lms, statement(1)), writing(sim, statement(2)), writing(sim, statement(3))],
        parts.log,
    )
    assert {each.name: each.counts.accepted for each in parts.sources.all()} == {"lms": 1, "sim": 2}


def test_a_conflict_fails_its_own_request_and_no_neighbour(player, appends):
    player.post(statement(2))
    appends.clear()
    group = [
        writing(player, statement(1)),
        writing(player, statement(2, ANA)),
        writing(player, statement(3)),
    ]
    outcomes = commit(group, player.parts.log)
    assert [type(outcome.problem) for outcome in outcomes] == [type(None), Conflict, type(None)]
    assert appends == [3, 2, 1], "the two that are well share a transaction all the same"
    assert sorted(player.found()) == [1, 2, 3]


def test_two_requests_of_a_group_with_one_id_first_wins(player):
    group = [
        writing(player, statement(1)),
        writing(player, statement(1, ANA)),
        writing(player, statement(1)),
    ]
    outcomes = commit(group, player.parts.log)
    assert [type(outcome.problem) for outcome in outcomes] == [type(None), Conflict, type(None)]
    assert player.found(agent=ANA) == []


def test_a_batch_in_a_group_stays_all_or_nothing(player):
    player.post(statement(2))
    batch = writing(player, [statement(1), statement(2, ANA)])
    outcomes = commit([batch, writing(player, statement(3))], player.parts.log)
    assert isinstance(outcomes[0].problem, Conflict)
    assert outcomes[1].problem is None
    assert sorted(player.found()) == [2, 3]


def test_where_the_database_is_lost_every_request_hears_so(player, monkeypatch):
    def lost(*_, **__):
        raise Unavailable("The disk is full.")

    group = [writing(player, statement(n)) for n in (1, 2)]
    monkeypatch.setattr(player.parts.log, "append", lost)
    for write, outcome in zip(group, commit(group, player.parts.log), strict=True):
        assert refusal(conclude(write, outcome)) == (503, "")


def test_what_waits_while_a_commit_runs_shares_the_next_one(player, appends, monkeypatch):
    running, go_on = threading.Event(), threading.Event()
    append = player.parts.log.append

    def slow(batch, **named):
        running.set()
        assert go_on.wait(10)
        return append(batch, **named)

    monkeypatch.setattr(player.parts.log, "append", slow)
    committer = Committer(player.parts.log)
    first = submitted(committer, writing(player, statement(1)))
    assert running.wait(10)
    rest = [submitted(committer, writing(player, statement(n))) for n in range(2, 30)]
    assert not first.done()
    go_on.set()
    assert [future.result(10).problem for future in [first, *rest]] == [None] * 29
    assert appends == [1, 28]
    committer.close()


def test_a_full_queue_turns_away_and_keeps_nothing_of_it(player, monkeypatch):
    monkeypatch.setattr("leadline.lrs.commit.QUEUE_LIMIT_REQUESTS", 2)
    running, go_on = threading.Event(), threading.Event()
    append = player.parts.log.append

    def slow(batch, **named):
        running.set()
        assert go_on.wait(10)
        return append(batch, **named)

    monkeypatch.setattr(player.parts.log, "append", slow)
    committer = Committer(player.parts.log)
    taken = [submitted(committer, writing(player, statement(1)))]
    assert running.wait(10)
    taken += [submitted(committer, writing(player, statement(n))) for n in (2, 3)]
    with pytest.raises(Refusal) as turned_away:
        submitted(committer, writing(player, statement(4)))
    assert turned_away.value.status == 503
    go_on.set()
    assert [future.result(10).problem for future in taken] == [None] * 3
    committer.close()
    assert sorted(player.found()) == [1, 2, 3]


def test_closing_commits_what_waits(player):
    committer = Committer(player.parts.log)
    futures = [submitted(committer, writing(player, statement(n))) for n in range(1, 20)]
    committer.close()
    assert all(future.done() for future in futures)
    assert len(player.found()) == 19


def test_nobody_waits_for_ever_where_a_commit_breaks_off(player, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a defect")

    monkeypatch.setattr(player.parts.log, "append", broken)
    committer = Committer(player.parts.log)
    sent = writing(player, statement(1))
    outcome = submitted(committer, sent).result(10)
    assert refusal(conclude(sent, outcome)) == (500, "")
    committer.close()
