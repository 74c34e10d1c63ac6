"""One person's record as parts of a page, for those who help them and for themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.privacy.records import PersonRecord
from leadline.web import words
from leadline.web.addresses import course_page, short
from leadline.web.anatomy import Companion, Foot, NextStep
from leadline.web.tables import Cell, Head, Table, asked

Row = Mapping[str, Any]
PART_ROWS_MAX = 200


@dataclass(frozen=True)
class Part:
    """A table of the record under its heading; `table` is None where there is nothing to list."""

    title: str
    table: Table | None
    closed: bool = False


def companions(record: PersonRecord) -> tuple[Companion, ...]:
    """How many courses are open, how many are done, and how many quiz attempts there were."""
    done = [row for row in record.courses if row.get("completed_at")]
    over = [row for row in record.courses if row.get("due_at") and _late(row, record)]
    found = [
        Companion(_("Courses completed"), words.count(len(done)), activity=True),
        Companion(_("Overdue"), words.count(len(over))),
    ]
    if "attempt" not in record.closed:
        found.append(Companion(_("Quiz attempts"), words.count(len(record.attempts))))
    return tuple(found)


def next_step(record: PersonRecord) -> NextStep:
    """Support comes first: the open course that was left, and where."""
    for course, module in record.abandoned.items():
        said = {"course": _title(record, course), "module": _title(record, module)}
        return NextStep(
            _("“%(course)s” was left at “%(module)s”. Ask what stood in the way there.") % said,
            _("See the course"),
            course_page(course),
        )
    return NextStep(_("None is justified: nothing was left unfinished for long."))


def foot(record: PersonRecord) -> Foot:
    """When this was true, and who learns of the look."""
    closed = [_("Parts that your role may not see are left out.")] if record.closed else []
    return Foot(
        (
            _("As of %(when)s") % {"when": words.instant(record.as_of)},
            _("all sources heard up to %(when)s") % {"when": words.instant(record.watermark)},
            *closed,
            _("This look is written down."),
        )
    )


def parts(request: HttpRequest, record: PersonRecord, *, linked: bool = True) -> list[Part]:
    """Courses, quiz attempts, certificates and time per module.

    linked: whether courses lead to their page; a learner has none."""
    wanted = asked(request, ())
    made = (
        ("cycle", _("Courses"), record.courses, _course_heads(), _course),
        ("attempt", _("Quiz attempts"), record.attempts, _attempt_heads(), _attempt),
        ("certificate", _("Certificates"), record.certificates, _certificate_heads(), _certificate),
        ("reach", _("Time per module"), record.modules, _module_heads(), _module),
    )
    found = []
    for fact, title, rows, heads, row_of in made:
        lines = [row_of(row, record) for row in rows[:PART_ROWS_MAX]]
        if not linked:
            lines = [tuple(replace(cell, href="") for cell in line) for line in lines]
        table = Table(title, heads, lines, wanted, len(lines)) if lines else None
        found.append(Part(title, table, closed=fact in record.closed))
    return found


def abandoned_names(record: PersonRecord) -> list[tuple[str, str]]:
    """(course, module) by name, for every course that was left."""
    return [(_title(record, c), _title(record, m)) for c, m in record.abandoned.items()]


def _title(record: PersonRecord, activity: str | None) -> str:
    return record.titles.get(activity, short(activity)) if activity else words.DASH


def _late(row: Row, record: PersonRecord) -> bool:
    ended = row.get("completed_at") or row.get("withdrawn_at") or row.get("waived_at")
    return not ended and row["due_at"] < record.as_of


def _course_heads() -> Sequence[Head]:
    return (
        Head(_("Course")),
        Head(_("State")),
        Head(_("Assigned")),
        Head(_("Due")),
        Head(_("Completed")),
    )


def _course(row: Row, record: PersonRecord) -> Sequence[Cell]:
    module = record.abandoned.get(row["course"])
    left = _("left at %(module)s") % {"module": _title(record, module)} if module else ""
    open_now = not row.get("completed_at")
    return (
        Cell(
            _title(record, row["course"]),
            href=course_page(row["course"]),
            under=left if open_now else "",
        ),
        _state(row, record),
        Cell(_day(row.get("assigned_at"))),
        Cell(_day(row.get("due_at"))),
        Cell(_day(row.get("completed_at"))),
    )


def _state(row: Row, record: PersonRecord) -> Cell:
    if row.get("completed_at"):
        return Cell(_("completed"), state="done")
    if row.get("withdrawn_at"):
        return Cell(_("withdrawn"), state="unknown")
    if row.get("waived_at"):
        return Cell(_("waived"), state="unknown")
    if row.get("due_at") and _late(row, record):
        days = (record.as_of - row["due_at"]).days
        late = ngettext("overdue by %(n)s day", "overdue by %(n)s days", days)
        return Cell(late % {"n": words.count(days)}, state="action")
    if row["course"] in record.abandoned:
        return Cell(_("left"), state="soon")
    return Cell(_("in progress") if row.get("started_at") else _("not started"), state="unknown")


def _attempt_heads() -> Sequence[Head]:
    return (
        Head(_("Assessment")),
        Head(_("Attempt"), number=True),
        Head(_("Handed in")),
        Head(_("Score"), number=True),
        Head(_("Outcome")),
    )


def _attempt(row: Row, record: PersonRecord) -> Sequence[Cell]:
    outcome = Cell(_("not graded"), state="unknown")
    if row.get("passed") is not None:
        passed = bool(row["passed"])
        text = _("passed") if passed else _("not passed")
        outcome = Cell(text, state="done" if passed else "soon")
    return (
        Cell(_title(record, row["assessment"]), under=_title(record, row.get("course"))),
        Cell(words.count(row.get("attempt_no"))),
        Cell(_day(row.get("submitted_at"))),
        Cell(words.share(row.get("score"))),
        outcome,
    )


def _certificate_heads() -> Sequence[Head]:
    return (Head(_("Certificate")), Head(_("Issued")), Head(_("Valid until")))


def _certificate(row: Row, record: PersonRecord) -> Sequence[Cell]:
    until = row.get("expires_at")
    gone = until is not None and until <= record.as_of
    return (
        Cell(_title(record, row["certificate"]), under=_title(record, row.get("course"))),
        Cell(_day(row.get("issued_at"))),
        Cell(
            words.short_day(until) if until else _("no end recorded"),
            state="action" if gone else "",
            under=_("expired") if gone else "",
        ),
    )


def _module_heads() -> Sequence[Head]:
    return (
        Head(_("Module")),
        Head(_("Active time"), number=True, term="active time"),
        Head(_("First")),
        Head(_("Last")),
    )


def _module(row: Row, record: PersonRecord) -> Sequence[Cell]:
    return (
        Cell(_title(record, row["module"]), under=_title(record, row.get("course"))),
        Cell(words.length(row.get("active_s"))),
        Cell(_day(row.get("first_at"))),
        Cell(_day(row.get("last_at"))),
    )


def _day(when: Any) -> str:
    return words.short_day(when)
