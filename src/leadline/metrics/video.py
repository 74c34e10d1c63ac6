"""The video's curve (METHODS B2): who watched which second, where people stopped, what was
unreadable."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis import _

from leadline.metrics.metric import Facts
from leadline.metrics.population import instant
from leadline.metrics.watched import starts
from leadline.stats.drops import (
    FALSE_DISCOVERY_MAX,
    STARTERS_MIN_PEOPLE,
    Bin,
    Drop,
    Stops,
    abnormal_drops,
    bins,
)
from leadline.stats.multiplicity import benjamini_hochberg

VERSION = 1
QUESTION = "Where do they stop in the video?"
DEFINITION = (
    "Viewers of second s: distinct people of whom a played segment has start_s ≤ s < end_s; "
    "plays: every such playing, repeats included. Exits: watches by position of the last "
    "statement, where not finished and not seen in the video for 14 days; who finished or may "
    "come back is censored. Bins of 5 s or a sixtieth of the length. Abnormal drop: exit hazard "
    "above what the 7 bins on each side explain, without their top fifth (beta-binomial, "
    "Benjamini-Hochberg at 1 %), more than twice theirs and at least 5 exits, with 20 people "
    "and a tenth of the starters at risk; the first and last 5 % are not judged. Neighbouring "
    "bins are merged. Nothing is claimed below 30 starters."
)
STILL_WATCHING_DAYS = 14  # who was seen in the video this recently may come back: censored
LENGTH_MAX_S = 24 * 3600
VIDEOS_MAX = 500
FINISHED, STOPPED, STILL, UNKNOWN = "finished", "stopped", "still watching", "position unknown"

Line = dict[str, Any]


@dataclass(frozen=True)
class Curve:
    """One video as of `as_of`. Second s is index s of `viewers` (distinct people) and `plays`.

    `watches` are learner × cycle; each is finished, stopped, still watching, or of unknown position
    (left out of `stops`). `length_s` is None where nobody sent one and nobody played anything.
    The `segments_…` counts say how the watching is known: see the fact `watch`."""

    video: str
    as_of: datetime
    length_s: float | None
    starters: int
    watches: int
    finished: int
    still_watching: int
    unknown_position: int
    viewers: tuple[int, ...]
    plays: tuple[int, ...]
    stops: tuple[Stops, ...]
    bins: tuple[Bin, ...]
    drops: tuple[Drop, ...]
    segments_states: Mapping[str, int]  # read, rebuilt, malformed, absent: watches
    segments_open: int
    segments_malformed: int
    version: int = VERSION


def curve(facts: Facts, video: str) -> Curve:
    """The curve of one video. Two queries; what leaves the engine grows with the length only."""
    watches = _lines(_told(_fates(starts(facts).filter(_.video == video), facts)))
    length = max((line["length_s"] for line in watches if line["length_s"]), default=None)
    viewers, plays = _per_second(facts.segment.filter(_.video == video), length)
    if length is None and plays:
        length = float(len(plays))
    stops = _stops(watches)

    def watches_of(column: str, value: str) -> int:
        return sum(line["watches"] for line in watches if line[column] == value)

    return Curve(
        video=video,
        as_of=facts.now,
        length_s=length,
        starters=sum(line["people"] for line in watches),
        watches=sum(line["watches"] for line in watches),
        finished=watches_of("fate", FINISHED),
        still_watching=watches_of("fate", STILL),
        unknown_position=watches_of("fate", UNKNOWN),
        viewers=viewers,
        plays=plays,
        stops=tuple(stops),
        bins=tuple(bins(stops, length)) if length else (),
        drops=tuple(abnormal_drops(stops, length)) if length else (),
        segments_states={
            state: watches_of("segments_state", state)
            for state in sorted({line["segments_state"] for line in watches})
        },
        segments_open=sum(line["open"] or 0 for line in watches),
        segments_malformed=sum(line["malformed"] or 0 for line in watches),
    )


def _told(watch: ir.Table) -> ir.Table:
    """Watches by where, how and by what they ended; `people` counts each person once in all."""
    first = ibis.window(group_by="person", order_by=["cycle_no", "course"])
    return (
        watch.mutate(first=ibis.row_number().over(first) == 0)
        .group_by(["position", "fate", "segments_state"])
        .aggregate(
            watches=_.count(),
            people=_.first.sum(),
            open=_.segments_open.sum(),
            malformed=_.segments_malformed.sum(),
            length_s=_.whole_s.max(),
        )
    )


@dataclass(frozen=True)
class Cliff:
    """An abnormal drop of one video, found by looking at all of them.

    `q_value` holds over the `looked_at` videos; `since` is the first start among its watches."""

    video: str
    course: str | None
    module: str | None
    drop: Drop
    starters: int
    length_s: float
    since: datetime
    q_value: float
    looked_at: int
    bins: int


def cliffs(facts: Facts, course: str | None = None) -> list[Cliff]:
    """The abnormal drops of every video (of a course), strongest first. Two queries.

    Each video's smallest q-value is a valid test of "no drop anywhere in it" (Simes); over videos
    these are held to the same false discovery rate, so that looking at more finds no more by
    chance."""
    watch = _fates(starts(facts), facts)
    if course is not None:
        watch = watch.filter(_.course == course)
    videos = {line["video"]: line for line in _screenable(watch)}
    stops: dict[str, list[Stops]] = {}
    if videos:
        lines = _lines(_ends(watch.filter(_.video.isin(list(videos)))))
        for name, ends in groupby(lines, key=lambda line: str(line["video"])):
            stops[name] = _stops(ends)
    found = {name: abnormal_drops(stops[name], videos[name]["length_s"]) for name in stops}
    smallest = {name: min((drop.q_value for drop in found[name]), default=1.0) for name in found}
    adjusted = dict(zip(smallest, benjamini_hochberg(list(smallest.values())), strict=True))
    cliffs = [
        Cliff(
            video=name,
            course=videos[name]["course"],
            module=videos[name]["module"],
            drop=drop,
            starters=videos[name]["starters"],
            length_s=videos[name]["length_s"],
            since=videos[name]["since"],
            q_value=adjusted[name],
            looked_at=len(found),
            bins=len(bins(stops[name], videos[name]["length_s"])),
        )
        for name, drops in found.items()
        if adjusted[name] <= FALSE_DISCOVERY_MAX
        for drop in drops
    ]
    return sorted(cliffs, key=lambda each: (-each.drop.share.low, each.video))


def _screenable(watch: ir.Table) -> list[Line]:
    """Videos with enough starters to be judged, the most watched first."""
    table = watch.group_by("video").aggregate(
        starters=_.person.nunique(),
        course=_.course.min(),
        module=_.module.min(),
        length_s=_.whole_s.max(),
        since=_.started_at.min(),
    )
    table = table.filter(_.starters >= STARTERS_MIN_PEOPLE, _.length_s > 0)
    ordered = table.order_by([_.starters.desc(), _.video]).limit(VIDEOS_MAX)
    return _lines(ordered)


def _fates(watch: ir.Table, facts: Facts) -> ir.Table:
    """Started watches with `position`, whole seconds, and `fate`; `whole_s` is the video's
    length."""
    recent = watch.last_at > instant(facts.now - timedelta(days=STILL_WATCHING_DAYS))
    length = watch.length_s.max().over(ibis.window(group_by="video"))
    end = ibis.coalesce(length, watch.max_s, watch.exit_s)
    position = ibis.ifelse(watch.finished, end, watch.exit_s)
    fate = ibis.cases(
        (watch.finished, FINISHED),
        (position.isnull(), UNKNOWN),
        (recent, STILL),
        else_=STOPPED,
    )
    return watch.mutate(fate=fate, position=position.floor().cast("int64"), whole_s=length)


def _ends(watch: ir.Table) -> ir.Table:
    ends = watch.group_by(["video", "position", "fate"]).aggregate(watches=_.count())
    return ends.order_by(["video", "position"])


def _stops(lines: Iterable[Line]) -> list[Stops]:
    exits, censored = Counter[float](), Counter[float]()
    for line in lines:
        if line["position"] is not None:
            counter = exits if line["fate"] == STOPPED else censored
            counter[float(line["position"])] += line["watches"]
    return [Stops(at, exits[at], censored[at]) for at in sorted({*exits, *censored})]


def _lines(table: ir.Table) -> list[Line]:
    lines: list[Line] = table.to_pyarrow().to_pylist()
    return lines


def _once_per_person(played: ir.Table) -> ir.Table:
    """The unique segments united over a person's cycles and courses: one person counts once."""
    unique = played.filter(_.layer == "unique")
    before = ibis.window(group_by="person", order_by=["start_s", "end_s"], preceding=(None, 1))
    along = ibis.window(group_by="person", order_by=["start_s", "end_s"], preceding=(None, 0))
    reached = unique.mutate(reach_s=_.end_s.max().over(before))
    islands = reached.mutate(new=ibis.ifelse(_.start_s <= _.reach_s, 0, 1))
    islands = islands.mutate(island=_.new.sum().over(along))
    return islands.group_by(["person", "island"]).aggregate(
        start_s=_.start_s.min(), end_s=_.end_s.max()
    )


def _per_second(
    played: ir.Table, length_s: float | None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """People and plays that cover each second s (start_s ≤ s < end_s), from the changes only."""
    once = _once_per_person(played).mutate(layer=ibis.literal("unique"))
    every = played.filter(_.layer == "every").select("person", "start_s", "end_s", "layer")
    whole = once.select("person", "start_s", "end_s", "layer").union(every)
    whole = whole.select("layer", begin=_.start_s.ceil(), end=_.end_s.ceil())
    whole = whole.filter(_.begin < _.end, _.begin < LENGTH_MAX_S)
    more, less = ibis.literal(1, "int64"), ibis.literal(-1, "int64")
    begins = whole.select("layer", second="begin", change=more)
    changes = begins.union(whole.select("layer", second="end", change=less))
    lines = _lines(changes.group_by(["layer", "second"]).aggregate(change=_.change.sum()))
    last = max((line["second"] for line in lines), default=0)
    size = int(min(max(last, np.ceil(length_s or 0.0)), LENGTH_MAX_S))
    return _running(lines, "unique", size), _running(lines, "every", size)


def _running(lines: Sequence[Line], layer: str, size: int) -> tuple[int, ...]:
    change = np.zeros(size + 1, dtype=np.int64)
    for line in lines:
        if line["layer"] == layer:
            change[min(int(line["second"]), size)] += line["change"]
    return tuple(int(count) for count in np.cumsum(change)[:size])
