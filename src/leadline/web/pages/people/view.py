"""The people whom the viewer covers: what is open, overdue and done, by name."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, Rows
from leadline.privacy.records import Page, Row
from leadline.web import words
from leadline.web.addresses import person_page
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.page import page
from leadline.web.places import covering, naming
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut


@page(place=Place.PEOPLE, sees=naming() - covering(Rows.TEAM))
def people(request: HttpRequest, lens: Lens) -> Body:
    """Who needs help, and with what?"""
    wanted = asked(request, ())
    found = lens.roster(limit=wanted.limit, offset=wanted.offset)
    return _listed(found, wanted, found.rows, _("People"))


@page(place=Place.PEOPLE, sees=covering(Rows.TEAM))
def my_team(request: HttpRequest, lens: Lens) -> Body:
    """Who in my team needs help or time?"""
    wanted = asked(request, ())
    found = lens.roster()
    late_first = sorted(found.rows, key=lambda row: -row["overdue"])
    return _listed(found, wanted, cut(late_first, wanted), _("My team"))


def _listed(found: Page, wanted: Asked, rows: Sequence[Row], title: str) -> Body:
    late = [row for row in found.rows if row.get("overdue")]
    return Body(
        crumbs=(Crumb(title),),
        twin=_table(found, wanted, rows, title) if found.total else None,
        twin_open=True,
        facts={"total": found.total, "late": len(late), "whole": found.total <= len(found.rows)},
        foot=Foot(
            (
                _("As of %(when)s") % {"when": words.instant(found.as_of)},
                _("people as they sit in the organisation today"),
                _("the people named here can see that you looked"),
            )
        ),
    )


def _table(found: Page, wanted: Asked, rows: Sequence[Row], title: str) -> Table:
    return Table(
        caption=title,
        heads=(
            Head(_("Person")),
            Head(_("Place")),
            Head(_("Overdue"), number=True),
            Head(_("Open"), number=True),
            Head(_("Completed"), number=True),
            Head(_("Next due")),
        ),
        rows=[_row(row, found) for row in rows],
        asked=wanted,
        total=found.total,
    )


def _row(row: Row, found: Page) -> tuple[Cell, ...]:
    name = found.names.get(row["person"])
    return (
        Cell(
            name.display if name else _("not in the directory"),
            href=person_page(row["person"]),
            under=row.get("role") or "",
        ),
        Cell((row.get("unit") or words.DASH).replace("/", " / "), under=row.get("location") or ""),
        Cell(words.count(row["overdue"]), state="action" if row["overdue"] else ""),
        Cell(words.count(row["open"])),
        Cell(words.count(row["completed"])),
        Cell(words.short_day(row.get("next_due_at"))),
    )
