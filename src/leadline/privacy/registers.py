"""What is kept about the system: sources, quarantine, unmatched identifiers, the access log."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import NoReturn, Protocol

import msgspec

from leadline.curriculum import Curriculum
from leadline.directory import Customers, Directory, Unmatched
from leadline.privacy.looks import Look, looking, write
from leadline.privacy.policy import POLICY, Register, Rows, Rules, registers_of
from leadline.privacy.records import PAGE_ROWS_MAX
from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Purpose, Viewer
from leadline.store import (
    Audit,
    Connected,
    Credential,
    Credentials,
    Quarantine,
    Record,
    Source,
    Sources,
    System,
    Systems,
)
from leadline.store import Look as Seen
from leadline.store.alerts import Alerts

OWN_LOOKS_SEARCHED = 20_000


class Books(Protocol):
    """The parts of the application that keep registers."""

    @property
    def directory(self) -> Directory: ...
    @property
    def curriculum(self) -> Curriculum: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def customers(self) -> Customers: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def systems(self) -> Systems: ...
    @property
    def quarantine(self) -> Quarantine: ...
    @property
    def credentials(self) -> Credentials: ...


class Registers:
    """One viewer, for one purpose. The part of the lens that needs no lake.

    Raises Forbidden, written down, where the role may not look for this purpose."""

    def __init__(self, books: Books, viewer: Viewer, purpose: Purpose | None) -> None:
        self._books = books
        self.viewer = viewer
        self.rules: Rules = POLICY[viewer.role]
        self.registers = registers_of(viewer)
        self.purpose = purpose or self.rules.purposes[0]
        if self.purpose not in self.rules.purposes:
            allowed = ", ".join(self.rules.purposes)
            self.refuse("open", f"As {viewer.role} one looks to {allowed}; not to {self.purpose}.")

    def refuse(self, what: str, reason: str) -> NoReturn:
        """Write a refused look down and raise Forbidden: for doors that refuse before they ask."""
        write(self._books.audit, self.viewer, self.purpose, Look(what), f"refused: {reason}")
        raise Forbidden(reason)

    def sources(self) -> Sequence[Source]:
        """Every source with its counts, and when it last went well or badly."""
        with self._looking("sources") as look:
            self._open_register(Register.SOURCES)
            found = self._books.sources.all()
            look.shown = len(found)
            return found

    def systems(self) -> Mapping[System, Sequence[Connected]]:
        """Every kind of system with what is heard of it, and when it last came in well (S028)."""
        with self._looking("systems") as look:
            self._open_register(Register.SOURCES)
            found = self._books.systems.all(self._books.sources)
            look.shown = sum(map(len, found.values()))
            return found

    def quarantine_counts(self) -> Mapping[str, int]:
        """How many records of each source are held in quarantine now."""
        with self._looking("quarantine counts"):
            self._open_register(Register.SOURCES)
            return self._books.quarantine.count()

    def held(self, *, after: int = 0, limit: int = PAGE_ROWS_MAX) -> Sequence[Record]:
        """Records held in quarantine, without their content, which may name people."""
        with self._looking("quarantine") as look:
            self._open_register(Register.SOURCES)
            found = self._books.quarantine.list(after=after, limit=limit)
            look.shown = len(found)
            return [msgspec.structs.replace(record, raw=b"") for record in found]

    def credentials(self) -> Sequence[Credential]:
        """Every credential, oldest first, the ended ones too. Nothing knows their secrets."""
        with self._looking("credentials") as look:
            self._open_register(Register.CREDENTIALS)
            found = self._books.credentials.list()
            look.shown = len(found)
            return found

    def unmatched(self, *, limit: int = PAGE_ROWS_MAX, offset: int = 0) -> Sequence[Unmatched]:
        """Identifiers that no person of the directory claims, the most used first."""
        with self._looking("unmatched identifiers") as look:
            self._open_register(Register.UNMATCHED)
            found = self._books.directory.unmatched(min(limit, PAGE_ROWS_MAX), offset)
            look.shown = len(found)
            return found

    def looks(self, *, before: int | None = None, limit: int = PAGE_ROWS_MAX) -> Sequence[Seen]:
        """The access log, newest first (S123): all of it for the privacy officer; for a learner
        the newest looks that named them, among the last OWN_LOOKS_SEARCHED."""
        with self._looking("access log") as look:
            if self.rules.rows is Rows.SELF:
                found = self._looks_at_me(limit)
            else:
                self._open_register(Register.LOOKS)
                found = self._books.audit.looks(before=before, limit=limit)
            look.shown = len(found)
            return found

    def _looks_at_me(self, limit: int) -> list[Seen]:
        found: list[Seen] = []
        before, searched = None, 0
        while searched < OWN_LOOKS_SEARCHED and len(found) < limit:
            page = self._books.audit.looks(before=before)
            if not page:
                break
            found += [
                msgspec.structs.replace(seen, people=(self.viewer.person,))
                for seen in page
                if self.viewer.person in seen.people  # whom else it named is not told
            ]
            before, searched = page[-1].number, searched + len(page)
        return found[:limit]

    def _open_register(self, register: Register) -> None:
        if register not in self.rules.registers:
            raise Forbidden(f"{register.capitalize()} are closed to {self.viewer.role}.")
        if register not in self.registers:
            raise Forbidden(f"{register.capitalize()} speak of more than {self.viewer.unit}.")

    def looking(self, what: str, **filters: str) -> AbstractContextManager[Look]:
        """A look at what another door of this folder shows, written down as those through this."""
        return self._looking(what, **filters)

    @contextmanager
    def _looking(self, what: str, **filters: str) -> Iterator[Look]:
        look = Look(what, filters)
        with looking(self._books.audit, self.viewer, self.purpose, look):
            yield look
