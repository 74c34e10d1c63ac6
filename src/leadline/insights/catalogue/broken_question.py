"""A question whose answers say nothing about what people know, or say the contrary."""

from collections.abc import Iterator

from leadline.insights.finding import Finding, Hypothesis, Looking, insight, weighed
from leadline.insights.wording import Titles, called, date, percent, titles
from leadline.metrics.items import VERSION, Asked
from leadline.privacy.shapes import ShownItems
from leadline.stats.intervals import Interval
from leadline.stats.items import WEAK, ItemJudged

SURE_FLAGS = frozenset({"possible mis-key", "misleading"})


@insight
def broken_question(lens: Looking, course: str | None) -> Iterator[Finding]:
    """Which question is at fault itself, so that nothing may be concluded from its answers?

    Claimed where those who know the rest get it right less often than the others, surely so: the
    interval of the item-rest correlation lies below what a telling question has."""
    names: Titles | None = None
    for items in lens.questions().values():
        if course not in (None, items.course):
            continue
        for asked in items.questions:
            telling = _surely_broken(asked)
            if telling is not None:
                names = titles(lens) if names is None else names
                yield _finding(lens, items, asked, telling, names)


def _surely_broken(asked: Asked) -> Interval | None:
    judged = asked.judged
    if not isinstance(judged, ItemJudged) or not SURE_FLAGS & set(judged.flags):
        return None
    telling = judged.discrimination
    return telling if isinstance(telling, Interval) and telling.high < WEAK else None


def _finding(
    lens: Looking, items: ShownItems, asked: Asked, telling: Interval, names: Titles
) -> Finding:
    judged = asked.judged
    assert isinstance(judged, ItemJudged)
    suspect = f"; “{judged.suspect}” may be the right answer" if judged.suspect else ""
    right = judged.difficulty
    return Finding(
        insight="broken_question",
        version=1,
        sentence=f"The question {called(asked.question, names)} of "
        f"{called(items.assessment, names)} does not tell who knows the rest{suspect}: "
        f"{percent(right.estimate)} get it right, hardly more often those who are good at the "
        f"other questions (correlation {telling.estimate:.2f}, 95 % interval {telling.low:.2f} to "
        f"{telling.high:.2f}, {asked.people} people"
        f"{f', since {date(items.since)}' if items.since else ''}).",
        course=items.course,
        about=items.assessment,
        metric_id="items",
        definition_version=VERSION,
        share=right,
        n=asked.people,
        since=items.since,
        as_of=lens.now,
        hypotheses=_causes(judged),
        checked=(f"{len(items.questions)} questions of the test, first attempts only",),
        next_step=f"Look at {called(asked.question, names)} with its author, before anything else "
        "is concluded from this test.",
        strength=min(1.0, max(0.0, WEAK - telling.high)) * asked.people,
        part=asked.question,
    )


def _causes(judged: ItemJudged) -> tuple[Hypothesis, ...]:
    rival = (f"The able choose “{judged.suspect}”.",) if judged.suspect else ()
    return weighed(
        Hypothesis(
            cause="assessment",
            claim="The question is unclear, or its key is wrong.",
            evidence_for=(
                "Those who get the other questions right do not get this one right more often.",
                *rival,
            ),
            evidence_against=(),
            settle="Read it with its author; correct the key and mark the answers again.",
        ),
        Hypothesis(
            cause="content",
            claim="It asks for something that the rest of the test does not.",
            evidence_for=(),
            evidence_against=(),
            settle="Compare it with questions of the same objective only.",
        ),
    )
