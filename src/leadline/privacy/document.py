"""docs/who-sees-what.md, made from the policy and from what the metrics are made of."""

from collections.abc import Iterable, Sequence

from leadline.facts import Sensitivity
from leadline.metrics import catalogue as metrics
from leadline.privacy.cut import described, may_ask
from leadline.privacy.policy import POLICY, Deed, Place, Register, Rows, Rules
from leadline.privacy.viewer import Role

NAMED, GROUPS, CLOSED = "by name", "in groups", "closed"
INTRODUCTION = """\
# Who sees what

This page is written by `leadline docs` from the rules in `privacy/policy.py`, the one table that
every page, export and command asks before it shows anything.

A login sees nothing until it is given a role. Whose records a role reaches follows the
organisation as it is today: who changes teams is out of the old manager's sight the next day.
What somebody did is counted where they sat when they did it. Each look at their records, refused
ones included, is written to the access log: who looked, when, as what, why, at what, and which
people were named. The privacy officer reads all of that log, and a learner every look that named
them. The log is append-only and each entry seals the ones before it; `leadline doctor` verifies
it.
"""
KINDS = """\
*By name*: may stand beside a person's name. *In groups*: only in numbers about groups. *Closed*:
neither. Dates of the training record (assigned, begun, completed, due) count as the certificate
or the result that they date, not as activity detail: they are the record every employer keeps.
"""
PROTECTION = """\
## How small groups are protected

* A number about fewer people than the minimum is withheld. The minimum is 10 unless the setting
  `LEADLINE_SMALLEST_GROUP` says otherwise. People are counted, not rows. A learner's own numbers
  are not about others and are shown.
* Who may not see the results of named people is not told either that everybody of a place failed.
* What could be had by subtraction is withheld as well. If all units but one are shown beside
  their total, the one that is missing is known; so a second one is withheld with it. How much is
  left open is measured by linear programming, and more is withheld until each small group stays
  open by at least three people, or by half its size where that is more, as far as anything is
  left to withhold.
* It is decided once for each number, whichever way it is asked for: the total first, then the
  units from the top of the tree downwards, then role, location and manager, then two of them at a
  time, then places crossed with content and time. A filter (`unit=North`) shows what the
  breakdown by unit shows for North, and no more. A breakdown that is too fine to be checked is
  refused.
* Funnels, video curves and findings leave out every step, second and video with too few people.

## What people out of view change

Nothing that a page, a download, a question or a command answers changes with people whom the
viewer does not cover, or with records of a kind that is closed to the role. The tests ask
everything twice, in two organisations that differ in nothing else, and want the same answer to
the byte. Counts of late records and the score of data quality are made of the people in view as
well. So are the courses listed.
On purpose the same for everybody:

* **When the sources were last heard.** It is about systems, and without it nobody could tell what
  did not happen from what did not arrive.
* **What content is called and made of.** The name, the order and the length of an activity are
  the newest that any statement gave. A course in which somebody in view takes part is shown with
  all of its modules.

The books of the system cannot be cut to some people: whoever is granted a unit of the organisation
reads none of them, whatever the table above gives the role.

## What is not protected yet

* **Over time.** Two answers to one question, before and after a single person came or left,
  differ by that person. The same holds for two periods that differ by a day. A ledger of what
  each viewer was shown will refuse the second one; until then whoever may look often can compare.
* **Over content.** Filters by course, module, video or time bucket choose the rows that are
  counted; each answer is protected by itself, but answers for single courses can be compared with
  the answer for all of them.
* **Across metrics.** Each metric is protected by itself. Two metrics of the same records, such as
  completions and enrolments, are not yet weighed together.
* **Coverage.** The share of people without an HR record is said beside every number, so that
  nobody takes a part for the whole. In a small organisation that tells how many they are, not
  what they did.
"""


def document() -> str:
    """The page as Markdown."""
    parts = [
        INTRODUCTION,
        "## Whose records, why, and on which pages",
        "",
        *_table(
            ["role", "whose records", "why", "pages", "books of the system", "deeds", "customers"],
            _scopes(),
        ),
        "",
        "## What of them",
        "",
        KINDS,
        *_table(["kind of record", *POLICY], _kinds()),
        "",
        "Closed whatever their columns:",
        "",
        *_table(["role", "facts"], _closed()),
        "",
        PROTECTION,
        "## Annex 1: every column",
        "",
        *_table(["fact", "columns", *POLICY], _columns()),
        "",
        "## Annex 2: every metric",
        "",
        *_table(["metric", *POLICY], _metrics()),
    ]
    return "\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _scopes() -> Iterable[list[str]]:
    for role, rules in POLICY.items():
        places = [place for place in Place if place in rules.places]
        registers = [register for register in Register if register in rules.registers]
        yield [
            role,
            rules.rows,
            ", ".join(rules.purposes),
            ", ".join(places),
            ", ".join(registers) or "none",
            ", ".join(deed for deed in Deed if deed in rules.deeds) or "none",
            "told apart, by name" if rules.customers else "not told apart",
        ]


def _kinds() -> Iterable[list[str]]:
    for kind in Sensitivity:
        yield [
            kind,
            *(_access(rules, kind in rules.named, kind in rules.columns) for rules in _all()),
        ]


def _closed() -> Iterable[list[str]]:
    for role, rules in POLICY.items():
        if rules.closed:
            yield [role, ", ".join(sorted(rules.closed))]


def _columns() -> Iterable[list[str]]:
    """Columns of a fact that are open to the same roles stand in one line."""
    for fact, table in described().items():
        alike: dict[tuple[str, ...], list[str]] = {}
        for column, kind in ((c, d.sensitivity) for c, d in table.columns.items()):
            access = tuple(
                _access(
                    rules,
                    rules.names(fact, column, kind) and rules.names_rows_of(table),
                    rules.opens(fact, column, kind),
                )
                for rules in _all()
            )
            alike.setdefault(access, []).append(f"`{column}`")
        for access, columns in alike.items():
            yield [fact, ", ".join(columns), *access]


def _metrics() -> Iterable[list[str]]:
    for name in metrics():
        yield [name, *(_asks(role, name) for role in POLICY)]


def _all() -> Iterable[Rules]:
    return POLICY.values()


def _access(rules: Rules, named: bool, counted: bool) -> str:
    if rules.rows is Rows.NOBODY:
        return CLOSED
    return NAMED if named else GROUPS if counted else CLOSED


def _asks(role: Role, metric: str) -> str:
    open_to = POLICY[role].rows is not Rows.NOBODY and may_ask(role, metric)
    return "yes" if open_to else CLOSED
