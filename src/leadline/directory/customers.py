"""Customers' accounts: what they are called, of what kind they are, and how long they are one.

Who belongs to an account is a position of a person, as who sits in a unit is (`PersonRow.account`):
people of a customer need no HR record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import UNSET

from leadline.directory.directory import Directory
from leadline.directory.rows import Change, Changes, Day, Refused, Text
from leadline.directory.tables import as_day, as_text
from leadline.store import Database, System, Systems, Transaction

AREA = "customers"
SCHEMA = (
    """
    CREATE TABLE customer_account (
        account TEXT PRIMARY KEY, name TEXT, segment TEXT, region TEXT, plan TEXT,
        started_on TEXT, ended_on TEXT)
    """,
)
TEXTS = ("name", "segment", "region", "plan")
DAYS = ("started_on", "ended_on")
LONGEST_TEXT_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One row of an account import. UNSET: the file does not say; None: none.

    account: the id in the customer system. ended_on: the first day without a contract."""

    account: str
    name: Text = UNSET
    segment: Text = UNSET
    region: Text = UNSET
    plan: Text = UNSET
    started_on: Day = UNSET
    ended_on: Day = UNSET
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account, on the half-open days [started_on, ended_on) of its contract."""

    account: str
    name: str | None = None
    segment: str | None = None
    region: str | None = None
    plan: str | None = None
    started_on: date | None = None
    ended_on: date | None = None


class Customers:
    """The accounts, kept in the store's database. A change takes a revision of the directory, so
    that the next refresh brings it to the lake."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory
        self._systems = Systems(database)
        database.evolve(AREA, SCHEMA)

    def accounts(self) -> list[Account]:
        """Every account, by id."""
        return list(_known(self._database).values())

    def names(self, accounts: Collection[str]) -> dict[str, str]:
        """What accounts are called, as far as they have a name. For the lens alone."""
        sql = "SELECT account, name FROM customer_account WHERE account IN ({keys})"
        return {each: name for each, name in self._database.select_in(sql, accounts) if name}

    def apply(self, rows: Iterable[AccountRow], *, dry_run: bool = False) -> Changes:
        """Take in rows of an account import, all good ones in one transaction; the same rows again
        change nothing. In the report the account stands where a person_id would."""
        changes = Changes(dry_run=dry_run)
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            before = _known(tx)
            after: dict[str, Account] = {}
            said: dict[str, AccountRow] = {}
            for row in rows:
                refusal = _objection(row, said)
                if refusal:
                    changes.errors.append(refusal)
                    continue
                said.setdefault(row.account, row)
                after[row.account] = _applied(before.get(row.account, Account(row.account)), row)
            for name, account in after.items():
                _report(changes, before.get(name), account, said[name].origin)
            if changes and not dry_run:
                self._directory.next_revision(tx)
                _write(tx, after.values())
            if after and not dry_run:
                self._systems.loaded("customers", System.CRM)
        return changes


def _known(database: Transaction) -> dict[str, Account]:
    columns = ", ".join(("account", *TEXTS, *DAYS))
    sql = f"SELECT {columns} FROM customer_account ORDER BY account"
    return {
        account: Account(account, *texts, *map(as_day, (started, ended)))
        for account, *texts, started, ended in database.execute(sql)
    }


def _objection(row: AccountRow, said: Mapping[str, AccountRow]) -> Refused | None:
    def no(column: str, reason: str, remedy: str) -> Refused:
        return Refused(row.origin, row.account, column, reason, remedy)

    if not row.account:
        return no("account", "is empty", "Give the account's id in the customer system.")
    for column in ("account", *TEXTS):
        said_so = getattr(row, column)
        if isinstance(said_so, str) and len(said_so) > LONGEST_TEXT_CHARACTERS:
            reason = f"is longer than {LONGEST_TEXT_CHARACTERS} characters"
            return no(column, reason, "Look for a missing quote or delimiter in this line.")
    start, end = row.started_on, row.ended_on
    if isinstance(start, date) and isinstance(end, date) and end <= start:
        return no("ended_on", f"{end} is not after started_on {start}", "Correct one of the two.")
    other = said.get(row.account)
    if other and _says(other) != _says(row):
        reason = f"says something else of account {row.account} than {other.origin}"
        return no("account", reason, "Write the same in every row of an account, or one row.")
    return None


def _says(row: AccountRow) -> Sequence[object]:
    return [getattr(row, column) for column in (*TEXTS, *DAYS)]


def _applied(before: Account, row: AccountRow) -> Account:
    told: dict[str, Any] = {
        column: getattr(before, column) if said is UNSET else said
        for column, said in zip((*TEXTS, *DAYS), _says(row), strict=True)
    }
    return Account(row.account, **told)


def _report(changes: Changes, was: Account | None, now: Account, origin: str) -> None:
    if was == now:
        changes.unchanged += 1
    elif was is None:
        changes.added.append(Change(now.account, "account", None, now.name, origin))
    else:
        for column in (*TEXTS, *DAYS):
            old, new = getattr(was, column), getattr(now, column)
            if old != new:
                before, after = (None if each is None else str(each) for each in (old, new))
                changes.changed.append(Change(now.account, column, before, after, origin))


def _write(tx: Transaction, accounts: Iterable[Account]) -> None:
    columns = ("account", *TEXTS, *DAYS)
    tx.insert(
        "customer_account",
        columns,
        [
            (
                a.account,
                *(getattr(a, text) for text in TEXTS),
                as_text(a.started_on),
                as_text(a.ended_on),
            )
            for a in accounts
        ],
        "ON CONFLICT (account) DO UPDATE SET "
        + ", ".join(f"{column} = excluded.{column}" for column in columns[1:]),
    )
