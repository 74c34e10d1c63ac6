"""Programmes, their costs and their questions in CSV files (csv_table.py).

    programmes  programme, valid_from, audience (employees, compliance or customers), courses
                (activity ids), unit, role, owner, goal (metric, competency, outcome or contracts),
                thing (the metric's name, the role, the outcome's name or activity id, or the course
                after which customers' contracts are followed), target, due, worth, worth_low,
                worth_high, worth_source
    costs       programme, kind, amount, currency, since, until, per (whole, learner or hour)
    questions   programme, question, metrics (names)

Several values in one cell are parted by ;."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar, cast, get_args

from leadline.curriculum.programmes import Audience, Cost, Goal, Per, Programme, Question
from leadline.curriculum.rows import Row
from leadline.sources.csv_table import BadCell, day, number, unit_path
from leadline.sources.outcomes_csv import outcome_id

CURRENCY_LETTERS = 3
PROGRAMME = ("programme", "valid_from", "audience", "courses", "owner", "goal", "thing")
REQUIRED: dict[type[Row], tuple[str, ...]] = {
    Programme: (*PROGRAMME, "target", "due"),
    Cost: ("programme", "kind", "amount", "currency", "since", "until"),
    Question: ("programme", "question", "metrics"),
}
Cells = Mapping[str, str]
W = TypeVar("W")


def programme(cells: Cells, courses: Sequence[str]) -> Programme:
    """A row of programmes; courses: the cell's ids, looked at already. Raises BadCell."""
    goal = cast(Goal, _one_of("goal", cells["goal"], get_args(Goal)))
    worth, low, high = _worth(cells, goal)
    if goal == "contracts" and cells["thing"] not in courses:
        reason = f"{cells['thing']!r} is none of its courses"
        raise BadCell("thing", reason, "Write the course after which contracts are followed.")
    return Programme(
        programme=cells["programme"],
        valid_from=_day("valid_from", cells),
        audience=cast(Audience, _one_of("audience", cells["audience"], get_args(Audience))),
        courses=tuple(dict.fromkeys(courses)),
        owner=cells["owner"],
        goal=goal,
        thing=_thing(goal, cells["thing"]),
        target=cast(float, number("target", cells["target"])),
        due=_day("due", cells),
        unit=unit_path("unit", cells["unit"]) if cells.get("unit") else None,
        role=cells.get("role") or None,
        worth=worth,
        worth_low=low,
        worth_high=high,
        worth_source=cells.get("worth_source", ""),
    )


def cost(cells: Cells) -> Cost:
    """A row of costs. Raises BadCell."""
    amount = cast(float, number("amount", cells["amount"]))
    if amount <= 0:
        raise BadCell("amount", f"{amount:g} is no cost", "Write what was spent, above 0.")
    currency = cells["currency"].upper()
    if len(currency) != CURRENCY_LETTERS or not currency.isalpha():
        reason = f"{cells['currency']!r} is no currency"
        raise BadCell("currency", reason, "Write its three letters, such as EUR.")
    since, until = _day("since", cells), _day("until", cells)
    if until <= since:
        remedy = "Write in `until` the first day on which it costs nothing more."
        raise BadCell("until", f"{until} is not after {since}", remedy)
    per = cast(Per, _one_of("per", cells.get("per") or "whole", get_args(Per)))
    return Cost(cells["programme"], cells["kind"], amount, currency, since, until, per)


def question(cells: Cells, metrics: Sequence[str]) -> Question:
    """A row of questions; metrics: the cell's names. Raises BadCell."""
    if not metrics:
        raise BadCell("metrics", "names no metric", "Name those that answer the question.")
    return Question(cells["programme"], cells["question"], tuple(dict.fromkeys(metrics)))


def _thing(goal: Goal, cell: str) -> str:
    return cell if goal != "outcome" or ":" in cell else outcome_id(cell)


def _worth(cells: Cells, goal: Goal) -> tuple[float | None, float | None, float | None]:
    worth, low, high = (
        number(column, cells.get(column, "")) for column in ("worth", "worth_low", "worth_high")
    )
    if worth is None:
        if low is not None or high is not None:
            raise BadCell("worth", "is empty", "Write the worth that the limits are around.")
        return None, None, None
    if goal != "outcome":
        reason = f"a {goal} has no worth per person and month"
        raise BadCell("worth", reason, "Leave it empty, or make an outcome the goal.")
    if not cells.get("worth_source"):
        raise BadCell("worth_source", "is empty", "Say who says what a unit is worth.")
    low, high = low if low is not None else worth, high if high is not None else worth
    if not 0 < low <= worth <= high:
        reason = f"{low:g}, {worth:g} and {high:g} do not rise from above 0"
        raise BadCell("worth_low", reason, "Write the lower limit, the worth, the upper limit.")
    return worth, low, high


def _one_of(column: str, cell: str, words: Sequence[str]) -> str:
    if cell.lower() not in words:
        said = ", ".join(words)
        raise BadCell(column, f"{cell!r} is none of these", f"Write one of {said}.")
    return cell.lower()


def _day(column: str, cells: Cells) -> date:
    return cast(date, day(column, cells[column]))
