"""docs/who-sees-what.md, made from the policy and from what the metrics are made of."""

from collections.abc import Iterable, Sequence

from leadline.facts import Sensitivity
from leadline.facts import catalogue as facts
from leadline.metrics import catalogue as metrics
from leadline.privacy.cut import may_ask
from leadline.privacy.policy import POLICY, Place, Register, Rows, Rules
from leadline.privacy.viewer import Role

NAMED, GROUPS, CLOSED = "by name", "in groups", "closed"


def document() -> str:
    """The page as Markdown."""
    parts = [
        "# Who sees what",
        "",
        "Made by `leadline docs` from `privacy/policy.py`, the one table that every page, export",
        "and command asks. Whose rows are visible follows the organisation as it is today; every",
        "look is written to the access log. Groups of fewer people than the minimum are withheld,",
        "and so is whatever would let them be worked out.",
        "",
        "## Whose records, why, and where",
        "",
        *_table(["role", "whose records", "purposes", "places", "registers"], _scopes()),
        "",
        "## Kinds of record",
        "",
        "*By name*: may stand beside a person's name. *In groups*: only in numbers about groups.",
        "",
        *_table(["kind", *POLICY], _kinds()),
        "",
        "## Facts and their columns",
        "",
        *_table(["fact", "column", *POLICY], _columns()),
        "",
        "## Metrics",
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
        ]


def _kinds() -> Iterable[list[str]]:
    for kind in Sensitivity:
        yield [
            kind,
            *(_access(rules, kind in rules.named, kind in rules.columns) for rules in _all()),
        ]


def _columns() -> Iterable[list[str]]:
    for fact, described in facts().items():
        for column, kind in ((c, d.sensitivity) for c, d in described.columns.items()):
            access = [
                _access(
                    rules,
                    rules.names(fact, column, kind) and rules.names_rows_of(described),
                    rules.opens(fact, column, kind),
                )
                for rules in _all()
            ]
            yield [fact, f"{column} ({kind})", *access]


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
