"""The parts that every page is made of, in the order in which they are read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadline.web.charts import Figure
from leadline.web.tables import Table


@dataclass(frozen=True)
class Crumb:
    """One step of the path from the place to this page; without an address: the page itself."""

    name: str
    href: str = ""


@dataclass(frozen=True)
class Companion:
    """A figure beside the main one: name, number or the reason why there is none, and how sure.

    `term` is the key of a term that is explained on hover and focus; `activity` labels a figure
    that counts doing, not learning (MISSION S035); `href` leads to its diagnosis (S065)."""

    name: str
    number: str
    sure: str = ""
    held: bool = False
    activity: bool = False
    term: str = ""
    href: str = ""


@dataclass(frozen=True)
class Reason:
    """One hypothesis under "Why?", and what the evidence says about it."""

    claim: str
    side: str  # for, against, mixed or unknown
    evidence: str


@dataclass(frozen=True)
class NextStep:
    """What to do about it; `href` leads there, if it can be done in the house."""

    text: str
    act: str = ""
    href: str = ""


@dataclass(frozen=True)
class Foot:
    """Where the numbers come from: sentences, links to the definitions used."""

    sentences: tuple[str, ...]
    definitions: tuple[Crumb, ...] = ()


@dataclass(frozen=True)
class Paper:
    """The page as a document: the template that sets it, its values, and when it was made."""

    template: str
    values: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a page function returns. Each page's own template writes the answer sentence from it."""

    crumbs: tuple[Crumb, ...] = ()
    figure: Figure | None = None
    companions: tuple[Companion, ...] = ()
    why: tuple[Reason, ...] = ()
    checked: str = ""
    next_step: NextStep | None = None
    twin: Table | None = None
    twin_open: bool = False
    notices: tuple[str, ...] = ()
    foot: Foot = field(default_factory=lambda: Foot(()))
    paper: Paper | None = None
    facts: Mapping[str, object] = field(default_factory=dict)  # words the answer is made of
