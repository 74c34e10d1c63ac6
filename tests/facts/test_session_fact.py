"""Seconds of activity: worlds whose time is added up by hand."""

import datetime as dt

import pytest
from facts_world import ANA, BEN, at, event, row, rows, told, watched

PHONE = 901


def page(when, module="M1", **fields):
    return event(when, "experienced", "page", object=f"P{module}", module=module, **fields)


def quiz(when, did, **fields):
    return event(when, did, "assessment", module="M2", **fields)


def video(when, did, time_s=None, **fields):
    return event(when, did, "video", time_s=time_s, module="M1", length_s=3600.0, **fields)


def seconds(events, **world):
    """Active seconds by session and module."""
    return {(s["session_no"], s["module"]): s["active_s"] for s in rows("session", events, **world)}


def test_an_idle_gap_of_40_minutes_ends_the_session_and_counts_nothing():
    minute = 60
    events = [page(0), page(5 * minute), page(45 * minute), page(47 * minute)]
    assert seconds(events) == {(1, "M1"): 300.0, (2, "M1"): 120.0}


def test_to_the_second_40_minutes_idle_between_two_stretches_of_video():
    events = [
        video(0, "played", 0.0),
        video(600, "paused", 600.0),
        video(3000, "played", 600.0),
        video(3307, "terminated", 907.0),
    ]
    found = rows("session", events)
    # One video session without an id: all of it counts where it began.
    assert told(found, "session_no", "active_s", "rule") == [
        (1, 907.0, "segments"),
        (2, 0.0, "gaps"),
    ]


@pytest.mark.parametrize("gap_s, sessions", [(1800, 1), (1801, 2)])
def test_exactly_30_minutes_still_count(gap_s, sessions):
    found = rows("session", [page(0), page(gap_s)])
    assert len(found) == sessions
    assert found[0]["active_s"] == (1800.0 if sessions == 1 else 0.0)


def test_the_band_of_10_and_60_minutes():
    found = row("session", [page(0), page(300), page(300 + 1200), page(300 + 1200)])
    assert (found["active_10_s"], found["active_s"], found["active_60_s"]) == (300, 1500, 1500)
    first, second = rows("session", [page(0), page(2400)])
    assert (first["active_10_s"], first["active_s"], first["active_60_s"]) == (0, 0, 2400)
    assert second["active_60_s"] == 0


def test_time_goes_to_what_was_done_before_it():
    assert seconds([page(0, "M1"), page(100, "M2"), page(130, "M1"), page(140, "M1")]) == {
        (1, "M1"): 110.0,
        (1, "M2"): 30.0,
    }


def test_two_devices_at_once_make_one_timeline():
    desk = [page(0, "M1"), page(600, "M1")]
    phone = [page(300, "M2", actor=PHONE), page(900, "M2", actor=PHONE)]
    found = seconds([*desk, *phone], links=[(ANA, 7), (PHONE, 7)])
    assert found == {(1, "M1"): 600.0, (1, "M2"): 300.0}
    assert sum(seconds([*desk, *phone]).values()) == 1200.0  # two people, 600 s each


def test_people_do_not_share_a_timeline():
    found = rows("session", [page(0), page(60), page(30, actor=BEN), page(90, actor=BEN)])
    assert told(found, "person", "active_s") == [(ANA, 60.0), (BEN, 60.0)]


def test_what_is_done_about_a_learner_is_not_activity():
    office = [event(60, "assigned"), quiz(90, "scored", score_scaled=0.4), event(95, "satisfied")]
    office.append(event(99, "initialized", "module", module="M9", transferred=True))
    assert seconds([page(0), *office, page(100)]) == {(1, "M1"): 100.0}
    assert rows("session", office) == []


def test_a_day_that_turns_in_a_session_splits_its_row_not_its_session():
    night = dt.datetime(2026, 3, 2, 23, 50, tzinfo=dt.UTC)
    events = [page(night + dt.timedelta(minutes=m)) for m in (0, 9, 20)]
    assert told(rows("session", events), "session_no", "local_date", "active_s") == [
        (1, dt.date(2026, 3, 2), 1200.0),
        (1, dt.date(2026, 3, 3), 0.0),
    ]


def test_logins_and_clicks_are_counted():
    events = [
        event(0, "logged_in", "other", course=None),
        event(0, "interacted", clicks=40),
        event(1, "interacted", clicks=None),
    ]
    found = rows("session", events)
    assert told(found, "course", "events", "logins", "clicks") == [(None, 1, 1, 1), ("C", 2, 0, 41)]


def test_late_statements_fill_their_gap():
    known = [page(0), page(3000)]
    assert seconds(known) == {(1, "M1"): 0.0, (2, "M1"): 0.0}
    late = page(1500, "M2", stored=at(days=10))
    assert seconds([*known, late]) == {(1, "M1"): 1500.0, (1, "M2"): 1500.0}


def test_video_counts_what_was_played_not_the_pause():
    events = [
        page(0),
        video(100, "played", 0.0),
        video(200, "paused", 100.0),
        video(1400, "played", 100.0),
        video(1500, "terminated", 200.0),
        page(1600),
        page(1650),
    ]
    found = row("session", events)
    assert (found["active_s"], found["rule"]) == (100.0 + 200.0 + 50.0, "mixed")
    assert found["active_10_s"] == found["active_60_s"] == 350.0


def test_a_passage_repeated_counts_once_and_speed_shortens_it():
    fast = video(60, "terminated", speed=2.0, **watched((0, 100), (50, 100)))
    found = row("session", [video(0, "played", 0.0, speed=2.0), fast])
    assert (found["active_s"], found["rule"]) == (50.0, "segments")


def test_a_video_that_tells_nothing_falls_back_to_gaps():
    found = row("session", [video(0, "initialized"), video(90, "completed")])
    assert (found["active_s"], found["rule"]) == (90.0, "gaps")


def test_reading_while_the_video_plays_is_not_counted_twice():
    events = [
        video(0, "played", 0.0),
        page(60, "M2"),
        page(120, "M2"),
        video(300, "paused", 300.0),
        page(310, "M2"),
        page(330, "M2"),
    ]
    assert seconds(events) == {(1, "M1"): 300.0, (1, "M2"): 20.0}


def test_a_player_that_was_closed_without_a_word_swallows_nothing():
    closed = [video(0, "played", 0.0), video(50, "paused", 50.0), video(60, "played", 50.0)]
    assert seconds([*closed, page(70, "M2"), page(100, "M2")])[1, "M2"] == 30.0


def test_an_assessment_lasts_from_opening_to_handing_in():
    events = [
        quiz(0, "initialized"),
        page(60, "M1"),
        quiz(2400, "completed"),
        page(2460),
        page(2461),
    ]
    found = rows("session", events)
    by_module = told(found, "session_no", "module", "active_s", "rule")
    # 40 silent minutes inside the assessment: two sessions, all of the time in the first.
    assert by_module == [
        (1, "M1", 0.0, "gaps"),
        (1, "M2", 2400.0, "submission"),
        (2, "M1", 1.0, "gaps"),
        (2, "M2", 60.0, "gaps"),
    ]


def test_an_assessment_counts_four_hours_at_most():
    events = [quiz(at(), "initialized"), quiz(at(hours=30), "completed")]
    assert [s["active_s"] for s in rows("session", events)] == [4 * 3600.0, 0.0]


def test_grading_weeks_later_is_not_time_spent():
    events = [
        quiz(0, "initialized"),
        quiz(60, "experienced"),
        quiz(at(days=9), "scored", score_raw=5.0),
    ]
    assert seconds(events) == {(1, "M2"): 60.0}


def test_overlapping_assessments_are_united_first():
    other = {"object": "R", "assessment": "R"}
    events = [
        quiz(0, "initialized"),
        quiz(50, "initialized", **other),
        quiz(100, "completed"),
        quiz(130, "completed", **other),
    ]
    assert seconds(events) == {(1, "M2"): 130.0}


def test_a_sitting_of_which_nothing_finer_is_known_lasts_what_it_says():
    def sco(when, did, **fields):
        return event(when, did, "module", module="M1", **fields)

    sitting = [sco(0, "initialized"), sco(1200, "terminated", duration_s=900.0)]
    found = row("session", sitting)
    assert (found["active_s"], found["rule"]) == (900.0, "duration")
    finer = row("session", [*sitting, page(600)])
    assert (finer["active_s"], finer["rule"]) == (1200.0, "gaps")
    long = row("session", [sco(0, "terminated", duration_s=86_400.0)])
    assert long["active_s"] == 4 * 3600.0
    twice = [sco(0, "completed", duration_s=500.0), sco(1, "passed", duration_s=501.0)]
    assert row("session", twice)["active_s"] == 501.0
    two_sittings = [sco(0, "terminated", duration_s=60.0), sco(90, "terminated", duration_s=80.0)]
    assert row("session", two_sittings)["active_s"] == 140.0
