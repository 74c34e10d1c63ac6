"""A question put to the lens: checked on the way in, turned into the rows it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import ibis
import ibis.expr.types as ir

from leadline.metrics import Metric, catalogue
from leadline.metrics.programme import OfProgramme
from leadline.privacy.cut import CutFacts
from leadline.privacy.policy import Rules
from leadline.privacy.refusals import Forbidden, UnknownQuestion
from leadline.privacy.slices import PLACES, TIME, matches, with_place, with_time

Where = tuple[tuple[str, str | None], ...]
PROGRAMME = "programme"  # a filter only: a course may belong to several


@dataclass(frozen=True)
class Question:
    """One metric, its slices, its filters, its half-open period on `at`, and its choices."""

    metric: str
    by: tuple[str, ...] = ()
    where: Where = ()
    since: datetime | None = None
    until: datetime | None = None
    choices: tuple[tuple[str, str], ...] = field(default=())

    @property
    def definition(self) -> Metric:
        return catalogue()[self.metric]

    @property
    def columns(self) -> frozenset[str]:
        """Every column that slices or filters."""
        return frozenset(self.by) | {column for column, _ in self.where}

    @property
    def position(self) -> dict[str, str | None]:
        """The filters by where the learner sat."""
        return {column: value for column, value in self.where if column in PLACES}

    @property
    def on_everyone(self) -> "Question":
        """The same without slices and without filters by position."""
        rest = tuple(pair for pair in self.where if pair[0] not in PLACES)
        return replace(self, by=(), where=rest)

    def filters(self) -> dict[str, str]:
        """The filters as text, for the footnote and the access log."""
        said = {column: "none" if value is None else value for column, value in self.where}
        said |= dict(self.choices)
        if self.since is not None:
            said["from"] = self.since.isoformat()
        if self.until is not None:
            said["to"] = self.until.isoformat()
        return said


def checked(
    name: str,
    by: Sequence[str],
    where: Mapping[str, str | None] | None,
    period: tuple[datetime | None, datetime | None],
    choices: Mapping[str, str] | None,
) -> Question:
    """The question, if it can be asked at all. UnknownQuestion names what there is instead."""
    if name not in catalogue():
        raise UnknownQuestion(f"There is no metric {name!r}; there are: {_listed(catalogue())}.")
    metric = catalogue()[name]
    columns = (*metric.by, *PLACES, *TIME)
    for column in (*by, *(c for c in where or {} if c != PROGRAMME)):
        if column not in columns:
            raise UnknownQuestion(f"{name} has no column {column!r}; it has: {_listed(columns)}.")
    if len(set(by)) != len(by):
        raise UnknownQuestion(f"A column is named twice in {_listed(by)}; name each once.")
    for choice, value in (choices or {}).items():
        if value not in metric.choices.get(choice, ()):
            offered = [f"{c}={v}" for c, values in metric.choices.items() for v in values]
            raise UnknownQuestion(
                f"{name} has no choice {choice}={value}; it has: {_listed(offered)}."
            )
    since, until = period
    if any(bound is not None and bound.tzinfo is None for bound in period):
        raise UnknownQuestion("A period's bounds must be instants with a time zone.")
    return Question(
        metric=name,
        by=tuple(by),
        where=tuple(sorted((where or {}).items())),
        since=since,
        until=until,
        choices=tuple(sorted((choices or {}).items())),
    )


def insist_open(question: Question, rules: Rules) -> None:
    """Raises Forbidden where a column that slices or filters tells the role of whom it may not."""
    if "manager" in question.columns and not rules.named:
        raise Forbidden("A manager stands for a person; this role sees no names.")
    if "account" in question.columns and not rules.customers:
        raise Forbidden("To tell customers apart is no business of this role.")


def _listed(names: object) -> str:
    found = sorted(str(name) for name in names)  # type: ignore[attr-defined]
    return ", ".join(found) or "none"


def population(question: Question, facts: CutFacts, position: ir.Table) -> ir.Table:
    """The rows the question is about, with the columns of its slices and `has_position`.

    Filters by position are left to `narrowed`: what they may show is decided in the whole table."""
    programme = dict(question.where).get(PROGRAMME)
    asked = facts if programme is None else OfProgramme(facts, programme)
    rows = question.definition.rows(asked, **dict(question.choices))
    if question.since is not None:
        rows = rows.filter(rows["at"] >= ibis.literal(question.since))
    if question.until is not None:
        rows = rows.filter(rows["at"] < ibis.literal(question.until))
    rows = with_place(rows, position, facts.reporting_zone)
    rows = with_time(rows, question.columns & set(TIME), facts.reporting_zone)
    for column, value in question.where:
        if column not in (*PLACES, PROGRAMME):
            rows = rows.filter(matches(rows, column, value))
    return rows


def narrowed(rows: ir.Table, question: Question) -> ir.Table:
    """The rows that the question's filters by position leave."""
    for column, value in question.position.items():
        rows = rows.filter(matches(rows, column, value))
    return rows
