"""The module where a course loses people."""

from collections.abc import Iterator

from leadline.insights.finding import Finding, Hypothesis, Looking, asked, insight, weighed
from leadline.insights.wording import Titles, called, date, percent, sure, titles
from leadline.metrics.funnel import VERSION, Funnel, FunnelStep
from leadline.metrics.result import Result
from leadline.stats.funnel import FALSE_DISCOVERY_MAX
from leadline.stats.intervals import wilson
from leadline.stats.multiplicity import benjamini_hochberg

EXCESS_SHARE_MIN = 0.05  # surely lost beyond the usual, of those who came: less is not worth a day


@insight
def worst_module(lens: Looking, course: str | None) -> Iterator[Finding]:
    """At which module does a course lose more people than its other modules?

    At most one module a course: the abnormal one with the most excess exits, if these are surely at
    least 5 in 100 of those who came. Courses are held to one false discovery rate together. Those
    still active are in progress and not counted."""
    funnels = [funnel for funnel in lens.funnels(course).values() if _smallest(funnel) < 1]
    adjusted = benjamini_hochberg([_smallest(funnel) for funnel in funnels])
    names: Titles | None = None
    for funnel, q_value in zip(funnels, adjusted, strict=True):
        worst = [step for step in funnel.steps if step.judged.abnormal and _worth(step)]
        if worst and q_value <= FALSE_DISCOVERY_MAX:
            names = titles(lens) if names is None else names
            yield _finding(lens, funnel, max(worst, key=_excess), (q_value, names))


def _smallest(funnel: Funnel) -> float:
    """Valid as one test of the whole funnel (Simes): the smallest adjusted value of its steps."""
    return min(_q_values(funnel), default=1.0)


def _q_values(funnel: Funnel) -> list[float]:
    q_values = [step.judged.q_value for step in funnel.steps]
    return [q_value for q_value in q_values if q_value is not None]


def _worth(step: FunnelStep) -> bool:
    return _excess(step) >= EXCESS_SHARE_MIN * step.judged.counts.at_risk


def _excess(step: FunnelStep) -> float:
    return step.judged.excess.low if step.judged.excess else 0.0


def _finding(
    lens: Looking, funnel: Funnel, step: FunnelStep, found: tuple[float, Titles]
) -> Finding:
    q_value, names = found
    counts = step.judged.counts
    share = wilson(counts.stopped, counts.at_risk)
    since = f", since {date(funnel.since)}" if funnel.since else ""
    unit = "people" if step.people == step.reached else "enrolments"
    progress = f" {counts.undecided} are still in progress." if counts.undecided else ""
    sentence = (
        f"{percent(share.estimate)} of those who reach the module {called(step.module, names)} of "
        f"{called(funnel.course, names)} go no further ({sure(share)}, {counts.at_risk} {unit}"
        f"{since}); its other modules lose {percent(step.judged.expected_rate or 0.0)} each."
        f"{progress}"
    )
    return Finding(
        insight="worst_module",
        version=1,
        sentence=sentence,
        course=funnel.course,
        about=step.module,
        metric_id="funnel",
        definition_version=VERSION,
        share=share,
        n=counts.at_risk,
        since=funnel.since,
        as_of=lens.now,
        hypotheses=_hypotheses(lens, funnel.course, step.module),
        checked=(
            f"{len(_q_values(funnel))} of {len(funnel.steps)} modules with enough people",
            f"stopped means {funnel.idle_days or 0:.0f} days without activity, or withdrawn",
        ),
        next_step=f"Go through {called(step.module, names)} as a learner would, and ask five "
        "people who stopped there why.",
        strength=_excess(step),
        q_value=q_value,
    )


def _hypotheses(lens: Looking, course: str, module: str) -> tuple[Hypothesis, ...]:
    where = {"course": course}
    times = asked(lens, "time_per_module", ("module",), where)
    passes = asked(lens, "first_attempt_pass_rate", ("module",), where)
    longer, quicker = _apart(times, module, "takes people longer than every other module")
    easier, harder = _apart(passes, module, "is passed at the first try more often than any other")
    return weighed(
        Hypothesis(
            cause="content",
            claim="The module is longer or harder to get through than the rest.",
            evidence_for=longer,
            evidence_against=quicker,
            settle="Shorten or split it for one group and compare.",
        ),
        Hypothesis(
            cause="assessment",
            claim="Its assessment turns people away.",
            evidence_for=harder,
            evidence_against=easier,
            settle="Look at which questions are missed.",
        ),
        Hypothesis(
            cause="technology",
            claim="Something in it does not open or does not report.",
            evidence_for=(),
            evidence_against=(),
            settle="Open it on the devices people use.",
        ),
    )


def _apart(
    results: tuple[Result, ...], module: str, highest: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is said where the module's interval lies above all the others', or below them all."""
    shown = [each for each in results if each.estimate is not None]
    this = next((each for each in shown if each.group["module"] == module), None)
    others = [each for each in shown if each.group["module"] not in (module, None)]
    if this is None or not others:
        return (), ()
    if (this.ci_low or 0.0) > max(each.ci_high or 0.0 for each in others):
        return (f"It {highest}.",), ()
    if (this.ci_high or 0.0) < min(each.ci_low or 0.0 for each in others):
        opposite = highest.replace("longer", "less time").replace("more often", "less often")
        return (), (f"It {opposite}.",)
    return (), ()
