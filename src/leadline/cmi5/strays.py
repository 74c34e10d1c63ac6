"""What slipped in although it breaks section 9: voided afterwards, as 6.3 has it.

A unit's statements come with the token of their session, where every rule is asked. What says it is
cmi5 defined, is about a registration of ours and came by another way (a file, another credential)
was heard by no session: nothing vouches for its place in the order of 9.3, so all of it is voided.
cmi5 allowed statements are bound by no rule of section 9 and stay."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from leadline.cmi5 import terms
from leadline.cmi5.gate import SOURCE
from leadline.cmi5.records import Records
from leadline.cmi5.rules import ids_in
from leadline.statements import Statement, mentions, read
from leadline.statements.forms import stamp
from leadline.store import Database, Log, Logged

AREA = "cmi5-strays"
STEPS = (
    """
    CREATE TABLE cmi5_looked (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        seq {big} NOT NULL
    );
    INSERT INTO cmi5_looked (one, seq) VALUES (1, 0)
    """,
)
BATCH_STATEMENTS = 5_000
LOOK_BATCHES = 20

_CATEGORY = terms.CATEGORY.encode()


class Strays:
    """Looks through the log once, from where the last look ended. authority: who voids."""

    def __init__(
        self, database: Database, log: Log, records: Records, authority: dict[str, Any]
    ) -> None:
        database.evolve(AREA, STEPS)
        self._database, self._log, self._records = database, log, records
        self._authority = authority

    def void(self, now: datetime) -> int:
        """Void the strays that have come since the last look, some batches at a time; how many."""
        looked, head = self._looked(), self._log.head()
        if looked < head and not self._records.any():  # then nothing so far can be about one
            self._note(head)
            return 0
        found = 0
        for _ in range(LOOK_BATCHES):
            batch = self._log.since(looked, BATCH_STATEMENTS)
            if not batch:
                break
            strays, looked = self._strays(batch), batch[-1].seq
            if strays:
                with self._log.turn():
                    fresh = [one for one in strays if self._log.get(one) is not None]
                    voiding = [self._voiding(one, now) for one in fresh]
                    self._log.append(voiding, source=SOURCE)
                found += len(fresh)
            self._note(looked)
        return found

    def _note(self, seq: int) -> None:
        """Note how far the log was looked through; a second look of the same finds all voided."""
        self._database.execute("UPDATE cmi5_looked SET seq = ? WHERE seq < ?", (seq, seq))

    def _looked(self) -> int:
        return int(self._database.execute("SELECT seq FROM cmi5_looked")[0][0])

    def _strays(self, batch: Sequence[Logged]) -> list[str]:
        """Ids of the strays among statements of the log."""
        suspects: dict[str, str] = {}
        for logged in batch:
            if logged.source == SOURCE or _CATEGORY not in logged.payload:
                continue
            value = msgspec.json.decode(logged.payload)
            registration = mentions(value).registration
            if registration and terms.CATEGORY in ids_in(value["context"], "category"):
                suspects[logged.id] = registration
        known = self._records.known(suspects.values())
        return [one for one, registration in suspects.items() if registration in known]

    def _voiding(self, statement: str, now: datetime) -> Statement:
        value = {
            "id": str(uuid.uuid4()),
            "actor": self._authority,
            "verb": {"id": terms.LMS_VERBS["voided"], "display": {"en": "voided"}},
            "object": {"objectType": "StatementRef", "id": statement},
            "timestamp": stamp(now),
        }
        return read(value, stored=now, authority=self._authority)
