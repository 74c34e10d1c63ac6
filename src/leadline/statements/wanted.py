"""A question to the log, as GET /statements can ask it (Communication 2.1.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from leadline.statements.agents import Identifier

LARGEST_PAGE_STATEMENTS = 500

Format = Literal["ids", "exact", "canonical"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One question. A filter that is None is not asked.

    since is exclusive, until inclusive; both are about `stored`. limit 0 means the largest page.
    source keeps to statements that one source sent (the scope statements/read/mine).
    cursor: `more` of the page before; the page goes on after it in the same direction.
    """

    statement_id: str | None = None
    voided_statement_id: str | None = None
    agent: Identifier | None = None
    verb: str | None = None
    activity: str | None = None
    registration: str | None = None
    related_activities: bool = False
    related_agents: bool = False
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 0
    format: Format = "exact"
    attachments: bool = False
    ascending: bool = False
    source: str | None = None
    cursor: int | None = None
