"""The questions of a test: which are broken, and what the others say about the content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadline.facts.fact import Sensitivity
from leadline.metrics.items import Asked as AskedQuestion
from leadline.metrics.linkage import Taught, Verdict, verdict
from leadline.metrics.scale import Apart
from leadline.privacy.lens import Lens
from leadline.privacy.policy import POLICY, Place
from leadline.privacy.shapes import ShownItems
from leadline.stats.intervals import Interval
from leadline.stats.items import WEAK, ItemJudged, Reliability
from leadline.stats.refusal import Refused
from leadline.web import found, words
from leadline.web.addresses import questions_page, short
from leadline.web.anatomy import Body, Companion, Foot, NextStep, Reason
from leadline.web.answers import allowed, companion
from leadline.web.charts import Dot, Figure, dots, draw
from leadline.web.course import CourseShown, shown
from leadline.web.page import page
from leadline.web.pages.course import concentrated
from leadline.web.pages.questions import sides
from leadline.web.places import counting, having
from leadline.web.tables import Asked, Cell, Head, Table, asked, cut

MEASURE = "first_attempt_pass_rate"
SEES = frozenset(
    role
    for role in having(Place.PROGRAMMES) & counting(Sensitivity.ACTIVITY)
    if "response" not in POLICY[role].closed
)


@dataclass(frozen=True, kw_only=True)
class QuestionsPage(Body):
    """What the answer sentence is made of. tests: (address, name, whether it is this one)."""

    course: CourseShown
    tests: list[tuple[str, str, bool]]
    items: ShownItems | None
    broken: list[str]
    hardest: str
    hardest_right: str
    models: Table | None
    model_them: str


@page(place=Place.PROGRAMMES, sees=SEES)
def questions(request: HttpRequest, lens: Lens) -> QuestionsPage:
    """Which questions are broken, and does the content teach the others?"""
    this = shown(request, lens)
    tests = _tests(lens, this)
    known = [f for f in found.known(lens) if f.course == this.id and f.about in tests]
    first = known[0].about if known else next(iter(tests), "")
    chosen = request.GET.get("assessment", first)
    modelled = request.GET.get("scale") == "1"  # takes seconds, and few ask for it
    items = lens.questions(chosen).get(chosen) if chosen in tests else None
    groups = lens.alike(chosen) if items else None
    told = Told(lens.taught(chosen) if items else {}, sides.apart(groups))
    names = {row["activity"]: row["name"] for row in lens.activities(kind="question")}
    judged = _judged(items, names)
    hardest, hardest_right = _hardest(items, names)
    wanted = asked(request, ())
    search = concentrated.searched(lens, MEASURE, {"assessment": chosen}) if items else None
    passed = allowed(lens, MEASURE, where={"assessment": chosen})
    return QuestionsPage(
        crumbs=this.crumbs(_("Questions")),
        figure=_figure(judged),
        companions=(
            *((companion(passed, _("Pass at the first attempt")),) if passed and items else ()),
            *_reliability(items),
        ),
        why=(*_reasons(items, told, names), *concentrated.why(search)),
        checked=concentrated.checked(search),
        next_step=found.judged(_next_step(items, told, names), found.about(known, chosen)),
        twin=_table(items, told, names, wanted) if items else None,
        foot=_foot(items, sides.compared(groups)),
        course=this,
        tests=[(questions_page(this.id, t), name, t == chosen) for t, name in tests.items()],
        items=items,
        broken=[dot.name for dot in judged if dot.flags],
        hardest=hardest,
        hardest_right=hardest_right,
        models=sides.models(lens, chosen, names) if items and modelled else None,
        model_them="" if modelled else questions_page(this.id, chosen, modelled=True),
        facts={"tabs": this.tabs()},
    )


def _tests(lens: Lens, this: CourseShown) -> dict[str, str]:
    """The assessments of the course that have questions, by activity id."""
    rows = lens.activities(kind="assessment", course=this.id)
    return {row["activity"]: row["name"] or short(row["activity"]) for row in rows}


def _called(question: str, names: Mapping[str, str | None]) -> str:
    return names.get(question) or short(question)


def _judged(items: ShownItems | None, names: Mapping[str, str | None]) -> list[Dot]:
    """The questions of which both figures are known, the broken ones first."""
    found_here = []
    for one in items.questions if items else ():
        judged = one.judged
        if isinstance(judged, ItemJudged) and isinstance(judged.discrimination, Interval):
            telling = judged.discrimination.estimate
            flags = _flags(judged) if judged.defective else ""
            right = judged.difficulty.estimate
            found_here.append(Dot(_called(one.question, names), right, telling, one.people, flags))
    return sorted(found_here, key=lambda dot: (not dot.flags, dot.telling))


def _flags(judged: ItemJudged) -> str:
    said = {
        "possible mis-key": _("possibly the wrong key"),
        "misleading": _("the able get it wrong"),
        "weak": _("tells little"),
        "near guessing": _("near guessing"),
        "too hard": _("hard"),
        "too easy": _("nearly everyone is right"),
    }
    return ", ".join(said[flag] for flag in judged.flags)


def _figure(judged: list[Dot]) -> Figure | None:
    if not judged:
        return None
    broken = sum(1 for dot in judged if dot.flags)
    return draw(
        dots,
        tuple(judged),
        weak=WEAK,
        title=_("Questions by how many get them right and how they go with the rest"),
        summary=_("%(n)s questions, %(broken)s of them suspect.")
        % {"n": len(judged), "broken": broken},
        caption=_(
            "Each dot is a question: further right, more get it right; further up, it goes with "
            "the rest of the test. Red triangles are suspect."
        ),
    )


def _hardest(items: ShownItems | None, names: Mapping[str, str | None]) -> tuple[str, str]:
    """The sound question that fewest get right, with its share in words; empty: there is none."""
    sound = [
        (one.judged.difficulty, one)
        for one in (items.questions if items else ())
        if isinstance(one.judged, ItemJudged) and not one.judged.defective
    ]
    if not sound:
        return "", ""
    right, one = min(sound, key=lambda pair: pair[0].estimate)
    share = f"{words.share(right.estimate)}, {_span(right)}, {words.people(one.people)}"
    return _called(one.question, names), share


def _span(interval: Interval) -> str:
    low, high = words.share(interval.low), words.share(interval.high)
    return _("%(low)s to %(high)s") % {"low": low.removesuffix(f"{words.THIN}%"), "high": high}


def _reliability(items: ShownItems | None) -> tuple[Companion, ...]:
    if items is None:
        return ()
    name = _("Would rank people alike again")
    found_here = items.reliability
    if isinstance(found_here, Reliability):
        alpha = found_here.alpha
        sure = f"{alpha.low:.2f} to {alpha.high:.2f}, {words.people(found_here.n)}"
        return (Companion(name, f"{alpha.estimate:.2f}", sure, term="reliability"),)
    return (Companion(name, found_here.reason, held=True, term="reliability"),)


@dataclass(frozen=True)
class Told:
    """Beside the answers, by question: what its content shows, which groups it parts."""

    taught: Mapping[str, Sequence[Taught]]
    apart: Mapping[str, Sequence[Apart]]


ORDER = (Verdict.ITEM_DEFECT, Verdict.NOT_SEEN, Verdict.NOT_TAUGHT, Verdict.LANGUAGE)


def _verdicts(items: ShownItems, told: Told) -> list[tuple[Verdict, AskedQuestion]]:
    said = [(_verdict(one, told), one) for one in items.questions]
    rank = {each: place for place, each in enumerate(ORDER)}
    return sorted(said, key=lambda pair: rank.get(pair[0], len(rank)))


def _verdict(one: AskedQuestion, told: Told) -> Verdict:
    groups = [each.found for each in told.apart.get(one.question, ())]
    return verdict(one, told.taught.get(one.question, ()), groups)


def _reasons(
    items: ShownItems | None, told: Told, names: Mapping[str, str | None]
) -> tuple[Reason, ...]:
    """Causes in the order of METHODS B5: the question, then whether anybody saw the content."""
    if items is None:
        return ()
    by_verdict: dict[Verdict, list[str]] = {}
    for said, one in _verdicts(items, told):
        parts = [sides.said(each) for each in told.apart.get(one.question, ())]
        why = f" ({'; '.join(parts)})" if parts and said is Verdict.LANGUAGE else ""
        by_verdict.setdefault(said, []).append(_called(one.question, names) + why)
    claims = {
        Verdict.ITEM_DEFECT: _("The question is at fault: unclear, or its key is wrong."),
        Verdict.NOT_SEEN: _("Those who fail had not used the content."),
        Verdict.NOT_TAUGHT: _("The content does not teach what is asked."),
        Verdict.LANGUAGE: _("It is harder for one group than for others who know as much."),
    }
    return tuple(
        Reason(claims[each], "for", ", ".join(by_verdict[each]))
        for each in ORDER
        if each in by_verdict
    )


def _next_step(
    items: ShownItems | None, told: Told, names: Mapping[str, str | None]
) -> NextStep | None:
    if items is None:
        return None
    found_here = _verdicts(items, told)
    if not found_here:
        return None
    first, one = found_here[0]
    name = _called(one.question, names)
    steps = {
        Verdict.ITEM_DEFECT: _("Look at “%(q)s” with its author before believing its answers."),
        Verdict.NOT_SEEN: _("Lead people through the content of “%(q)s” before the test."),
        Verdict.NOT_TAUGHT: _("Rewrite what teaches “%(q)s”, and ask it again."),
        Verdict.LANGUAGE: _("Have “%(q)s” read by somebody of the group that finds it harder."),
    }
    if first not in steps:
        return NextStep(_("None is justified by these numbers."))
    return NextStep(steps[first] % {"q": name})


def _table(items: ShownItems, told: Told, names: Mapping[str, str | None], wanted: Asked) -> Table:
    lines = _verdicts(items, told)
    return Table(
        caption=_("Question by question"),
        heads=(
            Head(_("Question")),
            Head(_("Right"), number=True, term="share right"),
            Head(_("Goes with the rest"), number=True, term="goes with the rest"),
            Head(_("Asked"), number=True, term="people"),
            Head(_("Chosen")),
            Head(_("Verdict")),
        ),
        rows=[_line(said, one, told, names) for said, one in cut(lines, wanted)],
        asked=wanted,
        total=len(lines),
    )


def _line(
    said: Verdict, one: AskedQuestion, told: Told, names: Mapping[str, str | None]
) -> tuple[Cell, ...]:
    judged = one.judged
    name = Cell(_called(one.question, names))
    people = Cell(words.count(one.people))
    if isinstance(judged, Refused):
        held = Cell(judged.reason, held=True)
        return (name, held, Cell(words.DASH), people, Cell(words.DASH), Cell(words.DASH))
    telling = judged.discrimination
    return (
        name,
        Cell(words.share(judged.difficulty.estimate), under=_span(judged.difficulty)),
        Cell(f"{telling.estimate:.2f}", under=f"{telling.low:.2f} to {telling.high:.2f}")
        if isinstance(telling, Interval)
        else Cell(telling.reason, held=True),
        people,
        Cell(_chosen(one)),
        Cell(_said(said), under=_evidence(said, judged, one.question, told)),
    )


def _chosen(one: AskedQuestion) -> str:
    common = sorted(one.chose.items(), key=lambda option: -option[1])
    return ", ".join(f"{name}: {words.count(people)}" for name, people in common) or words.DASH


def _said(said: Verdict) -> str:
    return {
        Verdict.ITEM_DEFECT: _("fix the question first"),
        Verdict.NOT_SEEN: _("they had not used the content"),
        Verdict.NOT_TAUGHT: _("the content does not teach it"),
        Verdict.LANGUAGE: _("harder for one group"),
        Verdict.NO_ACTION: _("nothing to do"),
        Verdict.UNTOLD: _("content and question cannot be told apart"),
    }[said]


def _evidence(said: Verdict, judged: ItemJudged, question: str, told: Told) -> str:
    if said is Verdict.LANGUAGE:
        return "; ".join(map(sides.said, told.apart[question]))
    if said is Verdict.ITEM_DEFECT:
        flags = _flags(judged)
        suspect = _("perhaps %(option)s is right") % {"option": judged.suspect}
        return f"{flags}: {suspect}" if judged.suspect else flags
    differences = [content.difference for content in told.taught.get(question, ())]
    known = [each for each in differences if isinstance(each, Interval)]
    if known:
        return _("with the content %(points)s points more right, %(low)s to %(high)s") % {
            "points": f"{100 * known[0].estimate:.0f}",
            "low": f"{100 * known[0].low:.0f}",
            "high": f"{100 * known[0].high:.0f}",
        }
    refused = [each for each in differences if isinstance(each, Refused)]
    if refused:
        return refused[0].reason
    return _("no content is linked to it") if said is Verdict.UNTOLD else ""


def _foot(items: ShownItems | None, compared: str) -> Foot:
    if items is None:
        return Foot(())
    held = _("%(n)s questions withheld: too few people") % {"n": len(items.withheld)}
    return Foot(
        (
            _("As of %(when)s") % {"when": words.instant(items.as_of)},
            _("first attempts only"),
            *((held,) if items.withheld else ()),
            compared,
            _("item analysis, definition %(n)s") % {"n": items.version},
        )
    )
