"""Beside the questions: groups that do not answer alike, and the models of one ability."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from leadline.metrics.scale import Alike, Apart, Scale
from leadline.privacy.lens import Lens
from leadline.stats.irt import Fitted
from leadline.stats.refusal import Refused
from leadline.web.addresses import short
from leadline.web.tables import Asked, Cell, Head, Table

Named = Mapping[str, str | None]


def apart(found: Alike | Refused | None) -> Mapping[str, Sequence[Apart]]:
    """What groups of equal totals do not answer alike, by question."""
    told: dict[str, list[Apart]] = defaultdict(list)
    for each in found.apart if isinstance(found, Alike) else ():
        told[each.question].append(each)
    return told


def said(each: Apart) -> str:
    """`harder for “de” than for “en” who do as well in the rest`."""
    ratio = each.found.odds_ratio.estimate
    pair = (each.groups.focal, each.groups.reference)
    harder, easier = pair if ratio > 1 else pair[::-1]
    return _("harder for “%(one)s” than for “%(other)s” who do as well in the rest") % {
        "one": _named(harder),
        "other": _named(easier),
    }


def _named(group: str) -> str:
    return group.rpartition("/")[2]


def compared(found: Alike | Refused | None) -> str:
    """A sentence for the footnote: what was compared, or why nothing was."""
    if found is None:
        return ""
    if isinstance(found, Refused):
        return _("groups are not compared: %(why)s") % {"why": found.reason.rstrip(".")}
    pairs = ", ".join(f"{_named(c.focal)} / {_named(c.reference)}" for c in found.compared)
    return _("groups compared at equal totals: %(pairs)s") % {"pairs": pairs}


def models(lens: Lens, assessment: str, names: Named) -> Table | None:
    """Difficulty and slope of each question for people of one ability."""
    found = lens.scale(assessment)
    if found is None or not (isinstance(found.one, Fitted) or isinstance(found.two, Fitted)):
        return None
    heads = (
        Head(_("Question")),
        Head(_("Difficulty, slopes alike"), number=True, term="ability"),
        Head(_("Difficulty"), number=True, term="ability"),
        Head(_("Slope"), number=True, term="slope"),
    )
    rows = [
        (Cell(names.get(question) or short(question)), *_numbers(found, place))
        for place, question in enumerate(found.questions)
    ]
    return Table(_("Questions on one scale of ability"), heads, rows, Asked(), len(rows))


def _numbers(found: Scale, place: int) -> tuple[Cell, Cell, Cell]:
    one, two = found.one, found.two
    return (
        _number(one.b[place], one.b_se[place]) if isinstance(one, Fitted) else _held(one),
        _number(two.b[place], two.b_se[place]) if isinstance(two, Fitted) else _held(two),
        _number(two.a[place], two.a_se[place]) if isinstance(two, Fitted) else _held(two),
    )


def _number(number: float, error: float) -> Cell:
    under = _("s.e. %(error)s") % {"error": f"{error:.2f}"}
    return Cell(f"{number:.2f}".replace("-", "\N{MINUS SIGN}"), under=under)


def _held(model: Refused) -> Cell:
    return Cell(model.reason, held=True)
