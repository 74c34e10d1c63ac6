"""Videos, time and events by hand (METHODS A2, B2; MISSION S005)."""

from tiny_world import copies, day, measure, world

from leadline.metrics.video import cliffs, curve

WATCH = {
    "course": "first aid",
    "cycle_no": 1,
    "module": "bleeding",
    "video": "tourniquet",
    "starter": True,
    "started_at": day(20),
    "last_at": day(20, 1),
    "length_s": 100.0,
    "finished": False,
    "segments_state": "read",
    "segments_open": 0,
    "segments_malformed": 0,
}
PLAYED = {"course": "first aid", "cycle_no": 1, "module": "bleeding", "video": "tourniquet"}


def watched(person, *segments, layer="unique"):
    return [
        {**PLAYED, "person": person, "layer": layer, "start_s": start, "end_s": end}
        for start, end in segments
    ]


def small():
    """Person 1 sees 0-40 twice, 2 sees 30-100, 3 pressed play only, 4 only opened the page."""
    return world(
        watch=[
            {**WATCH, "person": 1, "exit_s": 40.0, "max_s": 40.0, "watched_s": 40.0},
            {
                **WATCH,
                "person": 2,
                "exit_s": 100.0,
                "max_s": 100.0,
                "watched_s": 70.0,
                "finished": True,
            },
            {**WATCH, "person": 3, "segments_state": "malformed", "segments_malformed": 2},
            {**WATCH, "person": 4, "starter": False, "started_at": None, "segments_open": 1},
        ],
        segment=[
            *watched(1, (0.0, 40.0)),
            *watched(2, (30.0, 100.0)),
            *watched(1, (0.0, 40.0), (0.0, 40.0), layer="every"),
            *watched(2, (30.0, 100.0), layer="every"),
        ],
    )


def test_viewers_and_plays_of_each_second():
    facts = small()
    viewers = measure("video_viewers", facts, by=["second"])
    assert (viewers["0"].estimate, viewers["39"].estimate, viewers["40"].estimate) == (1, 2, 1)
    assert len(viewers) == 100
    plays = measure("video_plays", facts, by=["second"])
    assert (plays["0"].estimate, plays["39"].estimate, plays["40"].estimate) == (2, 3, 1)


def test_the_curve_says_the_same_as_the_metrics_second_by_second():
    facts = small()
    found = curve(facts, "tourniquet")
    viewers = measure("video_viewers", facts, by=["second"])
    plays = measure("video_plays", facts, by=["second"])
    assert list(found.viewers) == [viewers[str(second)].estimate for second in range(100)]
    assert list(found.plays) == [plays[str(second)].estimate for second in range(100)]
    assert found.starters == measure("video_starters", facts).estimate == 3


def test_half_seconds_count_where_the_whole_second_lies_inside():
    facts = world(watch=[{**WATCH, "person": 1}], segment=watched(1, (0.2, 3.0), (3.5, 5.5)))
    assert list(measure("video_viewers", facts, by=["second"])) == ["1", "2", "4", "5"]
    assert curve(facts, "tourniquet").viewers[:7] == (0, 1, 1, 0, 1, 1, 0)


def test_one_person_in_two_cycles_is_one_viewer_and_two_watches():
    again = {**WATCH, "person": 1, "cycle_no": 2}
    segments = [
        *watched(1, (0.0, 50.0)),
        *({**row, "cycle_no": 2} for row in watched(1, (20.0, 80.0))),
    ]
    found = curve(world(watch=[{**WATCH, "person": 1}, again], segment=segments), "tourniquet")
    assert (found.starters, found.watches) == (1, 2)
    assert set(found.viewers[:80]) == {1}


def test_a_video_outside_any_course_has_viewers_too():
    watch = {**WATCH, "person": 1, "course": None, "cycle_no": 0}
    segment = [{**row, "course": None, "cycle_no": 0} for row in watched(1, (0.0, 2.0))]
    facts = world(watch=[watch], segment=segment)
    assert list(measure("video_viewers", facts, by=["second"])) == ["0", "1"]


def test_the_cliff_is_found_and_who_may_come_back_is_censored():
    facts = world(
        watch=[
            *copies({**WATCH, "exit_s": 52.0, "max_s": 52.0}, range(60)),
            *copies({**WATCH, "exit_s": 100.0, "finished": True}, range(60, 90)),
            *copies({**WATCH, "exit_s": 52.0, "last_at": day(180)}, range(90, 100)),
            *copies({**WATCH, "exit_s": None}, range(100, 103)),
        ]
    )
    found = curve(facts, "tourniquet")
    (drop,) = found.drops
    assert (drop.start_s, drop.end_s, drop.exits) == (52, 53, 60)
    assert drop.share.estimate == 0.6
    assert (found.finished, found.still_watching, found.unknown_position) == (30, 10, 3)
    assert found.segments_states == {"read": 103}


def test_a_video_that_nobody_started_has_an_empty_curve():
    found = curve(world(), "tourniquet")
    assert (found.starters, found.length_s, found.viewers, found.drops) == (0, None, (), ())


def test_finishers_and_watched_time():
    facts = world(
        watch=[
            *copies({**WATCH, "finished": True, "watched_s": 90.0}, range(15)),
            *copies({**WATCH, "watched_s": 30.0}, range(15, 25)),
            *copies({**WATCH, "watched_s": None}, range(25, 30)),
        ]
    )
    assert measure("video_finishers", facts).estimate == 0.5
    time = measure("watched_time", facts)
    assert (time.estimate, time.n_excluded) == (90.0, {"watching not reported": 5})


def test_malformed_and_open_segments_are_counted():
    facts = small()
    assert measure("malformed_segments", facts).estimate == 2
    assert measure("malformed_segments", facts, fault="open").estimate == 1


def sessions(person, *stretches):
    return [
        {
            "person": person,
            "session_no": number,
            "course": "first aid",
            "module": module,
            "local_date": start.date(),
            "started_at": start,
            "active_s": seconds,
            "active_10_s": seconds / 2,
            "active_60_s": seconds * 2,
            "rule": "gaps",
            "logins": 1,
        }
        for number, (start, module, seconds) in enumerate(stretches, start=1)
    ]


def test_active_time_is_summed_per_cycle_and_the_idle_band_stands_beside():
    cycle = {"course": "first aid", "cycle_no": 1, "started_at": day(1), "last_at": day(9)}
    later = {**cycle, "cycle_no": 2, "started_at": day(90), "last_at": day(99)}
    facts = world(
        cycle=[*copies(cycle, range(21)), *copies(later, range(21))],
        session=[
            row
            for person in range(21)
            for row in sessions(
                person, (day(1), "a", 100.0), (day(3), "b", 500.0), (day(95), "a", 4000.0)
            )
        ],
    )
    by_cycle = measure("active_time", facts, by=["cycle_no"])
    assert (by_cycle["1"].estimate, by_cycle["2"].estimate) == (600.0, 4000.0)
    assert by_cycle["1"].beside["idle_10_min"] == 300.0
    assert by_cycle["1"].beside["idle_60_min"] == 1200.0
    assert measure("time_per_module", facts, by=["module"])["b"].estimate == 500.0
    assert measure("active_time_total", facts, by=["module"])["a"].estimate == 21 * 4100.0
    assert measure("logins", facts).estimate == 63


def event(number, person, did="completed", **row):
    fixed = {"statement_id": f"s{number}", "timestamp": day(5), "clicks": 1, "source": "lms"}
    return {**fixed, "person": person, "did": did, "verb": f"urn:{did}", **row}


def test_statements_and_people_are_counted():
    facts = world(
        event=[
            event(1, 1, kind="video", object="tourniquet"),
            event(2, 1),
            event(3, 2),
        ]
    )
    assert measure("statements", facts).estimate == 3
    assert measure("people", facts).estimate == 2
    assert measure("people", facts, by=["video"])["tourniquet"].estimate == 1


def test_the_cliff_is_found_among_all_videos_and_even_ones_are_not():
    planted = [
        *copies({**WATCH, "exit_s": 52.0}, range(60)),
        *copies({**WATCH, "exit_s": 100.0, "finished": True}, range(60, 100)),
    ]
    even = [
        {**WATCH, "person": person, "video": f"even {number}", "exit_s": float(person)}
        for number in range(8)
        for person in range(100)
    ]
    (found,) = cliffs(world(watch=[*planted, *even]))
    assert (found.video, found.course, found.looked_at) == ("tourniquet", "first aid", 9)
    assert (found.drop.start_s, found.starters, found.since) == (52, 100, day(20))
    assert cliffs(world(watch=even)) == []
    assert cliffs(world(watch=planted), course="another") == []
