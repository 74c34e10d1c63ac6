"""What may be said of whole accounts or units. The verb is the claim's, always (METHODS E)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.metrics.collective import Collective
from leadline.metrics.contracts import Kept
from leadline.metrics.quarters import Kind
from leadline.stats.claims import NOT_ESTABLISHED
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words

CHECKS = {  # as a reader would name them
    "difference": "the difference may be chance",
    "trend before": "they did not move alike before",
    "sensitivity": "it is no larger than what moved them apart before",
    "several courses": "one of so many courses may differ by chance",
}
CHECKED = {  # what a check asks
    "difference": "Is the difference more than chance?",
    "trend before": "Did they move alike before?",
    "sensitivity": "Is it larger than what moved them apart before?",
    "several courses": "Is it more than one of many courses by chance?",
}
PASSING = {"pass": "passes", "fail": "fails", "na": "could not be made"}


def groups(number: int | None, kind: Kind) -> str:
    """`60 accounts`, `1 team`."""
    if number is None:
        return _("fewer than can be told")
    told = {"n": words.count(number)}
    if kind == "account":
        return ngettext("%(n)s account", "%(n)s accounts", number) % told
    return ngettext("%(n)s team", "%(n)s teams", number) % told


def amount(number: float, each: Collective) -> str:
    """`3.1 tickets a quarter`."""
    return f"{words.measured(number)} {each.outcome.measure or ''}".strip()


def times(found: Interval) -> str:
    """`0.69 times`."""
    return _("%(ratio)s times") % {"ratio": f"{found.estimate:.2f}"}


def span(found: Interval, each: Collective, *, ratio: bool) -> str:
    """`1.2 to 5.0`."""
    if ratio and each.outcome.counted:
        return _("%(low)s to %(high)s") % {
            "low": f"{found.low:.2f}",
            "high": f"{found.high:.2f}",
        }
    return _("%(low)s to %(high)s") % {
        "low": words.measured(found.low, found.high),
        "high": words.measured(found.high, found.low),
    }


def headline(each: Collective) -> str:
    """The number that is to be shown, in its measure; empty where there is none."""
    found = each.headline
    if isinstance(found, Refused):
        return ""
    return times(found) if each.nothing else amount(found.estimate, each)


def sure(each: Collective) -> str:
    """The interval and both sides, for the brackets behind the number."""
    found = each.headline
    if isinstance(found, Refused):
        return ""
    return _("%(span)s, %(took)s with training and %(others)s without") % {
        "span": span(found, each, ratio=not each.controlled),
        "took": groups(each.trained.groups, each.outcome.kind),
        "others": words.count(each.others.groups),
    }


def verb(each: Collective | Kept) -> str:
    """The words that the claim allows; empty where nothing is established."""
    if each.claim is None or not each.seen or each.claim.wording == NOT_ESTABLISHED:
        return ""
    return _(each.claim.wording)


def short(each: Collective | Kept) -> str:
    """For one line of a table."""
    if isinstance(each.headline, Refused):
        return each.headline.reason
    if verb(each):
        return f"{verb(each)} {_('it')}"
    if each.seen:
        return _("not established: %(why)s") % {"why": failed(each)}
    return unseen(each)


def unseen(each: Collective | Kept) -> str:
    """No effect shown, or too little to tell: never "no effect"."""
    if each.too_little:
        return _("too little data to tell")
    if isinstance(each, Collective) and each.verdict == "no meaningful change":
        return _("no meaningful difference")
    return _("no difference is seen")


def failed(each: Collective | Kept) -> str:
    """Why a difference that is seen establishes nothing; empty where it may be spoken of."""
    vetoes = each.claim.vetoes if each.claim else ()
    return _(" and ").join(_(CHECKS[check.name]) for check in vetoes)


def detectable(each: Collective) -> str:
    """What so many accounts or units could have shown."""
    if each.detectable is None:
        return ""
    least = amount(each.detectable, each) if not each.nothing else words.share(each.detectable)
    if each.too_little:
        return _("Only differences above %(least)s would show among so few") % {"least": least}
    return _("Differences above %(least)s would have shown") % {"least": least}
