"""Segment: the passages of a video that a learner played; what coverage curves are drawn from."""

import ibis
import ibis.expr.types as ir

from leadline.facts.fact import Column, Fact, Sensitivity
from leadline.facts.playback import played_segments, union, video_events

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course, if any"),
    "cycle_no": Column("int64", Sensitivity.KEY, "assignment cycle; 0 outside courses"),
    "module": Column("string", Sensitivity.CONTENT, "module that holds the video"),
    "video": Column("string", Sensitivity.CONTENT, "activity id of the video"),
    "layer": Column(
        "string",
        Sensitivity.CONTENT,
        "unique: each second once per learner; every: each viewing as last reported, with repeats",
    ),
    "viewing": Column(
        "int64", Sensitivity.KEY, "which video session (only told apart); null in layer unique"
    ),
    "start_s": Column("float64", Sensitivity.ACTIVITY, "position where playing began, seconds"),
    "end_s": Column("float64", Sensitivity.ACTIVITY, "position where it ended, seconds, exclusive"),
}


def rows(m: ir.Table) -> ir.Table:
    """Both layers; segments of layer unique neither overlap nor touch."""
    segments = played_segments(video_events(m))
    unique = union(segments, "watch").mutate(
        layer=ibis.literal("unique"), viewing=ibis.null("int64")
    )
    every = segments.filter(segments.latest).mutate(layer=ibis.literal("every"))
    both = [layer.rename(video="object").select(*COLUMNS) for layer in (unique, every)]
    return both[0].union(both[1])


GRAIN = (
    "person × course × cycle_no × video × layer × viewing × start_s; in layer every, repeats stay"
)
FACT = Fact("segment", GRAIN, COLUMNS, rows)
