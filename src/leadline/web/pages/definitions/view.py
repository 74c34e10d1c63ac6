"""Metric definitions: what each number means, so that nobody has to guess."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from leadline.metrics import Area, Metric, catalogue
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import NotThere
from leadline.web.anatomy import Body, Crumb, Foot
from leadline.web.page import page
from leadline.web.places import EVERYBODY
from leadline.web.tables import Cell, Head, Table, asked, cut


@dataclass(frozen=True, kw_only=True)
class Defined(Body):
    """One metric and the metrics that always stand beside it."""

    metric: Metric
    beside: tuple[Metric, ...]


@page(place=Place.DATA, sees=EVERYBODY)
def definitions(request: HttpRequest, lens: Lens) -> Body:
    """What does each number mean?"""
    wanted = asked(request, ("name", "area"), "area")
    found = [m for m in catalogue().values() if _matches(m, wanted.search)]
    found.sort(
        key=lambda m: (m.area, m.name) if wanted.sort == "area" else (m.name, ""),
        reverse=wanted.descending,
    )
    table = Table(
        caption=_("Metric definitions"),
        heads=(
            Head(_("Metric"), "name"),
            Head(_("Question")),
            Head(_("Area"), "area"),
            Head(_("Version"), number=True),
        ),
        rows=[_row(metric) for metric in cut(found, wanted)],
        asked=wanted,
        total=len(found),
    )
    return Body(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Definitions"))),
        twin=table,
        twin_open=True,
        facts={"metrics": len(catalogue()), "search": wanted.search, "areas": _areas()},
        foot=Foot((_("A definition changes only together with its version."),)),
    )


@page(place=Place.DATA, sees=EVERYBODY)
def definition(request: HttpRequest, lens: Lens, name: str) -> Defined:
    """What does this number mean?"""
    metric = catalogue().get(name)
    if metric is None:
        raise NotThere
    beside = tuple(catalogue()[other] for other in metric.companions if other in catalogue())
    return Defined(
        crumbs=(
            Crumb(_("Data & trust"), reverse("trust")),
            Crumb(_("Definitions"), reverse("definitions")),
            Crumb(metric.name.replace("_", " ")),
        ),
        metric=metric,
        beside=beside,
        foot=Foot((_("Version %(n)s.") % {"n": metric.version},)),
    )


def _areas() -> list[tuple[str, int, str]]:
    """(name, how many metrics, address with these alone) of each of the four areas."""
    counts = Counter(metric.area for metric in catalogue().values())
    return [(area.capitalize(), counts[area], f"?{urlencode({'q': area})}") for area in Area]


def _matches(metric: Metric, search: str) -> bool:
    words = f"{metric.name} {metric.question} {metric.area}".replace("_", " ").casefold()
    return search.casefold() in words


def _row(metric: Metric) -> tuple[Cell, ...]:
    return (
        Cell(
            metric.name.replace("_", " "),
            href=reverse("definition", args=[metric.name]),
            under=_("activity, not learning") if metric.activity else "",
        ),
        Cell(metric.question),
        Cell(metric.area.capitalize()),
        Cell(str(metric.version)),
    )
