"""How sound and how complete the records are: late arrivals and the documented quality score."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from leadline.privacy.answer import Late, Quality
from leadline.privacy.cut import with_person
from leadline.privacy.policy import WORDS_OF_RECORD

LATE_AFTER = timedelta(days=1)
KEY = ("source", "course")
Line = dict[str, Any]
_A_DAY = ibis.interval(days=LATE_AFTER.days)
PARTS: Mapping[str, str] = {
    "held back": "statements in quarantine, of those received",
    "unmatched": "statements of actors whom the directory does not know, of those taken in",
    "malformed": "statements whose played segments could not be read, of those that carry some",
    "late": "statements that arrived more than a day after they happened, of those that arrived "
    "more than a day after their source was first heard (what a back-fill brings is history)",
    "unscored": "assessment results (passed, failed) without a score, of all such results",
}


def weighed(events: ir.Table, link: ir.Table, people: ir.Table | None, *, whole: bool) -> ir.Table:
    """The events whose soundness a viewer is told of: of the people whom they cover (None: all),
    and if not `whole` those only that make the training record."""
    if people is not None:
        events = with_person(events, link).semi_join(people, "person")
    return events if whole else events.filter(events.did.isin(WORDS_OF_RECORD))


def late(events: ir.Table, since: datetime | None, until: datetime | None) -> Late:
    """What happened in [since, until) and came too late for it (S031): stored more than a day
    after `until`, and more than a day after its source was first heard (`first_heard`), since
    what a back-fill brings is history and changes no report. A period without an end, or not over
    yet, can have nothing late."""
    if until is None:
        return Late()
    inside = events.filter(events.timestamp < ibis.literal(until))
    if since is not None:
        inside = inside.filter(inside.timestamp >= ibis.literal(since))
    behind = inside.filter(inside.stored > ibis.literal(until + LATE_AFTER))
    behind = behind.inner_join(first_heard(events), "source").filter(_reported)
    found = behind.agg(count=behind.count(), last=behind.stored.max()).to_pyarrow().to_pylist()[0]
    return Late(found["count"], found["last"])


def first_heard(events: ir.Table) -> ir.Table:
    """source, first_heard: when its first statement was stored."""
    return events.group_by("source").agg(first_heard=events.stored.min())


def _reported(events: ir.Table) -> ir.BooleanValue:
    """Whether a statement came as news and not with the first load of its source."""
    return events.stored > events.first_heard + _A_DAY


def counts(events: ir.Table, link: ir.Table) -> list[Line]:
    """What the scores are made of, per source and course; they add up. One query."""
    claimed = link.filter(link.actor != link.person).select(linked_actor=link.actor)
    said = events.filter(events.did != "voided")  # taking back is bookkeeping, often by a system
    known = said.left_join(claimed, said.actor == claimed.linked_actor)
    known = known.left_join(first_heard(events), "source").drop("source_right")
    since = _reported(known)
    behind = known.stored > known.timestamp + _A_DAY
    result = known.did.isin(["passed", "failed"])
    carries = known.segments_state.isin(["read", "malformed"])
    sums = {
        "people": known.actor.nunique(),
        "all": known.count(),
        "unmatched": known.linked_actor.isnull().sum(),
        "carries": carries.sum(),
        "malformed": (known.segments_state == "malformed").sum(),
        "since": since.sum(),
        "late": (since & behind).sum(),
        "results": result.sum(),
        "unscored": (result & known.score_scaled.isnull() & known.score_raw.isnull()).sum(),
    }
    lines: list[Line] = known.group_by(list(KEY)).agg(**sums).to_pyarrow().to_pylist()
    return lines


def lags(events: ir.Table, since: datetime) -> dict[str, float]:
    """Per source the typical delay, in seconds: half of what was stored from `since` on came
    sooner after it happened, half later. Sources that sent nothing since are absent."""
    fresh = events.filter(events.stored >= ibis.literal(since, type="timestamp('UTC')"))
    seconds = fresh.stored.epoch_seconds() - fresh.timestamp.epoch_seconds()
    waited = fresh.mutate(waited=seconds.cast("float64")).group_by("source")
    lines = waited.agg(lag=lambda t: t.waited.median()).to_pyarrow().to_pylist()
    return {line["source"]: max(line["lag"], 0.0) for line in lines}


def quality(
    counted: Sequence[Line],
    by: str | None,
    held: Mapping[str, tuple[int, int]],
    smallest: int,
) -> dict[str | None, Quality]:
    """The score per value of `by` (`source`, `course`), or under the key None for everything.

    counted: see `counts`. held: source -> (received, quarantined), from the ledger; it is known
    per source only. Where no line is of `smallest` people, nothing is told of the few there are."""
    parts: dict[str | None, list[Line]] = {} if by else {None: []}
    for line in counted:
        parts.setdefault(line[by] if by else None, []).append(line)
    scores: dict[str | None, Quality] = {}
    for key, lines in parts.items():
        if by == "source":
            received, quarantined = held.get(key or "", (0, 0))
        else:
            received, quarantined = _summed(held) if by is None else (0, 0)
        if max((line["people"] for line in lines), default=0) < smallest:
            scores[key] = Quality(None, {})
            continue
        total = Counter[str]()
        for line in lines:
            total.update({name: n or 0 for name, n in line.items() if name not in KEY})
        scores[key] = _score(total, received, quarantined)
    return scores


def _summed(held: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return sum(pair[0] for pair in held.values()), sum(pair[1] for pair in held.values())


def _score(line: Mapping[str, Any], received: int, quarantined: int) -> Quality:
    """The share of records without any of the faults, if faults fell independently."""
    of = {
        "held back": (quarantined, received),
        "unmatched": (line["unmatched"], line["all"]),
        "malformed": (line["malformed"], line["carries"]),
        "late": (line["late"], line["since"]),
        "unscored": (line["unscored"], line["results"]),
    }
    parts = {name: float((bad or 0) / whole) for name, (bad, whole) in of.items() if whole}
    if not parts:
        return Quality(None, {})
    score = 1.0
    for share in parts.values():
        score *= 1.0 - share
    return Quality(score, parts)
