"""A place in a video where people stop."""

from collections.abc import Iterator

from leadline.insights.finding import Finding, Hypothesis, Looking, asked, insight, weighed
from leadline.insights.wording import Titles, called, clock, date, percent, sure, titles
from leadline.metrics.video import VERSION, Cliff
from leadline.stats.drops import EDGE, bin_width
from leadline.stats.tables import homogeneity

SLICES = ("unit", "role", "location")
LEVEL = 0.05


@insight
def video_drop(lens: Looking, course: str | None) -> Iterator[Finding]:
    """Where in a video do abnormally many people stop?

    Abnormal is against the video's own neighbourhood (stats.drops), over all videos looked at. The
    content of the passage is the first suspect; people are never named."""
    names: Titles | None = None
    for cliff in lens.cliffs(course):
        names = titles(lens) if names is None else names
        yield _finding(lens, cliff, names)


def _finding(lens: Looking, cliff: Cliff, names: Titles) -> Finding:
    drop = cliff.drop
    passage = f"{clock(drop.start_s)}–{clock(drop.end_s)}"
    sentence = (
        f"{percent(drop.share.estimate)} of those who start the video "
        f"{called(cliff.video, names)} stop at {passage} ({sure(drop.share)}, "
        f"{cliff.starters} people, since {date(cliff.since)}); "
        f"{percent(drop.expected_share)} would be expected there."
    )
    slices, audience = _slices(lens, cliff.video)
    return Finding(
        insight="video_drop",
        version=1,
        sentence=sentence,
        course=cliff.course,
        about=cliff.video,
        metric_id="video_curve",
        definition_version=VERSION,
        share=drop.share,
        n=cliff.starters,
        since=cliff.since,
        as_of=lens.now,
        hypotheses=weighed(_content(cliff, passage), _technology(passage), audience),
        checked=(_stretches(cliff), *slices),
        next_step=f"Watch the video from {clock(max(0.0, drop.start_s - 30))} to "
        f"{clock(drop.end_s)} and look at what is said, shown and asked of people there.",
        strength=max(0.0, drop.share.low - drop.expected_share) * cliff.starters,
        q_value=cliff.q_value,
        start_s=drop.start_s,
        end_s=drop.end_s,
    )


def _stretches(cliff: Cliff) -> str:
    first, last = EDGE * cliff.length_s, (1 - EDGE) * cliff.length_s
    return (
        f"{cliff.bins} segments of {bin_width(cliff.length_s):.0f} s, those between {clock(first)} "
        f"and {clock(last)} tested, in {cliff.looked_at} videos with enough starters"
    )


def _content(cliff: Cliff, passage: str) -> Hypothesis:
    times = cliff.drop.share.estimate / max(cliff.drop.expected_share, 1 / cliff.starters)
    return Hypothesis(
        cause="content",
        claim=f"The content at {passage} loses people: too hard, too long, or the point is made.",
        evidence_for=(
            f"They stop at one place: {cliff.drop.exits} people within {passage}, "
            f"about {times:.0f} times what the segments around it lose.",
        ),
        evidence_against=(),
        settle="Change the passage and see whether the cliff goes.",
    )


def _technology(passage: str) -> Hypothesis:
    return Hypothesis(
        cause="technology",
        claim=f"The player or the file fails at {passage}.",
        evidence_for=(),
        evidence_against=(),
        settle="Play the passage on the devices people use; the records do not tell device apart.",
    )


def _slices(lens: Looking, video: str) -> tuple[tuple[str, ...], Hypothesis]:
    """Whether finishing differs between groups of people: then it may be who watches."""
    checked: list[str] = []
    differing: list[str] = []
    alike: list[str] = []
    for column in SLICES:
        counts = [
            (round(each.estimate * each.n_events), each.n_events)
            for each in asked(lens, "video_finishers", (column,), {"video": video})
            if each.estimate is not None and each.n_events
        ]
        if len(counts) < 2:
            checked.append(f"{column}: fewer than two groups are large enough to compare")
            continue
        differs = homogeneity(counts) <= LEVEL / len(SLICES)
        said = "differs" if differs else "not seen to differ"
        checked.append(f"{column}: {len(counts)} groups, finishing {said}")
        (differing if differs else alike).append(column)
    return tuple(checked), Hypothesis(
        cause="audience",
        claim="It is concentrated in one group of people whom the video does not fit.",
        evidence_for=tuple(f"Finishing differs by {column}." for column in differing),
        evidence_against=tuple(f"Finishing is not seen to differ by {column}." for column in alike),
        settle="Compare the cliff between the groups.",
    )
