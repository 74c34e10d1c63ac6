"""What may be said of a course and an outcome. The verb is the claim's, always (METHODS E)."""

from django.utils.translation import gettext as _

from leadline.metrics.impact import Impact
from leadline.stats.claims import NOT_ESTABLISHED
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web import words

CHECKS = {  # as a reader would name them
    "difference": "the difference may be chance",
    "balance": "the groups stayed unlike",
    "overlap": "too few comparable people went without",
    "placebo": "the groups differed before the course",
    "unmeasured": "it may be chance, or something unmeasured",
    "several courses": "one of so many courses may differ by chance",
}


def amount(number: float, each: Impact) -> str:
    """`3.1 points`."""
    return f"{words.measured(number)} {each.outcome.measure or ''}".strip()


def span(found: Interval) -> str:
    """`1.2 to 5.0`."""
    said = {
        "low": words.measured(found.low, found.high),
        "high": words.measured(found.high, found.low),
    }
    return _("%(low)s to %(high)s") % said


def sure(found: Interval, each: Impact) -> str:
    """The interval and both groups, for the brackets behind a number."""
    return _("%(span)s, %(took)s people who had completed it and %(others)s who had not") % {
        "span": span(found),
        "took": words.count(each.exposed.people),
        "others": words.count(each.others.people),
    }


def verb(each: Impact) -> str:
    """The words that the claim allows; empty where nothing is established."""
    if each.claim is None or not each.seen or each.claim.wording == NOT_ESTABLISHED:
        return ""
    return _(each.claim.wording)


def short(each: Impact) -> str:
    """For one line of a table."""
    if isinstance(each.headline, Refused):
        return each.headline.reason
    if verb(each):
        return f"{verb(each)} {_('it')}"
    if each.seen:
        return _("not established: %(why)s") % {"why": failed(each)}
    return unseen(each)


def unseen(each: Impact) -> str:
    """No effect shown, or too little to tell: never "no effect"."""
    if each.too_little:
        return _("too little data to tell")
    if each.verdict == "no meaningful change":
        return _("no meaningful difference")
    return _("no difference is seen")


def failed(each: Impact) -> str:
    """Why a difference that is seen establishes nothing; empty where it may be spoken of."""
    vetoes = each.claim.vetoes if each.claim else ()
    return _(" and ").join(_(CHECKS[check.name]) for check in vetoes)


def detectable(each: Impact) -> str:
    """What so many people could have shown."""
    if each.detectable is None:
        return ""
    least = {"least": amount(each.detectable, each)}
    if each.too_little:
        return _("Only differences above %(least)s would show among so few") % least
    return _("Differences above %(least)s would have shown") % least
