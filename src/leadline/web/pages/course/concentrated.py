"""The groups in which failing is concentrated, in words (METHODS B4)."""

from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.refusals import Forbidden, TooFine
from leadline.stats.refusal import Refused
from leadline.stats.segments import FALSE_DISCOVERY_MAX, Scan, Segment
from leadline.web import words
from leadline.web.anatomy import NextStep, Reason

SEARCHABLE = frozenset({"first_attempt_pass_rate", "completion_rate", "completion_within_days"})


def searched(lens: Lens, measure: str, where: dict[str, str]) -> Scan | Refused | None:
    """What the search finds; None where the measure is no share, or is closed to the role."""
    if measure not in SEARCHABLE:
        return None
    try:
        return lens.concentrated(measure, where)
    except (Forbidden, TooFine):
        return None


def why(found: Scan | Refused | None) -> tuple[Reason, ...]:
    """One reason a group, the largest excess first; never "caused by"."""
    return tuple(_reason(segment) for segment in found.segments) if isinstance(found, Scan) else ()


def _reason(segment: Segment) -> Reason:
    said = [
        _("%(share)s of them (%(low)s to %(high)s, %(n)s), %(rest)s of the others.")
        % {
            "share": words.share(segment.share.estimate),
            "low": words.share(segment.share.low),
            "high": words.share(segment.share.high),
            "n": words.people(segment.n),
            "rest": words.share(segment.rest.estimate),
        }
    ]
    proxy = segment.adjusted is not None and segment.adjusted.proxy
    if proxy:
        said.append(_("It goes along with another trait, which explains it."))
    for dimension, confounding in segment.confounded:
        if confounding.reversed_:
            said.append(_("Within each %(by)s it turns round.") % {"by": _column(dimension)})
    return Reason(
        _("Not succeeding is statistically concentrated in %(group)s.")
        % {"group": _group(segment)},
        "mixed" if len(said) > 1 else "for",
        " ".join(said),
    )


def _group(segment: Segment) -> str:
    return _(" and ").join(
        f"{_column(dimension)} “{level.replace('/', ' / ')}”" for dimension, level in segment.levels
    )


def _column(dimension: str) -> str:
    return {"unit": _("unit"), "role": _("role"), "location": _("location")}[dimension]


def checked(found: Scan | Refused | None) -> str:
    """How much was searched, and what could have been seen."""
    if isinstance(found, Refused):
        return found.reason
    if found is None:
        return ""
    text = _(
        "Checked: %(n)s groups by unit, role and location, of %(people)s; false findings held "
        "below %(level)s."
    )
    said = text % {
        "n": words.count(found.tests),
        "people": words.people(found.people),
        "level": words.share(FALSE_DISCOVERY_MAX),
    }
    if found.detectable is None:
        return said
    seen = _(
        "A group of 5 %% of the people would be found 4 times in 5 if %(points)s points apart."
    )
    return f"{said} {seen % {'points': f'{100 * found.detectable:.0f}'}}"


def next_step(found: Scan | Refused | None) -> NextStep | None:
    if not isinstance(found, Scan):
        return None
    if not found.segments:
        return NextStep(_("None is justified by these numbers."))
    group = _group(found.segments[0])
    return NextStep(
        _("Ask %(group)s what is different for them, and see whether it holds next period.")
        % {"group": group}
    )
