"""What lies behind a test's answers (METHODS B3): one ability, and do questions treat all alike?

Both need the answers of each learner side by side; so many people are drawn that they fit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis import _

from leadline.metrics.items import QUESTIONS_MAX, first_marks
from leadline.metrics.landmark import UNIT_LEVELS, Flags, Floats
from leadline.metrics.metric import Facts
from leadline.stats.dif import FALSE_DISCOVERY_MAX, FOCAL_MIN_PEOPLE, Differential, purified
from leadline.stats.irt import ONE_MIN_PEOPLE, PEOPLE_MAX, Fitted, fit, patterns
from leadline.stats.multiplicity import benjamini_hochberg
from leadline.stats.refusal import Refused

VERSION = 1
QUESTION = "How hard and how telling is each question for people of one ability?"
DEFINITION = (
    "First attempts, as for the questions; questions that at least 100 people were asked. Logistic "
    "models of one ability, normal among the learners: one slope for all questions (1PL, from 100 "
    "people) or one each (2PL, from 500; from 250 with a prior on the logarithm of slopes), by "
    "marginal maximum likelihood. Alike: Mantel-Haenszel odds ratios between the largest group and "
    "each other of at least 100 people by role, unit, location or language, at equal totals of the "
    "questions that are alike, of those asked every question; classes of ETS, false discoveries "
    "held among all questions and groups."
)
ANSWERS_MAX = 1_000_000  # people × questions that are compared
MODELLED_MAX = 100_000  # and that are modelled: seconds, with errors far below any use
GROUPINGS = ("role", "unit", "location", "language")


@dataclass(frozen=True)
class Scale:
    """The models of one test. questions: in the order of the models' numbers; share: of the people
    asked, those looked at."""

    assessment: str
    people: int
    share: float
    as_of: datetime
    questions: tuple[str, ...]
    one: Fitted | Refused
    two: Fitted | Refused
    version: int = VERSION


@dataclass(frozen=True)
class Compared:
    """Two groups of one grouping, each with its people: `focal` against the largest."""

    by: str
    focal: str
    focal_people: int
    reference: str
    reference_people: int


@dataclass(frozen=True)
class Apart:
    """A question that two groups of equal totals do not answer alike: class C, and q within limits.

    found.odds_ratio: of the reference group's odds to be right to those of the focal group."""

    question: str
    groups: Compared
    found: Differential


@dataclass(frozen=True)
class Alike:
    """Which groups were compared, all that was found of each question, and what is `apart`."""

    assessment: str
    as_of: datetime
    compared: tuple[Compared, ...]
    judged: tuple[Apart, ...]
    version: int = VERSION

    @property
    def apart(self) -> tuple[Apart, ...]:
        return tuple(
            each
            for each in self.judged
            if each.found.class_ == "C" and each.found.q_value <= FALSE_DISCOVERY_MAX
        )


def scale(facts: Facts, assessment: str) -> Scale | None:
    """The models of a test; None: no question was asked of enough people."""
    marks = _marked(facts, assessment)
    people, questions = _size(marks)
    if not people:
        return None
    share, drawn = _drawn(marks, people, questions, MODELLED_MAX)
    names, answers = _matrix(drawn.select("person", "question", "mark").to_pyarrow())
    found = patterns(answers)
    return Scale(
        assessment, people, share, facts.now, names, one=fit(found, "1PL"), two=fit(found, "2PL")
    )


def alike(facts: Facts, assessment: str) -> Alike | Refused:
    """Whether groups of equal totals answer each question alike."""
    marks = _marked(facts, assessment)
    people, questions = _size(marks)
    if not people:
        few = f"No question that is right or wrong was asked of {ONE_MIN_PEOPLE} people."
        return Refused("low_n", few)
    _share, drawn = _drawn(marks, people, questions, ANSWERS_MAX)
    names, answers = _matrix(drawn.select("person", "question", "mark").to_pyarrow())
    whole = ~np.isnan(answers).any(axis=1)
    if whole.sum() < 2 * FOCAL_MIN_PEOPLE or len(names) < 3:
        return Refused("not_identified", f"{whole.sum()} people were asked every question.")
    groups = _groups(facts, drawn, assessment)
    compared, judged = [], []
    for by in GROUPINGS:
        told = np.array([each or "" for each in groups[by].to_pylist()])[whole]
        for pair, focal, kept in _pairs(by, told):
            compared.append(pair)
            found = purified(answers[whole][kept], focal[kept])
            judged += [
                Apart(question, pair, each)
                for question, each in zip(names, found, strict=True)
                if isinstance(each, Differential)
            ]
    if not compared:
        few = f"No two groups have {FOCAL_MIN_PEOPLE} people each."
        return Refused("low_n", few)
    return Alike(assessment, facts.now, tuple(compared), _at_once(judged))


def _at_once(judged: list[Apart]) -> tuple[Apart, ...]:
    """All questions and groups are one family of questions."""
    q_values = benjamini_hochberg([each.found.test.p_value for each in judged])
    return tuple(
        replace(each, found=replace(each.found, q_value=q))
        for each, q in zip(judged, q_values, strict=True)
    )


def _pairs(by: str, told: np.ndarray) -> Iterator[tuple[Compared, Flags, Flags]]:
    """Each group against the largest: the pair, who is focal, who is one of the two."""
    names, counts = np.unique(told[told != ""], return_counts=True)
    sizes = sorted(zip(counts.tolist(), names.tolist(), strict=True), reverse=True)
    large = [(n, name) for n, name in sizes if n >= FOCAL_MIN_PEOPLE]
    for n, name in large[1:]:
        focal, reference = told == name, told == large[0][1]
        yield Compared(by, name, n, large[0][1], large[0][0]), focal, focal | reference


def _marked(facts: Facts, assessment: str) -> ir.Table:
    """Right or wrong answers to questions that enough people were asked for a model to hold."""
    marks = first_marks(facts, assessment).filter(_.state != "unmarked")
    marks = marks.mutate(takers=_.person.nunique().over(ibis.window(group_by="question")))
    return marks.filter(_.takers >= ONE_MIN_PEOPLE)


def _size(marks: ir.Table) -> tuple[int, int]:
    found = marks.aggregate(people=_.person.nunique(), questions=_.question.nunique())
    (line,) = found.to_pyarrow().to_pylist()
    return line["people"], min(line["questions"], QUESTIONS_MAX)


def _drawn(marks: ir.Table, people: int, questions: int, most: int) -> tuple[float, ir.Table]:
    """People by their random keys, so many that they give at most so many answers."""
    parts = max(ceil(people * questions / most), ceil(people / PEOPLE_MAX))
    return 1 / parts, marks if parts == 1 else marks.filter(marks.person % parts == 0)


def _matrix(rows: pa.Table) -> tuple[tuple[str, ...], Floats]:
    """Questions in order, and a line a person, in the order of keys, of marks (nan: not asked)."""
    people, line = np.unique(rows["person"].to_numpy(), return_inverse=True)
    names, column = np.unique(np.array(rows["question"].to_pylist()), return_inverse=True)
    answers = np.full((len(people), len(names)), np.nan)
    answers[line, column] = rows["mark"].to_numpy()
    return tuple(names.tolist()[:QUESTIONS_MAX]), answers[:, :QUESTIONS_MAX]


def _groups(facts: Facts, marks: ir.Table, assessment: str) -> pa.Table:
    """Where each person sat when they answered, and in which language, by key."""
    took = marks.group_by("person").aggregate(at=marks.answered_at.max())
    seat = facts.position
    joined = took.left_join(seat, "person")
    day = joined["at"].date()
    here = (joined.valid_from <= day) & (joined.valid_to.isnull() | (joined.valid_to > day))
    sat = joined.filter(here).select("person", "role", "unit_path", "location")
    answered = facts.event.filter(_.assessment == assessment, _.did == "answered")
    spoken = answered.group_by("person").aggregate(language=_.language.max())
    found = took.left_join(sat, "person").drop("person_right")
    found = found.left_join(spoken, "person").drop("person_right").order_by("person").to_pyarrow()
    tops = [
        "/".join(path.split("/")[:UNIT_LEVELS]) if path else None
        for path in found["unit_path"].to_pylist()
    ]
    tongues = [tag.lower().split("-")[0] if tag else None for tag in found["language"].to_pylist()]
    found = found.drop_columns(["language"])
    found = found.append_column("language", pa.array(tongues, pa.string()))
    return found.append_column("unit", pa.array(tops, pa.string()))
