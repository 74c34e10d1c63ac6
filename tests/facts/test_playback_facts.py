"""What was watched of a video: watches and their segments."""

import pytest
from facts_world import at, event, row, rows, told, watched


def video(when, did, time_s=None, session="v1", **fields):
    fields = {"length_s": 100.0, "module": "M1", "session_id": session} | fields
    return event(when, did, "video", time_s=time_s, **fields)


def seek(when, origin, target, **fields):
    return video(when, "seeked", time_from_s=origin, time_to_s=target, **fields)


def segments(events, layer):
    found = [s for s in rows("segment", events) if s["layer"] == layer]
    return told(found, "start_s", "end_s")


def test_the_story_of_one_watch():
    watch = row(
        "watch",
        [
            video(0, "initialized"),
            video(5, "played", 0.0),
            video(45, "paused", 40.0, progress=0.4, **watched((0, 40))),
            video(50, "played", 30.0),
            video(80, "terminated", 60.0, progress=0.6, **watched((0, 40), (30, 60))),
        ],
    )
    assert (watch["starter"], watch["started_at"], watch["last_at"]) == (True, at(5), at(80))
    assert (watch["watched_s"], watch["max_s"], watch["exit_s"]) == (60.0, 60.0, 60.0)
    assert (watch["progress"], watch["length_s"], watch["finished"]) == (0.6, 100.0, False)
    assert (watch["plays"], watch["sessions"], watch["segments_state"]) == (2, 1, "read")
    assert (watch["course"], watch["cycle_no"], watch["module"], watch["video"]) == (
        "C",
        1,
        "M1",
        "V",
    )


def test_unique_counts_a_second_once_and_every_keeps_the_repeat():
    events = [
        video(10, "paused", 40.0, **watched((0, 40))),
        video(80, "terminated", 60.0, **watched((0, 40), (30, 60))),
        video(900, "terminated", 90.0, session="v2", **watched((60, 70), (80, 90))),
    ]
    assert segments(events, "unique") == [(0.0, 70.0), (80.0, 90.0)]
    assert sorted(segments(events, "every")) == [(0, 40), (30, 60), (60, 70), (80, 90)]
    assert row("watch", events)["watched_s"] == 80.0
    assert row("watch", events)["sessions"] == 2


def test_a_list_that_lost_its_beginning_loses_nothing_already_reported():
    events = [video(9, "paused", **watched((0, 40))), video(99, "paused", **watched((50, 60)))]
    assert segments(events, "unique") == [(0.0, 40.0), (50.0, 60.0)]
    assert segments(events, "every") == [(50.0, 60.0)]


def test_without_lists_segments_are_rebuilt_from_play_and_pause():
    events = [
        video(0, "played", 0.0),
        video(30, "paused", 30.0),
        video(40, "played", 20.0),
        video(60, "terminated", 40.0),
    ]
    assert segments(events, "unique") == [(0.0, 40.0)]
    assert segments(events, "every") == [(0.0, 30.0), (20.0, 40.0)]
    watch = row("watch", events)
    assert (watch["watched_s"], watch["segments_state"], watch["segments_open"]) == (
        40.0,
        "rebuilt",
        0,
    )


def test_seeking_while_playing_ends_a_segment_where_it_left():
    events = [video(0, "played", 0.0), seek(10, 10.0, 80.0), video(10, "played", 80.0)]
    events.append(video(20, "paused", 90.0))
    assert segments(events, "unique") == [(0.0, 10.0), (80.0, 90.0)]


def test_seeking_without_playing_is_not_watching():
    watch = row("watch", [video(0, "initialized"), seek(5, 0.0, 90.0), seek(6, 90.0, 50.0)])
    assert (watch["starter"], watch["started_at"], watch["watched_s"]) == (False, None, None)
    assert (watch["segments_state"], watch["exit_s"]) == ("absent", 90.0)


def test_an_empty_list_is_a_report_of_nothing_watched():
    events = [video(0, "played", 0.0), video(30, "paused", 30.0, **watched())]
    watch = row("watch", events)
    assert (watch["watched_s"], watch["segments_state"], watch["starter"]) == (0.0, "read", True)
    assert rows("segment", events) == []


def test_playing_without_an_end_is_open_and_not_guessed():
    watch = row("watch", [video(0, "played", 0.0), video(9, "played", 9.0)])
    assert (watch["watched_s"], watch["segments_open"]) == (None, 2)
    assert (watch["segments_state"], watch["starter"]) == ("absent", True)


def test_an_end_at_an_unknown_position_leaves_the_segment_open():
    watch = row("watch", [video(0, "played", 0.0), video(30, "terminated")])
    assert (watch["watched_s"], watch["segments_open"]) == (None, 1)


def test_open_parts_are_those_of_the_last_list_of_each_session():
    events = [
        video(1, "paused", **watched((0, 1), open_parts=1)),
        video(2, "paused", **watched((0, 2), open_parts=1)),
        video(900, "paused", session="v2", **watched((0, 2), open_parts=1)),
    ]
    assert row("watch", events)["segments_open"] == 2


def test_another_played_ends_nothing():
    events = [video(0, "played", 0.0), video(10, "played", 10.0), video(20, "paused", 20.0)]
    assert segments(events, "unique") == [(0.0, 20.0)]
    assert segments(events, "every") == [(0.0, 20.0)]


@pytest.mark.parametrize("speed, end_s", [(None, 11.0), (1.0, 11.0), (2.0, 21.0), (0.0, 11.0)])
def test_no_more_is_watched_than_the_clock_allows(speed, end_s):
    events = [video(0, "played", 0.0, speed=speed), video(10, "paused", 95.0)]
    assert segments(events, "unique") == [(0.0, end_s)]


def test_nothing_is_watched_beyond_the_end_or_backwards():
    beyond = [video(0, "played", 90.0), video(60, "paused", 140.0)]
    assert segments(beyond, "unique") == [(90.0, 100.0)]
    back = [video(0, "played", 90.0), video(60, "paused", 50.0)]
    assert segments(back, "unique") == []
    assert row("watch", back)["watched_s"] == 0.0


def test_segments_do_not_reach_from_one_video_session_into_the_next():
    events = [video(0, "played", 0.0), video(30, "paused", 30.0, session="v2")]
    assert segments(events, "unique") == []


def test_statements_without_session_id_are_one_session():
    events = [video(0, "played", 0.0, session=None), video(30, "paused", 30.0, session=None)]
    assert segments(events, "unique") == [(0.0, 30.0)]


def test_an_unreadable_list_is_counted_and_the_events_stand_in():
    torn = {"segments_state": "malformed"}
    alone = row("watch", [video(0, "initialized"), video(9, "paused", **torn)])
    assert (alone["segments_state"], alone["segments_malformed"]) == ("malformed", 1)
    assert alone["watched_s"] is None
    mended = row("watch", [video(0, "played", 0.0), video(9, "paused", 9.0, **torn)])
    assert (mended["segments_state"], mended["watched_s"]) == ("rebuilt", 9.0)


@pytest.mark.parametrize(
    "fields, finished",
    [
        (watched((0, 95)), True),
        (watched((0, 94)), False),
        (watched((0, 50)) | {"completion_threshold": 0.5}, True),
        ({"progress": 0.95}, True),
        ({"progress": 0.94}, False),
        ({"completion": True}, True),
    ],
)
def test_finished(fields, finished):
    assert row("watch", [video(0, "paused", **fields)])["finished"] is finished


def test_completed_is_finished_and_jumping_to_the_end_is_not():
    assert row("watch", [video(0, "completed")])["finished"]
    jumped = [video(0, "played", 0.0), seek(5, 5.0, 99.0), video(6, "terminated", 99.0)]
    assert not row("watch", jumped)["finished"]


def test_the_exit_is_where_the_last_statement_says():
    left = [video(0, "played", 0.0), video(40, "paused", 40.0), seek(41, 40.0, 99.0)]
    assert row("watch", left)["exit_s"] == 40.0
    unsaid = [video(0, "paused", None, **watched((0, 40), (10, 20)))]
    assert row("watch", unsaid)["exit_s"] == 40.0


def test_a_list_outside_any_course_is_watched_too():
    watch = row("watch", [video(0, "paused", course=None, module=None, **watched((0, 7)))])
    assert (watch["course"], watch["cycle_no"], watch["watched_s"]) == (None, 0, 7.0)
