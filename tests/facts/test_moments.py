"""Who did it, what still counts, in which order, in which cycle."""

import datetime as dt

from facts_world import ANA, BEN, at, event, live, rows, told

PHONE = 901  # a second identifier of Ana


def test_an_actor_without_a_link_is_its_own_person():
    assert told(live([event(0, "launched")]), "person", "place", "cycle_no") == [(ANA, 1, 1)]


def test_two_identifiers_of_one_person_make_one_history():
    found = live(
        [
            event(20, "completed"),
            event(0, "assigned", actor=PHONE),
            event(10, "launched", actor=BEN),
        ],
        links=[(ANA, 7), (PHONE, 7)],
    )
    assert told(found, "person", "place", "did") == [
        (7, 1, "assigned"),
        (7, 2, "completed"),
        (BEN, 1, "launched"),
    ]


def test_what_was_voided_and_what_voids_are_gone():
    found = live(
        [
            event(0, "launched"),
            event(1, "completed", statement_id="wrong"),
            event(2, "voided", "other", voids="wrong"),
        ],
        voided=["wrong"],
    )
    assert told(found, "did") == [("launched",)]


def test_voiding_a_completion_takes_its_cycle_back():
    events = [event(0, "assigned"), event(1, "completed", statement_id="x"), event(2, "assigned")]
    assert [m["cycle_no"] for m in live(events)] == [1, 1, 2]
    assert [m["cycle_no"] for m in live(events, voided=["x"])] == [1, 1]


def test_the_same_statement_twice_counts_once():
    twice = [event(0, "launched", statement_id="s"), event(0, "launched", statement_id="s")]
    assert told(live(twice), "seq") == [(1,)]


def test_assigned_again_after_completion_begins_cycle_2():
    days = ["assigned", "launched", "completed", "launched", "assigned", "launched"]
    found = live([event(at(days=n), did) for n, did in enumerate(days)])
    assert [m["cycle_no"] for m in found] == [1, 1, 1, 1, 2, 2]


def test_assigned_again_while_open_changes_nothing():
    days = ["assigned", "registered", "launched", "assigned", "completed"]
    found = live([event(at(days=n), did) for n, did in enumerate(days)])
    assert [m["cycle_no"] for m in found] == [1] * 5


def test_assigned_again_while_the_second_cycle_is_open_changes_nothing_either():
    days = ["assigned", "completed", "assigned", "registered", "launched"]
    found = live([event(at(days=n), did) for n, did in enumerate(days)])
    assert [m["cycle_no"] for m in found] == [1, 1, 2, 2, 2]


def test_waived_withdrawn_satisfied_mastered_and_a_completing_result_close_a_cycle():
    ways = [
        event(1, "waived"),
        event(1, "withdrawn"),
        event(1, "satisfied"),
        event(1, "mastered"),
        event(1, "passed", completion=True),
    ]
    for closing in ways:
        found = live([event(0, "assigned"), closing, event(2, "registered")])
        assert [m["cycle_no"] for m in found] == [1, 1, 2], closing["did"]


def test_passing_and_failing_the_course_close_nothing():
    for did in ("passed", "failed"):
        found = live([event(0, "assigned"), event(1, did, success=True), event(2, "assigned")])
        assert [m["cycle_no"] for m in found] == [1, 1, 1]


def test_completing_a_module_does_not_close_the_course():
    done = event(1, "completed", "module", module="M1", completion=True)
    assert [m["cycle_no"] for m in live([event(0, "assigned"), done, event(2, "assigned")])] == [
        1
    ] * 3


def test_a_completion_nobody_assigned_is_in_cycle_1_and_the_assignment_after_it_in_2():
    assert [m["cycle_no"] for m in live([event(0, "completed"), event(1, "assigned")])] == [1, 2]


def test_cycles_are_counted_per_course():
    found = live(
        [
            event(0, "assigned"),
            event(1, "completed"),
            event(2, "assigned", course="D", object="D"),
            event(3, "assigned"),
            event(4, "logged_in", "other", course=None),
        ]
    )
    assert told(found, "course", "cycle_no") == [("C", 1), ("C", 1), ("D", 1), ("C", 2), (None, 0)]


def test_a_late_statement_takes_its_place_by_when_it_happened():
    assert [m["cycle_no"] for m in live([event(0, "assigned"), event(9, "assigned")])] == [1, 1]
    late = event(5, "completed", stored=at(days=10))
    found = live([event(0, "assigned"), event(9, "assigned"), late])
    assert told(found, "did", "place", "cycle_no") == [
        ("assigned", 1, 1),
        ("completed", 2, 1),
        ("assigned", 3, 2),
    ]


def test_at_one_instant_the_log_decides():
    found = live([event(0, "assigned"), event(0, "completed"), event(0, "assigned")])
    assert [m["cycle_no"] for m in found] == [1, 1, 2]


def test_seconds_are_those_of_utc_whole_and_rounded_down():
    berlin = dt.timezone(dt.timedelta(hours=2))
    when = dt.datetime(2026, 10, 25, 3, 30, 0, 999_999, tzinfo=berlin)
    (moment,) = live([event(when, "launched")])
    assert moment["second"] == int(dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC).timestamp())


def test_one_person_alone_gives_the_same_rows_as_everybody():
    everybody = [
        event(n * 60, did, actor=who, statement_id=f"{who}-{n}")
        for n, did in enumerate(["assigned", "launched", "completed", "assigned"])
        for who in (ANA, BEN)
    ]
    alone = [e | {"seq": n} for n, e in enumerate(everybody, 1) if e["actor"] == ANA]
    together = [r for r in rows("cycle", everybody) if r["person"] == ANA]
    assert rows("cycle", alone) == together
