"""The lists that somebody has to write down, because no record tells them."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from leadline.curriculum.duties import Exemption, Leave, Requirement
from leadline.curriculum.programmes import Cost, Programme, Question

Needs = Literal["course", "assessment", "certificate", "outcome"]


class Link(msgspec.Struct, frozen=True):
    """A question tests an objective, which a piece of content teaches (METHODS B5).

    question, content: activity ids; objective: any name, always written the same."""

    question: str
    objective: str
    content: str


class Standard(msgspec.Struct, frozen=True):
    """One thing that a role has to reach to be competent, from a day on (METHODS D).

    The standard of a role on a day is all its rows of the newest `valid_from` not after that day;
    competent is who meets all of them. needs: a course completed, an assessment passed, a
    certificate held, or an outcome measured `at_least` so high (`at_most` so low).
    thing: its activity id."""

    role: str
    valid_from: date
    needs: Needs
    thing: str
    at_least: float | None = None
    at_most: float | None = None


class Check(msgspec.Struct, frozen=True):
    """An assessment is the delayed check of another: the same, or a parallel form (METHODS C).

    of: the assessment taken on the day of learning; taken from_day to to_day days after it.
    invited: Leadline sends it, so that those count who were invited; else everybody who learned."""

    assessment: str
    of: str
    from_day: int = 14
    to_day: int = 28
    invited: bool = False


class Critical(msgspec.Struct, frozen=True):
    """A role in which forgetting is a risk: surely less than `keeps` of what was known left at a
    delayed check is told to who answers for compliance (METHODS C)."""

    role: str
    keeps: float = 0.9


Row = (
    Link
    | Standard
    | Check
    | Critical
    | Requirement
    | Exemption
    | Leave
    | Programme
    | Cost
    | Question
)
LISTS: Mapping[str, type[Row]] = {
    "link": Link,
    "standard": Standard,
    "check": Check,
    "critical-role": Critical,
    "requirement": Requirement,
    "exemption": Exemption,
    "leave": Leave,
    "programme": Programme,
    "cost": Cost,
    "question": Question,
}
