"""Watch: one learner and one video within one cycle; how far, how much, and where it stopped."""

import ibis
import ibis.expr.types as ir

from leadline.facts.amounts import total
from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity
from leadline.facts.moments import completes
from leadline.facts.playback import played_segments, runs, union, video_events

DEFAULT_THRESHOLD_SHARE = 0.95

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course, if any"),
    "cycle_no": Column("int64", Sensitivity.KEY, "assignment cycle; 0 outside courses"),
    "module": Column("string", Sensitivity.CONTENT, "module that holds the video"),
    "video": Column("string", Sensitivity.CONTENT, "activity id of the video"),
    "starter": Column(
        "boolean", Sensitivity.ACTIVITY, "pressed play, or some of it was reported as watched"
    ),
    "started_at": Column(INSTANT, Sensitivity.ACTIVITY, "first sign of it; null unless starter"),
    "last_at": Column(INSTANT, Sensitivity.ACTIVITY, "last statement about the video"),
    "watched_s": Column(
        "float64",
        Sensitivity.ACTIVITY,
        "length of the union of played segments, seconds of video; null where nothing tells",
    ),
    "max_s": Column("float64", Sensitivity.ACTIVITY, "furthest position played, seconds"),
    "exit_s": Column(
        "float64",
        Sensitivity.ACTIVITY,
        "position last stated (where a seek left from), else the furthest played, seconds",
    ),
    "progress": Column("float64", Sensitivity.ACTIVITY, "largest progress reported, 0 to 1"),
    "length_s": Column("float64", Sensitivity.CONTENT, "length of the video last sent, seconds"),
    "completion_threshold": Column(
        "float64", Sensitivity.CONTENT, "share that counts as finished, last sent; null: 0.95"
    ),
    "finished": Column(
        "boolean", Sensitivity.ACTIVITY, "said to be completed, or share or progress at threshold"
    ),
    "plays": Column("int64", Sensitivity.ACTIVITY, "played statements"),
    "sessions": Column("int64", Sensitivity.ACTIVITY, "video sessions"),
    "segments_state": Column(
        "string",
        Sensitivity.ACTIVITY,
        "read: lists as reported; rebuilt: some sessions from played and paused; "
        "malformed: only unreadable lists; absent: nothing to tell from",
    ),
    "segments_open": Column(
        "int64", Sensitivity.ACTIVITY, "segments without an end, left out of watched_s"
    ),
    "segments_malformed": Column(
        "int64", Sensitivity.ACTIVITY, "statements whose list was unreadable"
    ),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per (person, course, cycle_no, video)."""
    watches = _watches(m)
    threshold = watches.completion_threshold.fill_null(DEFAULT_THRESHOLD_SHARE)
    state = ibis.cases(
        (watches.rebuilt, "rebuilt"),
        (watches.listed, "read"),
        (watches.segments_malformed > 0, "malformed"),
        else_="absent",
    )
    tells = watches.rebuilt | watches.listed
    watched_s = ibis.ifelse(tells, watches.union_s.fill_null(0.0), ibis.null("float64"))
    finished = (
        watches.completed
        | (watched_s >= threshold * watches.length_s).fill_null(False)
        | (watches.progress >= threshold).fill_null(False)
    )
    return watches.mutate(
        starter=watches.started_at.notnull(),
        watched_s=watched_s,
        exit_s=ibis.coalesce(watches.stated_s, watches.max_s),
        finished=finished,
        segments_state=state,
        segments_open=watches.listed_open + watches.runs_open,
    )


def _watches(m: ir.Table) -> ir.Table:
    v = video_events(m)
    segments = union(played_segments(v), "watch")
    lengths = segments.group_by(["person", "watch"]).aggregate(
        union_s=total(segments.end_s - segments.start_s), max_s=segments.end_s.max()
    )
    pressed = runs(v)
    rebuilt = pressed.group_by(["person", "watch"]).aggregate(
        rebuilt=pressed.end_s.count() > 0, runs_open=pressed.end_s.isnull().cast("int64").sum()
    )
    joined = _told(v).left_join(lengths, ["person", "watch"]).drop("person_right", "watch_right")
    joined = joined.left_join(rebuilt, ["person", "watch"])
    return joined.mutate(
        rebuilt=joined.rebuilt.fill_null(False), runs_open=joined.runs_open.fill_null(0)
    )


def _told(v: ir.Table) -> ir.Table:
    """What the statements about each video say, before any segment is put together."""
    shown = (v.segments_state == "read") & (v.segments.length() > 0)
    position = ibis.coalesce(v.time_s, v.time_from_s, v.time_to_s)
    return v.group_by(["person", "watch"]).aggregate(
        course=v.course.min(),
        cycle_no=v.cycle_no.min(),
        video=v.object.min(),
        module=v.module.min(),
        started_at=v.timestamp.min(where=(v.did == "played") | shown),
        last_at=v.timestamp.max(),
        stated_s=position.argmax(v.place, where=position.notnull()),
        progress=v.progress.max(),
        length_s=v.length_s.argmax(v.place, where=v.length_s.notnull()),
        completion_threshold=v.completion_threshold.argmax(
            v.place, where=v.completion_threshold.notnull()
        ),
        completed=completes(v).max(),
        listed=v.listed.max(),
        plays=(v.did == "played").cast("int64").sum(),
        sessions=(v.place == v.viewing).cast("int64").sum(),
        listed_open=v.segments_open.sum(where=v.newest).fill_null(0),
        segments_malformed=(v.segments_state == "malformed").cast("int64").sum(),
    )


FACT = Fact("watch", "person × course × cycle_no × video", COLUMNS, rows)
