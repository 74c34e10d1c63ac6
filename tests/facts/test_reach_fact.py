"""How far a learner got: one row per module touched."""

from facts_world import at, event, row, rows, told


def page(when, module, **fields):
    return event(when, "experienced", "page", object=f"P{module}", module=module, **fields)


def test_the_story_of_one_module():
    reach = row(
        "reach",
        [
            event(0, "initialized", "module", module="M1"),
            page(60, "M1"),
            event(90, "passed", "module", module="M1"),
            event(95, "completed", "module", module="M1"),
            event(99, "satisfied", "module", module="M1"),
        ],
    )
    assert (reach["first_at"], reach["last_at"], reach["completed_at"]) == (at(0), at(95), at(90))
    assert (reach["events"], reach["active_s"], reach["kind"]) == (4, 95.0, "module")


def test_completing_a_page_does_not_complete_its_module():
    reach = row("reach", [event(0, "completed", "page", object="P", module="M1", completion=True)])
    assert (reach["completed_at"], reach["kind"]) == (None, None)


def test_a_module_satisfied_without_being_touched_is_there():
    reach = row("reach", [event(0, "satisfied", "module", module="M1")])
    assert (reach["first_at"], reach["completed_at"], reach["active_s"]) == (None, at(0), 0.0)


def test_time_and_cycles_are_kept_apart():
    found = rows(
        "reach",
        [
            page(0, "M1"),
            page(40, "M2"),
            event(50, "completed"),
            event(60, "assigned"),
            page(70, "M1"),
            page(75, "M1"),
            page(80, "M1", course=None),
        ],
    )
    assert told(found, "cycle_no", "module", "events", "active_s") == [
        (1, "M1", 1, 40.0),
        (1, "M2", 1, 10.0),
        (2, "M1", 2, 10.0),
    ]
