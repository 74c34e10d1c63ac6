"""The log of statements and the tables beside it, on SQLite or PostgreSQL."""

from leadline.store.activities import Activity
from leadline.store.audit import Audit, Look
from leadline.store.credentials import (
    DEFAULT_TENANT,
    Credential,
    Credentials,
    NoCredential,
    Scope,
)
from leadline.store.database import Database, Transaction
from leadline.store.log import Appended, Found, Log, Logged
from leadline.store.problem import Conflict, Unavailable
from leadline.store.quarantine import Held, Quarantine, Record
from leadline.store.seen import Seen
from leadline.store.sources import Counts, Source, Sources
from leadline.store.systems import Connected, System, Systems

__all__ = [
    "DEFAULT_TENANT",
    "Activity",
    "Appended",
    "Audit",
    "Conflict",
    "Connected",
    "Counts",
    "Credential",
    "Credentials",
    "Database",
    "Found",
    "Held",
    "Log",
    "Logged",
    "Look",
    "NoCredential",
    "Quarantine",
    "Record",
    "Scope",
    "Seen",
    "Source",
    "Sources",
    "System",
    "Systems",
    "Transaction",
    "Unavailable",
]
