"""Sources: what came from where, what was turned away, and what waits for somebody."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, Register
from leadline.store.sources import Counts, Source
from leadline.web import words
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep
from leadline.web.charts import Column, Figure, columns, draw
from leadline.web.page import page
from leadline.web.places import holding
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

DAYS_SHOWN = 30


@page(place=Place.DATA, sees=holding(Register.SOURCES))
def trust(request: HttpRequest, lens: Lens) -> Body:
    """Where do the records come from, and did all of them arrive?"""
    sources = lens.sources()
    totals = _summed([source.counts for source in sources])
    wanted = asked(request, ("name", "received", "quarantined"), "name")
    return Body(
        crumbs=(Crumb(_("Data & trust")),),
        figure=_arrivals(sources),
        companions=(
            Companion(_("Accepted"), words.count(totals.accepted)),
            Companion(_("Duplicates"), words.count(totals.duplicate), term="duplicate"),
            Companion(_("In quarantine"), words.count(totals.quarantined), term="quarantine"),
        ),
        next_step=_next_step(totals),
        twin=_table(sources, lens.lags(), wanted) if sources else None,
        twin_open=True,
        facts={"totals": totals, "sources": sources, "newest": _newest(sources)},
        foot=Foot(
            (
                _(
                    "Every record received is accepted, known already, in quarantine or refused; "
                    "nothing is dropped in silence."
                ),
            )
        ),
    )


def _summed(counts: Sequence[Counts]) -> Counts:
    names = Counts.__struct_fields__
    return Counts(*(sum(getattr(one, name) for one in counts) for name in names))


def _newest(sources: Sequence[Source]) -> str:
    came = [source.last_success for source in sources if source.last_success]
    return words.instant(max(came)) if came else ""


def _next_step(totals: Counts) -> NextStep:
    if not totals.quarantined:
        return NextStep(_("None is needed: nothing waits in quarantine."))
    return NextStep(
        _("Read why records are held, mend the cause at their source, then let them in again."),
        _("Open the quarantine"),
        reverse("quarantine"),
    )


def _arrivals(sources: Sequence[Source]) -> Figure | None:
    """Records a day over all sources, those that wait for somebody on top."""
    days: dict[date, Counts] = {}
    for source in sources:
        for day, counts in app().sources.days(source.name):
            days[day] = _summed([days.get(day, Counts()), counts])
    if not days:
        return None
    last = max(days)
    span = [last - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    shown = [_column(day, days.get(day, Counts())) for day in span]
    return draw(
        columns,
        tuple(shown),
        title=_("Records received by day"),
        summary=_("The newest day with records is %(day)s.") % {"day": words.day(last)},
        caption=_("Records by the day they arrived (UTC). Amber: in quarantine or refused."),
    )


def _column(day: date, counts: Counts) -> Column:
    wrong = counts.quarantined + counts.refused
    said = _("%(day)s: %(taken)s accepted or known already, %(wrong)s in quarantine or refused") % {
        "day": words.day(day),
        "taken": words.count(counts.accepted + counts.duplicate),
        "wrong": words.count(wrong),
    }
    return Column(date_format(day, "j M"), counts.accepted + counts.duplicate, wrong, said)


def _table(sources: Sequence[Source], lags: Mapping[str, float], wanted: Asked) -> Table:
    order = {
        "received": lambda s: s.counts.received,
        "quarantined": lambda s: s.counts.quarantined,
    }.get(wanted.sort, lambda s: s.name)
    rows = sorted(sources, key=order, reverse=wanted.descending)
    return Table(
        caption=_("Each source since its first day"),
        heads=(
            Head(_("Source"), "name"),
            Head(_("Received"), "received", number=True),
            Head(_("Accepted"), number=True),
            Head(_("Duplicates"), number=True, term="duplicate"),
            Head(_("Quarantine"), "quarantined", number=True),
            Head(_("Refused"), number=True),
            Head(_("Lag"), number=True, term="lag"),
            Head(_("Last success")),
        ),
        rows=[_row(source, lags.get(source.name)) for source in cut(rows, wanted)],
        asked=wanted,
        total=len(rows),
    )


def _row(source: Source, lag: float | None) -> tuple[Cell, ...]:
    counts = source.counts
    failed = source.last_failure and (
        source.last_success is None or source.last_failure > source.last_success
    )
    return (
        Cell(source.name, under=source.kind),
        Cell(words.count(counts.received)),
        Cell(words.count(counts.accepted)),
        Cell(words.count(counts.duplicate)),
        Cell(
            words.count(counts.quarantined),
            href=reverse("quarantine") if counts.quarantined else "",
        ),
        Cell(words.count(counts.refused)),
        Cell(words.length(lag)),
        Cell(
            words.instant(source.last_success),
            under=_("then failed: %(why)s") % {"why": source.last_error} if failed else "",
            state="soon" if failed else "",
        ),
    )
