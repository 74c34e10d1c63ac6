"""Content to review: what was found, ranked, and one page for each with its causes weighed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.insights import Hypothesis
from leadline.insights.stored import Event, Seen, Status
from leadline.metrics.linkage import Verdict
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place, audience, sees_as_much
from leadline.privacy.viewer import Role
from leadline.web import found, words
from leadline.web.addresses import course_page, decision_page, finding_page, short
from leadline.web.anatomy import Body, Companion, Crumb, Foot, NextStep, Reason
from leadline.web.changing import changing, made
from leadline.web.deciding import deciding, may_decide, one, said
from leadline.web.page import page
from leadline.web.places import having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

STATES = {
    Status.OPEN: "action",
    Status.CONFIRMED: "action",
    Status.REJECTED: "unknown",
    Status.RESOLVED: "done",
}
WAITING, ALL = "waiting", "all"


@dataclass(frozen=True)
class Item:
    """One line of the list: what was found, and in a line below, what is known of it."""

    mark: str
    saying: str
    about: str
    href: str


@dataclass(frozen=True, kw_only=True)
class FindingsPage(Body):
    """What the answer sentence is made of. lists: (address, name, whether it is this one)."""

    waiting: int
    confirmed: int
    items: list[Item]
    lists: list[tuple[str, str, bool]]


@dataclass(frozen=True, kw_only=True)
class FindingPage(Body):
    """What the answer sentence is made of."""

    seen: Seen
    standing: str
    judgeable: list[tuple[str, str, str]]  # cause, claim, verdict
    evidence: str  # address of the page with the numbers behind it


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def findings(request: HttpRequest, lens: Lens) -> FindingsPage:
    """Which content needs review, and what comes first?"""
    everything = found.stored(lens)
    waiting = [each for each in everything if each.waits]
    chosen = ALL if request.GET.get("list") == ALL else WAITING
    rows = everything if chosen == ALL else waiting
    names = _names(lens)
    wanted = asked(request, ())
    return FindingsPage(
        crumbs=(Crumb(_("Programmes"), reverse("programmes")), Crumb(_("Content to review"))),
        twin=_table(rows, names, wanted) if rows else None,
        foot=Foot((*_as_of(everything), *_order())),
        waiting=len(waiting),
        confirmed=sum(each.status is Status.CONFIRMED for each in waiting),
        items=[_item(each) for each in cut(rows, wanted)],
        lists=[
            (reverse("findings"), _("To review"), chosen == WAITING),
            (f"{reverse('findings')}?list={ALL}", _("All that was ever found"), chosen == ALL),
        ],
    )


def _item(each: Seen) -> Item:
    parts = (
        _("Likely cause: %(cause)s") % {"cause": _likely(each)},
        _("People beyond the usual: %(n)s.") % {"n": words.expected(each.finding.strength)},
        words.sentence(", ".join(part for part in (_state(each), _since(each)) if part)) + ".",
    )
    mark = STATES[each.status] if each.waits else "unknown"
    return Item(mark, each.finding.sentence, " ".join(parts), finding_page(each.key))


def _names(lens: Lens) -> dict[str, str]:
    rows = lens.activities(kind="course")
    return {row["activity"]: row["name"] or short(row["activity"]) for row in rows}


def _order() -> tuple[str, ...]:
    return (
        _("in order of how many people it surely costs beyond what was to be expected"),
        _("an item leaves the list by a decision that is written down, or by being rejected"),
    )


def _as_of(among: Sequence[Seen]) -> tuple[str, ...]:
    when = max((each.finding.as_of for each in among), default=None)
    return (_("As of %(when)s") % {"when": words.instant(when)},) if when else ()


def _table(rows: Sequence[Seen], names: dict[str, str], wanted: Asked) -> Table:
    return Table(
        caption=_("What was found, the most people first"),
        heads=(
            Head(_("What was found")),
            Head(_("Course")),
            Head(_("Likely cause")),
            Head(_("People beyond the usual"), number=True),
            Head(_("State")),
        ),
        rows=[_row(each, names) for each in cut(rows, wanted)],
        asked=wanted,
        total=len(rows),
    )


def _row(each: Seen, names: dict[str, str]) -> tuple[Cell, ...]:
    course = each.finding.course
    return (
        Cell(each.finding.sentence, href=finding_page(each.key)),
        Cell(names.get(course, short(course)), href=course_page(course))
        if course
        else Cell(words.DASH),
        Cell(_likely(each)),
        Cell(words.expected(each.finding.strength)),
        Cell(_state(each), state=STATES[each.status], under=_since(each)),
    )


def _likely(each: Seen) -> str:
    """The confirmed cause; else the first that something speaks for."""
    causes = {hypothesis.cause: hypothesis.claim for hypothesis in each.finding.hypotheses}
    if each.standing.cause in causes:
        return causes[each.standing.cause]
    supported = [h.claim for h in each.finding.hypotheses if h.supported and not _out(each, h)]
    return supported[0] if supported else _("not known yet.")


def _out(each: Seen, hypothesis: Hypothesis) -> bool:
    return each.standing.causes.get(hypothesis.cause) is Status.REJECTED


def _state(each: Seen) -> str:
    return {
        Status.OPEN: _("open"),
        Status.CONFIRMED: _("cause confirmed"),
        Status.REJECTED: _("rejected"),
        Status.RESOLVED: _("decided"),
    }[each.status]


def _since(each: Seen) -> str:
    if each.gone_at is not None:
        return _("no longer seen since %(day)s") % {"day": words.short_day(each.gone_at)}
    if each.first_seen is not None:
        return _("since %(day)s") % {"day": words.short_day(each.first_seen)}
    return ""


@page(place=Place.PROGRAMMES, sees=having(Place.PROGRAMMES))
def finding(request: HttpRequest, lens: Lens) -> FindingPage:
    """What was found, and what speaks for and against it?"""
    seen = one(lens, request.GET.get("finding", ""))
    this = seen.finding
    names = _names(lens)
    course = this.course or ""
    decides = may_decide(lens)
    return FindingPage(
        crumbs=(
            Crumb(_("Programmes"), reverse("programmes")),
            Crumb(_("Content to review"), reverse("findings")),
            Crumb(names.get(course, short(course)) if course else short(this.about)),
        ),
        companions=_companions(seen),
        why=tuple(_weighed(seen, each) for each in this.hypotheses),
        checked=" ".join([found.checked(this), *this.doubts]),
        next_step=NextStep(this.next_step, _("See the numbers behind it"), found.page_of(this)),
        foot=Foot((*_as_of([seen]), _("this look, and every judgement, is written down"))),
        seen=seen,
        standing=_standing(seen),
        judgeable=[(h.cause, h.claim, _follows(h.verdict)) for h in this.hypotheses]
        if decides
        else [],
        evidence=found.page_of(this),
        facts={
            "deciding": deciding(lens, {"of": "finding", "finding": seen.key})
            if seen.status is not Status.RESOLVED
            else None,
            "changing": changing(lens, course, seen),
            "history": _history(lens, seen),
            "decisions": [
                (decision_page(each.number), said(each.kind), each)
                for each in app().ledger.decisions(finding=seen.key)
                if _readable(lens, each.role)
            ],
            "changes": made(lens, finding=seen.key),
        },
    )


def _readable(lens: Lens, role: str) -> bool:
    return sees_as_much(lens.viewer, Role(role))


def _companions(seen: Seen) -> tuple[Companion, ...]:
    this = seen.finding
    low, high = words.share(this.share.low), words.share(this.share.high)
    span = _("%(low)s to %(high)s") % {"low": low.removesuffix(f"{words.THIN}%"), "high": high}
    return (
        Companion(
            _("Share"),
            words.share(this.share.estimate),
            f"{span}, {words.people(this.n)}",
            href=found.page_of(this),
        ),
        Companion(_("People beyond the usual"), words.expected(this.strength)),
        Companion(_("First seen"), words.short_day(seen.first_seen) if seen.first_seen else "–"),
    )


def _standing(seen: Seen) -> str:
    causes = {hypothesis.cause: hypothesis.claim for hypothesis in seen.finding.hypotheses}
    gone = ""
    if seen.gone_at:
        gone = " " + _("It is no longer seen since %(day)s.") % {"day": words.day(seen.gone_at)}
    said_of = {
        Status.OPEN: _("No cause is confirmed yet."),
        Status.CONFIRMED: _("Confirmed cause: %(cause)s")
        % {"cause": causes.get(seen.standing.cause or "", "")},
        Status.REJECTED: _("It was rejected: nothing is to be done."),
        Status.RESOLVED: _("It was decided upon."),
    }
    return said_of[seen.status] + gone


def _weighed(seen: Seen, hypothesis: Hypothesis) -> Reason:
    reason = found.reason(hypothesis)
    judged = seen.standing.causes.get(hypothesis.cause)
    marks = {Status.CONFIRMED: _("Confirmed:"), Status.REJECTED: _("Rejected:")}
    mark = marks.get(judged) if judged else None
    return Reason(f"{mark} {reason.claim}", reason.side, reason.evidence) if mark else reason


def _follows(verdict: Verdict | None) -> str:
    """What a confirmed cause means for what to do (METHODS B5)."""
    if verdict is None:
        return _("technical fault")
    return {
        Verdict.ITEM_DEFECT: _("item defect: mend the question first"),
        Verdict.NOT_TAUGHT: _("the content does not do its work: change it"),
        Verdict.NOT_SEEN: _("exposure gap: lead people through the content"),
        Verdict.LANGUAGE: _("language or context: have it read by those it does not fit"),
    }.get(verdict, verdict.value)


def _history(lens: Lens, seen: Seen) -> Table:
    events = app().findings.events(seen.key, audience(lens.viewer))
    rows = [_told(lens, event) for event in events]
    heads = (Head(_("When")), Head(_("What")), Head(_("Who")), Head(_("Why")))
    return Table(_("What became of it"), heads, rows, Asked(), len(rows))


def _told(lens: Lens, event: Event) -> tuple[Cell, ...]:
    why = event.reason if _readable(lens, event.role) else _("not for your role to read")
    what = _(event.what)
    if event.cause:
        what = f"{what}: {event.cause}"
    who = _("Leadline itself") if event.login == "leadline" else event.login
    return (
        Cell(words.instant(event.at)),
        Cell(what),
        Cell(who, under="" if event.login == "leadline" else event.role),
        Cell(why or words.DASH),
    )
