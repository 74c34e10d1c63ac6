"""Lists of obligations by name, the same on every page: the most urgent first."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadline.metrics import obligation
from leadline.privacy.records import Page
from leadline.web import words
from leadline.web.addresses import short
from leadline.web.tables import Asked, Cell, Head, Table

STATES = {
    obligation.IN_FORCE: (gettext_lazy("in force"), "done"),
    obligation.DUE_SOON: (gettext_lazy("due soon"), "soon"),
    obligation.NOT_YET_DUE: (gettext_lazy("not yet due"), "unknown"),
    obligation.IN_GRACE: (gettext_lazy("in grace"), "soon"),
    obligation.VIOLATED: (gettext_lazy("violated"), "action"),
    obligation.EXEMPT: (gettext_lazy("exempt"), "unknown"),
    obligation.ON_LEAVE: (gettext_lazy("on leave"), "unknown"),
}
Row = Mapping[str, Any]


def listed(found: Page, wanted: Asked, caption: str) -> Table:
    """A row a person and requirement; it leads to all the dates behind it."""
    return Table(
        caption=caption,
        heads=(
            Head(_("Person")),
            Head(_("Place")),
            Head(_("Requirement")),
            Head(_("State")),
            Head(_("Due")),
            Head(_("Held")),
        ),
        rows=[_row(row, found) for row in found.rows],
        asked=wanted,
        total=found.total,
    )


def state(row: Row) -> Cell:
    """The state in words, and for how long it has been a violation."""
    name, mark = STATES[row["state"]]
    under = ""
    if row["state"] == obligation.VIOLATED:
        under = _("since %(day)s") % {"day": words.short_day(row["violated_on"])}
    return Cell(str(name), state=mark, under=under)


def timeline_page(row: Row) -> str:
    asked = {"person": row["person"], "requirement": row["requirement"]}
    return f"{reverse('obligation')}?{urlencode(asked)}"


def held(row: Row, titles: Mapping[str, str]) -> Cell:
    """What is held, and until when; both ends where the record and the rule differ."""
    if row["thing"] is None:
        return Cell(_("nothing yet"), state="unknown")
    title = titles.get(row["thing"], short(row["thing"]))
    return Cell(title, under=_until(row))


def _until(row: Row) -> str:
    if row["expires_on"] is None:
        return _("for good")
    said = _("to %(day)s") % {"day": _last_day(row["expires_on"])}
    sent, computed = row["expires_sent"], row["expires_computed"]
    if sent is None or computed is None or sent == computed:
        return said
    by_rule = _("by the record; by the rule to %(day)s") % {"day": _last_day(computed)}
    return f"{said} ({by_rule})"


def _last_day(ends: date) -> str:
    """The last day on which it holds; rows say the first on which it does not."""
    return words.short_day(date.fromordinal(ends.toordinal() - 1))


def _row(row: Row, found: Page) -> tuple[Cell, ...]:
    name = found.names.get(row["person"])
    return (
        Cell(
            name.display if name else _("not in the directory"),
            href=timeline_page(row),
            under=row.get("role") or "",
        ),
        Cell((row.get("unit") or words.DASH).replace("/", " / "), under=row.get("location") or ""),
        Cell(row["name"], under=_("regulated") if row["regulated"] else ""),
        state(row),
        Cell(words.short_day(row["due_on"])),
        held(row, found.titles),
    )
