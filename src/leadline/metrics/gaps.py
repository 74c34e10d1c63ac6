"""What is declared to be needed and is not there: content of a standard, teaching of a question."""

from dataclasses import dataclass

from ibis import _

from leadline.metrics.metric import Facts

CONTENT = ("course", "assessment", "certificate")


@dataclass(frozen=True, order=True)
class Missing:
    """A role's standard needs this course, assessment or certificate, and nothing is known of it:
    no record was ever about it."""

    role: str
    needs: str
    thing: str


@dataclass(frozen=True)
class Gaps:
    """linked: the questions of which it is declared what teaches them."""

    missing: tuple[Missing, ...]
    linked: frozenset[str]


def gaps(facts: Facts) -> Gaps:
    """From what is declared and what content is known; no person has to do with it."""
    needed = facts.standard.filter(_.needs.isin(CONTENT)).select("role", "needs", "thing")
    known = facts.activity.select(thing="activity").distinct()
    absent = needed.anti_join(known, "thing").distinct().to_pyarrow().to_pylist()
    linked = facts.linkage.select("question").distinct().to_pyarrow()["question"].to_pylist()
    missing = sorted(Missing(row["role"], row["needs"], row["thing"]) for row in absent)
    return Gaps(tuple(missing), frozenset(linked))
