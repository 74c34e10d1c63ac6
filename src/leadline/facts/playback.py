"""Playback: which seconds of a video were watched (METHODS B2, xAPI Video Profile 1.0).

A viewing is one video session (`session_id`) of one person, video and cycle; statements without
session id make up one viewing together. Where any statement of a viewing carries a readable list of
played segments (an empty one too: it reports that nothing was watched), the lists are believed.
Elsewhere the segments are rebuilt from what was pressed:

* a `played` at `time_s` lasts until the next end in its viewing: paused, completed, terminated or
  suspended at `time_s`, or seeked at `time_from_s`. Another played ends nothing
* forward only; never beyond the video's length; never more than the wall clock allows:
  elapsed seconds × speed + 1
* an end at an unknown position, or none at all, leaves the segment open: counted, not guessed
* seeking without playing is not watching
"""

import ibis
import ibis.expr.types as ir

VIDEO = ["course", "cycle_no", "object"]
ENDS = ("paused", "completed", "terminated", "suspended", "seeked")
STATED = [
    *("person", *VIDEO, "module", "place", "timestamp", "second", "did", "completion"),
    *("time_s", "time_from_s", "time_to_s", "length_s", "speed", "progress"),
    *("completion_threshold", "segments", "segments_state", "segments_open"),
]
CLOCK_TOLERANCE_SECONDS = 1.0
FIELDS = ["person", *VIDEO, "module", "watch", "viewing", "start_s", "end_s", "latest"]


def video_events(m: ir.Table) -> ir.Table:
    """Video moments with what they belong to, each named by the place of its first statement:

    `watch` (one per person, cycle and video), `viewing` (one per video session of it). `listed`:
    the viewing has a readable list; `newest`: this statement carries its last one."""
    events = m.filter((m.kind == "video") & m.object.notnull())
    watch = ibis.window(group_by=["person", *VIDEO])
    viewing = ibis.window(group_by=["person", *VIDEO, "session_id"])
    readable = ibis.ifelse(events.segments_state == "read", events.place, 0)
    told = events.select(
        *STATED,
        watch=events.place.min().over(watch),
        viewing=events.place.min().over(viewing),
        newest_list=readable.max().over(viewing),
        length=events.length_s.max().over(watch),
    )
    return told.mutate(listed=told.newest_list > 0, newest=told.place == told.newest_list).drop(
        "newest_list"
    )


def played_segments(v: ir.Table) -> ir.Table:
    """Every played segment of `video_events`: keys, module, watch, viewing, start_s, end_s, latest.

    `latest` marks those that tell each viewing once and keep its repeats: the list last
    reported; where rebuilt, the playing from the first `played` after an end."""
    rebuilt = runs(v)
    return _reported(v).union(rebuilt.filter(rebuilt.end_s > rebuilt.start_s).select(*FIELDS))


def runs(v: ir.Table) -> ir.Table:
    """Each `played` of the viewings without a list: start_s, and end_s (null: left open)."""
    pressed = v.filter(~v.listed & v.did.isin(("played", *ENDS)))
    along = ibis.window(group_by=["person", "viewing"], order_by="place")
    pressed = pressed.mutate(ends=ibis.ifelse(pressed.did == "played", 0, 1))
    # An end shares its number with everything played since the end before it.
    pressed = pressed.mutate(run=pressed.ends.cumsum().over(along) - pressed.ends)
    run = ["person", "viewing", "run"]
    position = ibis.ifelse(pressed.did == "seeked", pressed.time_from_s, pressed.time_s)
    stop_s = ibis.ifelse(pressed.ends == 1, position, ibis.null("float64"))
    stop_second = ibis.ifelse(pressed.ends == 1, pressed.second, ibis.null("int64"))
    timed = pressed.mutate(
        stop_s=stop_s.max().over(ibis.window(group_by=run)),
        stop_second=stop_second.max().over(ibis.window(group_by=run)),
        latest=ibis.row_number().over(ibis.window(group_by=run, order_by="place")) == 0,
    )
    started = timed.filter(timed.did == "played")
    return started.mutate(start_s=ibis.greatest(started.time_s, 0.0), end_s=_end(started))


def _end(started: ir.Table) -> ir.FloatingValue:
    """Where playing ended: at the stop, within the video's length and what the clock allows."""
    speed = ibis.ifelse(started.speed > 0, started.speed, 1.0).fill_null(1.0)
    elapsed = (started.stop_second - started.second).cast("float64")
    reachable = started.time_s + elapsed * speed + CLOCK_TOLERANCE_SECONDS
    end_s = ibis.least(started.stop_s, reachable, started.length.fill_null(started.stop_s))
    known = started.stop_s.notnull() & started.time_s.notnull()
    return ibis.ifelse(known, end_s, ibis.null("float64"))


def union(segments: ir.Table, within: str) -> ir.Table:
    """Merge the segments that overlap or touch within each `watch` or `viewing` of a person."""
    group = ["person", within]
    order = ["start_s", "end_s"]
    # Equal segments once: two windows could put them in different orders, and break an island.
    segments = segments.group_by([*group, *order]).aggregate(
        **{name: segments[name].min() for name in (*VIDEO, "module")}
    )
    before = ibis.window(group_by=group, order_by=order, preceding=(None, 1))
    along = ibis.window(group_by=group, order_by=order, preceding=(None, 0))
    reached = segments.mutate(reach_s=segments.end_s.max().over(before))
    islands = reached.mutate(new=ibis.ifelse(reached.start_s <= reached.reach_s, 0, 1))
    islands = islands.mutate(island=islands.new.sum().over(along))
    return islands.group_by([*group, "island"]).aggregate(
        **{name: islands[name].min() for name in (*VIDEO, "module")},
        start_s=islands.start_s.min(),
        end_s=islands.end_s.max(),
    )


def _reported(v: ir.Table) -> ir.Table:
    read = v.filter((v.segments_state == "read") & (v.segments.length() > 0))
    parts = read.select(
        "person",
        *VIDEO,
        "module",
        "watch",
        "viewing",
        latest=read.newest,
        part=read.segments.unnest(),
    )
    parts = parts.mutate(start_s=parts.part.start_s, end_s=parts.part.end_s)
    return parts.filter(parts.end_s > parts.start_s).select(*FIELDS)
