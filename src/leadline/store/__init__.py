"""The log of statements and the tables beside it, on SQLite or PostgreSQL."""

from leadline.store.activities import Activity
from leadline.store.audit import Audit, Look
from leadline.store.credentials import SCOPES, Credential, Credentials, Scope
from leadline.store.database import Database, Transaction
from leadline.store.log import Appended, Found, Log, Logged
from leadline.store.problem import Conflict, Unavailable
from leadline.store.quarantine import Held, Quarantine, Record
from leadline.store.seen import Seen
from leadline.store.sources import Counts, Source, Sources

__all__ = [
    "SCOPES",
    "Activity",
    "Appended",
    "Audit",
    "Conflict",
    "Counts",
    "Credential",
    "Credentials",
    "Database",
    "Found",
    "Held",
    "Log",
    "Logged",
    "Look",
    "Quarantine",
    "Record",
    "Scope",
    "Seen",
    "Source",
    "Sources",
    "Transaction",
    "Unavailable",
]
