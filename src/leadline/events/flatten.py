"""Flatten: a statement of the log becomes one typed, pseudonymous row.

The only place where raw statement JSON is read for analysis. Names and addresses end here: an agent
becomes the random key of its identifier."""

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from leadline.events import segments, values
from leadline.events import vocabulary as words
from leadline.events.activities import Activities
from leadline.events.place import NOWHERE, Kinds, Place, place_of
from leadline.events.schema import EVENT
from leadline.statements.agents import Identifier, identifier_of

if TYPE_CHECKING:
    from leadline.store import Logged

CACHED_DAYS = 65_536

Actors = Callable[[Collection[Identifier]], Mapping[Identifier, int]]
Target = Callable[[str], bytes | None]
Json = Mapping[str, Any]
NOTHING: Json = {}


def flatten(
    logged: Sequence["Logged"],
    actors: Actors,
    zone: ZoneInfo,
    activities: Activities | None = None,
    target: Target = lambda _: None,
) -> pa.Table:
    """One row of schema EVENT per statement, in the order given, which must be that of the log.

    actors: gives the key of each identifier (directory.actors); zone: the reporting zone that
    `local_date` and bare due days go by; activities: what earlier statements said, learns on;
    target: payload of a voided statement by its id, null where the log does not have it (yet)."""
    with _uncollected():
        rows = _rows(logged, actors, zone, activities or Activities(), target)
        columns = zip(*rows, strict=True) if rows else [()] * len(EVENT)
        arrays = [pa.array(c, field.type) for c, field in zip(columns, EVENT, strict=True)]
    return pa.Table.from_arrays(arrays, schema=EVENT)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking thousands of decoded statements again and again.

    None of them is part of a cycle; that halves the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _rows(
    logged: Sequence["Logged"],
    actors: Actors,
    zone: ZoneInfo,
    activities: Activities,
    target: Target,
) -> list[tuple[Any, ...]]:
    decoded = [msgspec.json.decode(entry.payload) for entry in logged]
    voided = {id: found for value in decoded if (id := _voids(value)) and (found := target(id))}
    targeted = {id: _identified(msgspec.json.decode(found)) for id, found in voided.items()}
    identified = [_identified(value) for value in decoded]
    keys = actors({found for found in (*identified, *targeted.values()) if found})
    rows = []
    for entry, value, identifier in zip(logged, decoded, identified, strict=True):
        target_of = targeted.get(_voids(value) or "")
        whose = (keys[identifier] if identifier else None, keys[target_of] if target_of else None)
        activities.learn(value)
        rows.append(_row(entry, value, whose, zone, activities.kinds))
    activities.rest()
    return rows


def _identified(statement: Json) -> Identifier | None:
    """Who did it; nobody where it speaks of a whole unit or of a customer."""
    actor = statement["actor"]
    return None if any(_collective(actor)) else identifier_of(actor)


def _collective(actor: Json) -> tuple[str | None, str | None]:
    """Path of the unit, id of the customer's account that the actor stands for; null for people."""
    account = actor.get("account") or NOTHING
    home, name = account.get("homePage"), account.get("name")
    return (
        name if home == words.UNIT_HOME else None,
        name if home == words.CUSTOMER_HOME else None,
    )


def _row(
    entry: "Logged",
    value: Json,
    whose: tuple[int | None, int | None],
    zone: ZoneInfo,
    kinds: Kinds,
) -> tuple[Any, ...]:
    """The row, in the order of EVENT."""
    timestamp = values.instant(value.get("timestamp")) or entry.stored
    verb = value["verb"]["id"]
    context = value.get("context") or NOTHING
    result = value.get("result") or NOTHING
    extended = _extensions(context, result)
    of_unit, of_account = _collective(value["actor"])
    activity, kind, place = _object(value, context, kinds)
    return (
        entry.seq,
        entry.id,
        entry.source,
        entry.stored,
        timestamp,
        _local_date(timestamp, zone),
        whose[0],
        verb,
        words.DID.get(verb, words.OTHER),
        activity,
        kind,
        *place,
        context.get("registration"),
        next((str(extended[iri]) for iri in words.SESSION if iri in extended), None),
        *_result(value, result),
        values.deadline(extended.get(words.DUE_AT), zone),
        values.deadline(extended.get(words.EXPIRES_AT), zone),
        values.truth(extended.get(words.TRANSFERRED)),
        *_video(extended),
        values.text(context.get("language")),
        values.text(context.get("platform")),
        values.clicks(extended.get(words.CLICKS)),
        _voids(value),
        whose[1],
        of_unit,
        values.text(extended.get(words.MEASURE)),
        values.text(extended.get(words.BETTER)),
        of_account,
        values.number(extended.get(words.EXPOSURE)),
        values.text(extended.get(words.OFFERS)),
        values.number(extended.get(words.CHANCE)),
        values.text(extended.get(words.STRATUM)),
        values.text(extended.get(words.CLUSTER)),
    )


def _extensions(context: Json, result: Json) -> Json:
    """Extensions of result and context together; the result's own win."""
    of_result = result.get("extensions") or NOTHING
    of_context = context.get("extensions") or NOTHING
    return {**of_context, **of_result} if of_result and of_context else of_result or of_context


def _object(value: Json, context: Json, kinds: Kinds) -> tuple[str | None, str | None, Place]:
    """Activity id, kind and place; nothing for agents, statement references, sub-statements."""
    target = value["object"]
    if target.get("objectType", "Activity") != "Activity":
        return None, None, NOWHERE
    kind = kinds.get(target["id"])
    place = place_of(target["id"], kind, context.get("contextActivities"), kinds)
    return target["id"], kind or words.OTHER, place


def _result(value: Json, result: Json) -> tuple[Any, ...]:
    """score_scaled … response. Scores as sent: none is worked out from the others."""
    if not result:
        return (None,) * 8
    score = result.get("score") or NOTHING
    definition = value["object"].get("definition") or NOTHING
    closed = definition.get("interactionType") in words.CLOSED_INTERACTIONS
    return (
        values.number(score.get("scaled")),
        values.number(score.get("raw")),
        values.number(score.get("min")),
        values.number(score.get("max")),
        values.truth(result.get("success")),
        values.truth(result.get("completion")),
        values.duration(result.get("duration")),
        values.text(result.get("response")) if closed else None,
    )


UNTOLD_VIDEO: tuple[Any, ...] = (*(None,) * 7, [], "absent", 0, 0)


def _video(extended: Json) -> tuple[Any, ...]:
    """time_s … segments_mended."""
    if not extended:
        return UNTOLD_VIDEO
    length = values.number(extended.get(words.LENGTH))
    played = segments.parse(extended.get(words.PLAYED_SEGMENTS), length)
    progress = values.number(extended.get(words.PROGRESS))
    if progress is None:
        percent = values.number(extended.get(words.PROGRESS_PERCENT))
        progress = None if percent is None else percent / 100
    return (
        values.number(extended.get(words.TIME)),
        values.number(extended.get(words.TIME_FROM)),
        values.number(extended.get(words.TIME_TO)),
        length,
        progress,
        values.number(extended.get(words.COMPLETION_THRESHOLD)),
        values.speed(extended.get(words.SPEED)),
        [{"start_s": start, "end_s": end} for start, end in played.segments],
        played.state,
        played.open,
        played.mended,
    )


def _voids(value: Json) -> str | None:
    """Id of the statement that this one voids (Data 2.3.2)."""
    target = value["object"]
    if target.get("objectType") != "StatementRef":
        return None
    voiding = words.DID.get(value["verb"]["id"]) == "voided"
    return str(target["id"]).lower() if voiding else None


def _local_date(instant: datetime, zone: ZoneInfo) -> date:
    # Offsets change on the quarter hour at the finest, so one look-up serves a quarter hour.
    return _date_of_quarter(int(instant.timestamp()) // 900, zone)


@lru_cache(CACHED_DAYS)
def _date_of_quarter(quarter: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(quarter * 900, zone).date()
