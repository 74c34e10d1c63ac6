"""The set-based facts against plain loops over one person at a time, on random small histories.

Each example holds several people, so that nothing leaks from one to the next."""

import datetime as dt
from itertools import pairwise

from facts_world import T0, asked, event, live, rows, watched
from hypothesis import given, settings
from hypothesis import strategies as st

QUIETLY = settings(max_examples=15, deadline=None, derandomize=True)
FIRST_PERSON = 500

# Waits around every limit: 0, a minute, 10, 30 and 60 minutes, 24 hours; most of them short.
WAITS = st.sampled_from([0, 1, 59, 60, 61, 300, 600, 601, 1800, 1801, 3600, 3601, 86_399, 86_400])


def histories(step):
    """People, each a list of (wait in seconds, step)."""
    return st.lists(st.lists(st.tuples(WAITS, step), max_size=12), min_size=5, max_size=25)


def happened(people):
    """(person, seconds since T0, step), person by person, in order."""
    for person, history in enumerate(people, FIRST_PERSON):
        clock = 0
        for wait, step in history:
            clock += wait
            yield person, clock, step


def by_person(found):
    kept = {}
    for row in found:
        kept.setdefault(row["person"], []).append(row)
    return kept


def second(instant: dt.datetime) -> int:
    return int((instant - T0).total_seconds())


# Attempts ------------------------------------------------------------------------------------

MARKS = {
    "open": ("initialized", {}),
    "submit": ("completed", {}),
    "bad": ("failed", {"success": False, "score_scaled": 0.25}),
    "good": ("passed", {"success": True, "score_scaled": 0.75}),
    "scored": ("scored", {"score_scaled": 0.75}),
    "left": ("terminated", {}),
    "left with result": ("terminated", {"score_scaled": 0.25}),
}


def contradict(one, other):
    shared = [k for k in ("success", "score_scaled") if k in one and k in other]
    return any(one[k] != other[k] for k in shared)


class Tries:
    """One person's attempts, statement by statement, as a clerk with a notebook would do it."""

    def __init__(self):
        self.tries = []
        self.last = None  # mark, second, result

    def take(self, mark, when, result):
        before, then, earlier = self.last or (None, 0, {})
        if before is None:
            new = True
        elif mark == "open":
            new = before != "open" or when - then >= 86_400
        elif mark == "submit":
            if before == "grade" and when - then <= 60:
                return
            new = before != "open" and when - then > 60
        else:
            new = before == "grade" and (when - then > 60 or contradict(earlier, result))
        if new:
            self.tries.append([])
        self.tries[-1].append((mark, when, result))
        self.last = (mark, when, result)

    def read(self, step, when):
        did, result = MARKS[step]
        if did == "terminated":
            if result and self.last and self.last[0] == "open":
                self.take("grade", when, result)
            return
        mark = {"initialized": "open", "completed": "submit"}.get(did, "grade")
        self.take(mark, when, result)

    def told(self):
        return [(self.first(t, "open"), *self.closed(t), self.score(t)) for t in self.tries]

    @staticmethod
    def first(one, *marks):
        return min((when for mark, when, _ in one if mark in marks), default=None)

    def closed(self, one):
        return self.first(one, "submit", "grade"), self.first(one, "grade")

    @staticmethod
    def score(one):
        return next((r["score_scaled"] for _, _, r in one if "score_scaled" in r), None)


def instants(row):
    marked = (row["started_at"], row["submitted_at"], row["graded_at"])
    return tuple(None if instant is None else second(instant) for instant in marked)


@QUIETLY
@given(histories(st.sampled_from(sorted(MARKS))))
def test_attempts(people):
    clerks: dict[int, Tries] = {}
    events = []
    for person, when, step in happened(people):
        clerks.setdefault(person, Tries()).read(step, when)
        did, result = MARKS[step]
        events.append(event(when, did, "assessment", actor=person, **result))
    found = by_person(rows("attempt", events))
    for person, clerk in clerks.items():
        tries = sorted(found.get(person, []), key=lambda r: r["attempt_no"])
        told = [(*instants(r), r["score"]) for r in tries]
        assert told == clerk.told()


# Sessions ------------------------------------------------------------------------------------


def sessions_by_loop(history, limit):
    """(session, module) -> seconds, for gaps of at most `limit` seconds."""
    session, kept = 1, {}
    for (when, module), (after, _) in pairwise([*history, (history[-1][0], None)]):
        gap = after - when
        key = (session, module)
        kept[key] = kept.get(key, 0) + (gap if gap <= limit else 0)
        session += gap > 1800
    return kept


@QUIETLY
@given(histories(st.sampled_from(["M1", "M2", "M3"])))
def test_session_seconds(people):
    histories_, events = {}, []
    for person, when, module in happened(people):
        histories_.setdefault(person, []).append((when, module))
        events.append(event(when, "experienced", "page", object="P", module=module, actor=person))
    found = by_person(rows("session", events))
    assert found.keys() == histories_.keys()
    for person, history in histories_.items():
        for column, limit in (("active_10_s", 600), ("active_s", 1800), ("active_60_s", 3600)):
            told: dict[tuple, float] = {}
            for r in found[person]:
                key = (r["session_no"], r["module"])
                told[key] = told.get(key, 0) + r[column]
            assert told == sessions_by_loop(history, limit)


# Segments ------------------------------------------------------------------------------------

SEGMENT = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda p: (min(p), max(p)))


@QUIETLY
@given(histories(st.lists(SEGMENT, max_size=4)))
def test_union_of_segments(people):
    seconds, events = {}, []
    for person, when, parts in happened(people):
        seconds.setdefault(person, set()).update(s for a, b in parts for s in range(a, b))
        events.append(
            event(when, "paused", "video", actor=person, length_s=40.0, **watched(*parts))
        )
    watches = {r["person"]: r["watched_s"] for r in rows("watch", events)}
    assert watches == {person: float(len(seen)) for person, seen in seconds.items()}
    segments = by_person(r for r in rows("segment", events) if r["layer"] == "unique")
    for person, seen in seconds.items():
        mine = segments.get(person, [])
        told = [s for r in mine for s in range(int(r["start_s"]), int(r["end_s"]))]
        assert sorted(told) == sorted(seen)
        assert all(one["end_s"] < other["start_s"] for one, other in pairwise(mine))


# Cycles --------------------------------------------------------------------------------------


def cycles_by_loop(history):
    """How many events each cycle has."""
    cycle, closed, counts = 1, False, {}
    for did in history:
        if did == "assigned":
            cycle += closed
            closed = False
        elif did in ("completed", "withdrawn"):
            closed = True
        counts[cycle] = counts.get(cycle, 0) + 1
    return counts


@QUIETLY
@given(histories(st.sampled_from(["assigned", "completed", "withdrawn", "launched"])))
def test_cycles(people):
    histories_, events = {}, []
    for person, when, did in happened(people):
        histories_.setdefault(person, []).append(did)
        events.append(event(when, did, actor=person))
    found = by_person(rows("cycle", events))
    assert found.keys() == histories_.keys()
    for person, history in histories_.items():
        told = {r["cycle_no"]: r["events"] for r in found[person]}
        assert told == cycles_by_loop(history)


# All of them ---------------------------------------------------------------------------------

ANYTHING = st.sampled_from(
    [
        ("assigned", "course", {}),
        ("completed", "course", {}),
        ("initialized", "assessment", {}),
        ("passed", "assessment", {"success": True}),
        ("answered", "question", {"object": "q", "assessment": "Q", "success": True}),
        ("played", "video", {"time_s": 0.0}),
        ("paused", "video", {"time_s": 9.0}),
        ("paused", "video", watched((0, 9), (5, 7))),
        ("experienced", "page", {"object": "P", "module": "M1"}),
        ("terminated", "module", {"module": "M1", "duration_s": 60.0}),
        ("earned", "certificate", {"object": "first-aid"}),
    ]
)
FACTS = ("attempt", "certificate", "cycle", "reach", "response", "segment", "session", "watch")


def all_rows(events):
    live(events)
    return {fact: asked(fact) for fact in FACTS}


@settings(max_examples=3, deadline=None, derandomize=True)
@given(histories(ANYTHING), st.randoms(use_true_random=False))
def test_nobody_elses_events_nor_the_order_of_arrival_nor_copies_change_a_person(people, chance):
    events = []
    for person, when, (did, kind, fields) in happened(people):
        n = len(events)
        # One second per statement, so that no two share an instant and arrival decides nothing.
        events.append(event(when + n, did, kind, actor=person, **fields))
        events[-1]["statement_id"] = f"s{n:04d}"
    shuffled = [*events, *events[::3]]
    chance.shuffle(shuffled)
    mine = [e for e in events if e["actor"] == FIRST_PERSON]
    whole = all_rows(events)
    assert all_rows(shuffled) == whole
    for fact, alone in all_rows(mine).items():
        assert alone == [r for r in whole[fact] if r["person"] == FIRST_PERSON]
