"""Reached, abandoned and the funnel by hand (METHODS B1; MISSION S007, S048)."""

from tiny_world import NOW, day, measure, world

from leadline.metrics.funnel import funnels

MODULES = [f"m{number}" for number in range(1, 10)]
DECLARED = [
    {"activity": name, "module": name, "course": "c", "kind": "module", "position": place}
    for place, name in enumerate(MODULES, start=1)
]


def walk(person, *modules, start=1, completed=None, withdrawn=None, waived=None, last=None):
    """A learner who touches the modules one a day from `start`."""
    last_at = last or day(start + len(modules) - 1)
    cycle = {
        "person": person,
        "course": "c",
        "cycle_no": 1,
        "assigned_at": day(start),
        "started_at": day(start),
        "last_at": last_at,
        "last_module": modules[-1],
        "completed_at": completed,
        "withdrawn_at": withdrawn,
        "waived_at": waived,
    }
    first = {name: day(start + place) for place, name in reversed(list(enumerate(modules)))}
    reach = [
        {"person": person, "course": "c", "cycle_no": 1, "module": name, "first_at": at}
        for name, at in sorted(first.items(), key=lambda item: item[1])
    ]
    return cycle, reach


def course(*walks, declared=True, now=NOW):
    return world(
        now=now,
        cycle=[cycle for cycle, _ in walks],
        reach=[row for _, reach in walks for row in reach],
        activity=DECLARED if declared else [],
    )


def steps(facts):
    return {step.module: step for step in funnels(facts, "c")["c"].steps}


def test_last_seen_in_module_4_of_9_and_idle_is_abandoned_at_module_4():
    found = steps(course(walk(1, *MODULES[:4])))
    assert [found[name].abandoned for name in MODULES] == [0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert [found[name].reached for name in MODULES] == [1, 1, 1, 1, 0, 0, 0, 0, 0]
    assert found["m4"].last_touched == 1


def test_who_is_still_active_is_in_progress_not_dropped():
    found = steps(course(walk(1, *MODULES[:4], start=170)))
    assert (found["m4"].in_progress, found["m4"].abandoned) == (1, 0)
    result = measure("abandoned", course(walk(1, *MODULES[:4], start=170)), by=["module"])
    assert result["m4"].n_excluded == {"in progress": 1}


def test_fourteen_days_idle_is_the_least_patience_and_slow_courses_have_more():
    assert steps(course(walk(1, "m1", "m2"), now=day(15)))["m2"].in_progress == 1
    assert steps(course(walk(1, "m1", "m2"), now=day(16)))["m2"].abandoned == 1
    slow = [walk(person, "m1", "m2", "m3", completed=day(90)) for person in range(2, 30)]
    for _, reach in slow:
        reach[1]["first_at"], reach[2]["first_at"] = day(41), day(81)
    facts = course(walk(1, "m1"), *slow, now=day(30))
    found = funnels(course(walk(1, "m1"), *slow, now=day(91)), "c")["c"]
    assert found.idle_days == 40
    assert funnels(facts, "c")["c"].idle_days == 14  # nobody has gone on yet at that time


def test_completed_is_continued_withdrawn_is_abandoned_and_waived_is_left_out():
    found = steps(
        course(
            walk(1, "m1", "m2", completed=day(3)),
            walk(2, "m1", "m2", start=178, withdrawn=day(180)),
            walk(3, "m1", "m2", waived=day(3)),
        )
    )
    assert (found["m2"].reached, found["m2"].continued, found["m2"].abandoned) == (2, 1, 1)


def test_a_skipped_module_counts_as_reached_when_a_later_one_was():
    found = steps(course(walk(1, "m1", "m3")))
    assert (found["m2"].reached, found["m2"].continued) == (1, 1)


def test_jumping_back_before_stopping_is_told_apart_from_the_furthest_step():
    found = steps(course(walk(1, "m1", "m2", "m3", "m1")))
    assert (found["m3"].abandoned, found["m3"].last_touched) == (1, 0)
    assert found["m1"].last_touched == 1


def test_without_declared_positions_the_order_is_the_median_of_first_touches():
    walks = [walk(1, "b", "a", "c"), walk(2, "b", "a", "c"), walk(3, "c", "b", "a")]
    found = funnels(course(*walks, declared=False), "c")["c"]
    assert [step.module for step in found.steps] == ["b", "a", "c"]
    assert not found.declared
    assert funnels(course(walk(1, "m2")), "c")["c"].declared


def test_the_planted_module_is_the_abnormal_step_and_its_twin_has_none():
    def walks(stops):
        leaving = [walk(p, *MODULES[: stops[p % 10]]) for p in range(200) if stops[p % 10]]
        staying = [walk(p, *MODULES, completed=day(12)) for p in range(200) if not stops[p % 10]]
        return [*leaving, *staying]

    planted = funnels(course(*walks([5, 5, 5, 5, 2, 7, 0, 0, 0, 0])), "c")["c"]
    assert [step.module for step in planted.steps if step.judged.abnormal] == ["m5"]
    twin = funnels(course(*walks([1, 2, 3, 5, 6, 8, 0, 0, 0, 0])), "c")["c"]
    assert not any(step.judged.abnormal for step in twin.steps)


def test_reached_and_abandoned_by_module_equal_the_funnel():
    facts = course(*[walk(p, *MODULES[: 3 + p % 4]) for p in range(80)])
    found = steps(facts)
    reached = measure("reached", facts, by=["module"])
    abandoned = measure("abandoned", facts, by=["module"])
    for name in MODULES[:6]:
        assert reached[name].estimate == found[name].people
        assert abandoned[name].estimate == found[name].abandoned / found[name].judged.counts.at_risk


def test_the_last_module_of_a_course_that_reports_no_completion_is_not_a_loss():
    silent = steps(course(*[walk(p, "m1", "m2") for p in range(40)], declared=False))
    assert (silent["m2"].continued, silent["m2"].abandoned) == (40, 0)
    one = walk(99, "m1", "m2", completed=day(3))
    spoken = steps(course(one, *[walk(p, "m1", "m2") for p in range(40)], declared=False))
    assert (spoken["m2"].continued, spoken["m2"].abandoned) == (1, 40)


CHECK = {"assessment": "later", "of": "m9", "from_day": 14, "to_day": 28, "invited": False}


def test_a_delayed_check_is_no_step_of_the_course():
    """Everybody finishes; one of two takes the check weeks later. Without its declaration half of
    them would seem to have stopped before it."""
    walks = [walk(1, "m1", "m9", "later", last=day(40)), walk(2, "m1", "m9")]
    tables = dict(course(*walks, declared=False).tables, check=[CHECK])
    found = steps(world(**tables))
    assert list(found) == ["m1", "m9"]
    assert (found["m9"].continued, found["m9"].abandoned) == (2, 0)
    assert "later" not in measure("abandoned", world(**tables), by=["module"])
    declared = {"activity": "later", "module": "later", "course": "c", "position": 3}
    assert list(steps(world(**{**tables, "activity": [declared]}))) == ["m1", "m9"]


def test_a_test_that_is_repeated_as_its_own_check_stays_a_step():
    check = {**CHECK, "assessment": "m9"}
    tables = dict(course(walk(1, "m1", "m9"), declared=False).tables, check=[check])
    assert list(steps(world(**tables))) == ["m1", "m9"]
