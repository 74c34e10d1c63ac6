"""One exception per broken promise. Each names the field, the reason and the remedy."""

from dataclasses import dataclass


@dataclass
class BadStatement(Exception):
    """The value is not a statement that the specification allows.

    field: path of the offending part, e.g. `actor.mbox`; reason: what is wrong, in the
    specification's words; remedy: what the sender should do; section: where the rule stands."""

    field: str
    reason: str
    remedy: str
    section: str = ""

    def __str__(self) -> str:
        where = f" (xAPI {self.section})" if self.section else ""
        return f"{self.field}: {self.reason}{where}. {self.remedy}"


@dataclass
class Conflict(Exception):
    """A statement with this id is stored already and says something else (xAPI Data 2.4.1)."""

    statement_id: str

    def __str__(self) -> str:
        return (
            f"id: a different statement with id {self.statement_id} is stored already. "
            "Send the correction under a new id and void the old one."
        )
