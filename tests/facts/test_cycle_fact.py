"""One assignment of one course to one learner, from assigned to complete."""

from facts_world import at, event, row, rows, told


def test_the_story_of_one_cycle():
    cycle = row(
        "cycle",
        [
            event(at(days=0), "assigned", due_at=at(days=30), source="hr"),
            event(at(days=1), "initialized", "module", module="M1", registration="r1"),
            event(at(days=2), "experienced", "page", object="P", module="M2"),
            event(at(days=3), "passed", success=True, score_scaled=0.9),
            event(at(days=4), "completed"),
            event(at(days=5), "completed"),
            event(at(days=6), "scored", "assessment", module="M3"),
        ],
    )
    assert cycle["assigned_at"] == at(days=0)
    assert cycle["started_at"] == at(days=1)
    assert cycle["completed_at"] == at(days=4)
    assert (cycle["success"], cycle["score_scaled"]) == (True, 0.9)
    assert cycle["last_at"] == at(days=5)  # being scored is nothing the learner did
    assert cycle["last_module"] == "M2"
    assert (cycle["events"], cycle["source"], cycle["registration"]) == (7, "hr", "r1")
    assert (cycle["withdrawn_at"], cycle["waived_at"]) == (None, None)


def test_the_last_touched_step_is_where_the_learner_stopped():
    steps = [
        event(at(days=k), "experienced", "page", object=f"P{k}", module=f"M{k}")
        for k in (1, 2, 3, 4)
    ]
    assert row("cycle", [*steps, event(at(days=9), "launched")])["last_module"] == "M4"


def test_passing_is_not_completing():
    cycle = row("cycle", [event(0, "assigned"), event(1, "passed", success=True)])
    assert (cycle["completed_at"], cycle["success"]) == (None, True)


def test_completing_says_nothing_of_success():
    cycle = row("cycle", [event(0, "assigned"), event(1, "completed")])
    assert (cycle["completed_at"], cycle["success"], cycle["score_scaled"]) == (at(1), None, None)


def test_an_assigned_course_that_nobody_touched_has_not_started():
    cycle = row("cycle", [event(0, "assigned")])
    assert (cycle["started_at"], cycle["last_at"], cycle["last_module"]) == (None, None, None)


def test_an_extension_before_the_due_date_counts_and_one_after_it_does_not():
    dues = [(0, 30), (10, 30), (20, 45), (40, 60)]  # assigned on day, due on day
    cycle = row("cycle", [event(at(days=d), "assigned", due_at=at(days=due)) for d, due in dues])
    assert cycle["original_due_at"] == at(days=30)
    assert cycle["due_at"] == at(days=45)
    assert cycle["extensions"] == 2


def test_without_due_date_there_is_no_extension():
    cycle = row("cycle", [event(0, "assigned")])
    assert (cycle["due_at"], cycle["original_due_at"], cycle["extensions"]) == (None, None, 0)


def test_each_cycle_has_its_own_dates():
    found = rows(
        "cycle",
        [
            event(at(days=0), "assigned", due_at=at(days=9)),
            event(at(days=1), "waived"),
            event(at(days=365), "assigned", due_at=at(days=380)),
            event(at(days=366), "withdrawn"),
        ],
    )
    assert told(found, "cycle_no", "due_at", "waived_at", "withdrawn_at") == [
        (1, at(days=9), at(days=1), None),
        (2, at(days=380), None, at(days=366)),
    ]
