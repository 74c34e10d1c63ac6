"""The part of the lens that answers with evidence: that training was done, and that it worked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from leadline.curriculum import Requirement
from leadline.directory import Name
from leadline.metrics import obligation
from leadline.privacy import records
from leadline.privacy.cut import CutFacts, Whole, live, with_person
from leadline.privacy.duties import Duties, Wanted, only
from leadline.privacy.known import AsKnown
from leadline.privacy.refusals import UnknownQuestion

Row = Mapping[str, Any]
PEOPLE_MAX = 50_000
TRIED = (
    *("person", "course", "assessment", "attempt_no", "graded_at", "score", "passed"),
    "statement_id",
)
# What is on record between a failed and a passed attempt: somebody was sent back to something, or
# finished something. Single steps of learning are no part of it.
REMEDIES = ("assigned", "registered", "completed", "satisfied", "mastered")


@dataclass(frozen=True)
class Tried:
    """attempts: graded tries at the assessments of the training; checks: tries at their delayed
    checks; remedies: `failed` and `passed` attempt with the `remedy` between them (None: none is on
    record)."""

    attempts: tuple[Row, ...] = ()
    checks: tuple[Row, ...] = ()
    remedies: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """A requirement, everybody whom it bound in a unit, and what is on record for each of them.

    standing: obligation.COLUMNS with unit, role and location; issues: what was issued or completed,
    with its due day (re-certification timing). Of who was bound on the day alone. scores: False
    where results are closed to the role, and `tried` is empty."""

    requirement: str
    unit: str | None
    as_of: datetime
    known_at: datetime
    versions: tuple[Requirement, ...]
    standing: tuple[Row, ...]
    issues: tuple[Row, ...]
    tried: Tried
    scores: bool
    names: Mapping[int, Name]


class Proof(Duties):
    """What one viewer is shown as evidence."""

    def evidence(
        self, requirement: str, unit: str | None = None, known_at: datetime | None = None
    ) -> Evidence:
        """All that is on record for a requirement as of this lens's instant, as known then (None:
        as known by now). Asked again for the same instants it is the same.

        Raises UnknownQuestion where there was no such requirement, or what was known then is not
        settled yet, or more than PEOPLE_MAX people are concerned."""
        known = self.settled_at(known_at) or self.known_to
        asked = {"requirement": requirement, "known at": known.isoformat()}
        with self._looking("evidence", **asked | ({"unit": unit} if unit else {})) as look:
            self._name_people()
            found = self._evidence(requirement, unit, known)
            look.people = tuple(sorted(found.names))
            look.shown = len(found.standing)
        return found

    def _evidence(self, requirement: str, unit: str | None, known: datetime) -> Evidence:
        tables = self._as_known(known)
        versions = [row for row in tables.requirements if row.requirement == requirement]
        if not versions:
            raise UnknownQuestion(f"There was no requirement {requirement!r} at that time.")
        facts = replace(self._facts(named=True), tables=tables)
        seats = records.seats(tables("position"), self.now.date())
        bound = only(records.placed(facts.obligation, seats), Wanted(requirement, unit=unit))
        count = int(bound.count().to_pyarrow().as_py())
        if count > PEOPLE_MAX:
            raise UnknownQuestion(f"{count:,} people; ask unit by unit, up to {PEOPLE_MAX:,}.")
        people = bound.select("person").cache()
        whole = Whole(tables, self.now, facts.reporting_zone)
        issues = obligation.periods(whole).filter(_.requirement == requirement)
        scores = "score" in facts.attempt.columns and _opened(facts)
        tried = _tried(facts, tables, people) if scores else Tried()
        standing = _rows(bound, "person")
        return Evidence(
            requirement=requirement,
            unit=unit,
            as_of=self.now,
            known_at=known,
            versions=tuple(versions),
            standing=standing,
            issues=_rows(issues.semi_join(people, "person"), "person", "issued_at", "statement_id"),
            tried=tried,
            scores=scores,
            names=self._books.directory.names([r["person"] for r in standing], known_at=known),
        )


def _opened(facts: CutFacts) -> bool:
    return records.opened(facts, "attempt") is not None


def _tried(facts: CutFacts, tables: AsKnown, people: ir.Table) -> Tried:
    """Attempts, delayed checks and remedies of the people, up to the instant."""
    moment = ibis.literal(facts.now)
    graded = facts.attempt.semi_join(people, "person")
    graded = graded.filter(_.graded_at <= moment, ~_.transferred.fill_null(False)).cache()
    of = {check.assessment: check.of for check in tables.checks if check.assessment != check.of}
    order = ("person", "graded_at", "statement_id")
    everything = _rows(graded.select(*TRIED), *order)
    attempts = tuple(
        row for row in everything if row["course"] in tables.courses and row["assessment"] not in of
    )
    taken = {row["assessment"] for row in attempts}
    checks = tuple(row for row in everything if of.get(row["assessment"]) in taken)
    event = with_person(live(tables("event")), tables("link")).semi_join(people, "person")
    event = event.filter(
        event.did.isin(REMEDIES), event.course.isin(tables.courses), event.timestamp <= moment
    )
    steps = _rows(
        event.select("person", "timestamp", "statement_id", "did", "object"),
        *("person", "timestamp", "statement_id"),
    )
    return Tried(attempts, checks, tuple(_remedies(attempts, steps)))


def _remedies(attempts: Sequence[Row], steps: Sequence[Row]) -> Iterator[Row]:
    """Every failed attempt that a pass of the same test followed, with what is on record between
    the two; a row a step, or one without where there is none."""
    passes: dict[tuple[int, str], list[Row]] = {}
    for row in attempts:
        if row["passed"]:
            passes.setdefault((row["person"], row["assessment"]), []).append(row)
    taken: dict[int, list[Row]] = {}
    for step in steps:
        taken.setdefault(step["person"], []).append(step)
    for failed in attempts:
        later = passes.get((failed["person"], failed["assessment"]), [])
        then = next((row for row in later if row["graded_at"] > failed["graded_at"]), None)
        if failed["passed"] is not False or then is None:
            continue
        between = [
            step
            for step in taken.get(failed["person"], [])
            if failed["graded_at"] < step["timestamp"] < then["graded_at"]
            and step["object"] != failed["assessment"]
        ]
        yield from ({"failed": failed, "remedy": step, "passed": then} for step in between)
        if not between:
            yield {"failed": failed, "remedy": None, "passed": then}


def _rows(table: ir.Table, *order: str) -> tuple[Row, ...]:
    return tuple(table.order_by(order).to_pyarrow().to_pylist())
