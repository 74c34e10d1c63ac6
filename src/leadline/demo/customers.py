"""Customers of the demo world: an academy for their people, their tickets and their contracts.

One course of the academy saves a third of the tickets and keeps customers; its null twin is taken
by as many accounts, drawn by themselves, and changes nothing. Nobody here has an HR record."""

import csv
import gzip
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from leadline.app import App
from leadline.demo.statements import TYPES, VERBS
from leadline.sources.customers_csv import bring_in, read_customers
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.sources.xapi_file import StatementFile

SEED = "customers/20260301"
BASE = "https://academy.harbour.example/courses"
EFFECT, TWIN = f"{BASE}/booking", f"{BASE}/invoices"  # the planted course, and the one that is not
NAMES = {EFFECT: "Booking a berth online", TWIN: "Reading your invoice"}
ACCOUNTS = 160
TRAINED = 110  # in whose midst somebody completes the course
LARGE = 8  # accounts with enough people to be shown alone
LARGE_PEOPLE = 24
QUARTERS = 8
TRAINED_IN = (2, 3, 4)  # the quarters, of those eight, of first completions
LEFT = 0.65  # of the usual tickets, once the planted course is taken
KINDS = (("carrier", 26.0), ("forwarder", 16.0), ("shop", 9.0))  # segment, tickets a quarter
REGIONS = ("Baltic", "North Sea", "Atlantic")
PLANS = ("basic", "plus")
TICKETS = "Support tickets"


@dataclass(frozen=True)
class Account:
    """One customer: who its people are, when each course reached it, when the contract ended."""

    number: int
    kind: int
    people: int
    taken: dict[str, int]  # course: the quarter of the first completion
    ended: date | None

    @property
    def id(self) -> str:
        return f"C{1001 + self.number}"

    def address(self, person: int) -> str:
        return f"contact{person + 1}@customer{self.number + 1}.example"


@dataclass(frozen=True)
class CustomerFiles:
    """What the generator wrote: the customer system's export, the help desk's, the academy's."""

    customers: Path
    tickets: Path
    academy: Path


def write(folder: Path, until: date) -> CustomerFiles:
    """Write the customers of the demo world that ends on `until`: the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    quarters = _quarters(until)
    accounts = list(_accounts(quarters))
    found = CustomerFiles(
        folder / "customers.csv", folder / "tickets.csv", folder / "academy.jsonl.gz"
    )
    header = "account name segment region plan started_on ended_on contact_email contact_name"
    _table(found.customers, header.split(), _exported(accounts, quarters))
    header = "outcome date value measure better exposure account"
    _table(found.tickets, header.split(), _counted(accounts, quarters))
    encode = msgspec.json.Encoder().encode
    with gzip.GzipFile(
        filename="", mode="wb", fileobj=found.academy.open("wb"), compresslevel=3, mtime=0
    ) as file:
        for account in accounts:
            for statement in _learned(account, quarters, until):
                file.write(encode(statement) + b"\n")
    return found


def bring(app: App, until: date) -> None:
    """Write the files and take them in as a house would."""
    files = write(app.settings.home / "demo-files", until)
    changes = bring_in(read_customers(files.customers), app.directory, app.customers)
    assert not changes.errors, changes.errors[:3]
    for source, records in (
        ("academy", StatementFile(files.academy)),
        ("help desk", OutcomeFile(files.tickets)),
    ):
        if source not in {known.name for known in app.sources.all()}:
            app.sources.declare(source, "xapi" if source == "academy" else "outcomes")
        for _taken in Intake(app.log).take(records, source):
            pass


def _quarters(until: date) -> list[date]:
    """First days of the last whole quarters before `until`, and the day after them all."""
    number = until.year * 4 + (until.month - 1) // 3
    return [
        date(quarter // 4, quarter % 4 * 3 + 1, 1)
        for quarter in range(number - QUARTERS, number + 1)
    ]


def _accounts(quarters: Sequence[date]) -> Iterator[Account]:
    """Each course is drawn by itself; leaving follows the planted one alone."""
    order = {course: random.Random(f"{SEED}/{course}") for course in NAMES}
    reached = {
        course: {n: chance.choice(TRAINED_IN) for n in chance.sample(range(ACCOUNTS), TRAINED)}
        for course, chance in order.items()
    }
    chance = random.Random(f"{SEED}/accounts")
    for number in range(ACCOUNTS):
        large = number < LARGE
        taken = {course: told[number] for course, told in reached.items() if number in told}
        leaves = chance.random() < (0.06 if EFFECT in taken else 0.5)
        late = quarters[6] + timedelta(days=chance.randrange(150))
        yield Account(
            number=number,
            kind=number % len(KINDS),
            people=LARGE_PEOPLE if large else chance.randint(3, 7),
            taken=taken,
            ended=late if leaves and late < quarters[-1] else None,
        )


def _exported(accounts: Sequence[Account], quarters: Sequence[date]) -> Iterator[Sequence[Any]]:
    for account in accounts:
        since = quarters[0] - timedelta(days=200 + account.number)
        for person in range(account.people):
            yield (
                *(account.id, f"Customer {account.number + 1}", KINDS[account.kind][0]),
                *(REGIONS[account.number % 5 % 3], PLANS[account.number % 7 % 2]),
                *(since, account.ended or "", account.address(person)),
                f"Contact {person + 1} of customer {account.number + 1}",
            )


def _counted(accounts: Sequence[Account], quarters: Sequence[date]) -> Iterator[Sequence[Any]]:
    """Tickets of each whole quarter in which the account was a customer to its end."""
    for account in accounts:
        chance = random.Random(f"{SEED}/tickets/{account.number}")
        usual = KINDS[account.kind][1] * chance.uniform(0.7, 1.3)
        first = account.taken.get(EFFECT)
        for number, (_begin, end) in enumerate(pairwise(quarters)):
            if account.ended and account.ended < end:
                break
            share = 0.0 if first is None or number < first else 0.5 if number == first else 1.0
            many = _poisson(chance, usual * (1 - share * (1 - LEFT)))
            last = end - timedelta(days=1)
            yield TICKETS, last, many, "tickets a quarter", "down", 1, account.id


def _poisson(chance: random.Random, mean: float) -> int:
    """How many waiting times of mean 1 / `mean` fit into 1."""
    waited, many = chance.expovariate(mean), 0
    while waited < 1:
        waited, many = waited + chance.expovariate(mean), many + 1
    return many


def _learned(account: Account, quarters: Sequence[date], until: date) -> Iterator[dict[str, Any]]:
    """Somebody completes the course in its quarter; half of the others do later, or only begin."""
    for course, quarter in account.taken.items():
        chance = random.Random(f"{SEED}/{course}/{account.number}")
        day = quarters[quarter] + timedelta(days=chance.randint(5, 80))
        for person in range(account.people):
            begun = datetime.combine(day, time(9, chance.randrange(60)), UTC)
            begun += timedelta(days=0 if person == 0 else chance.randint(1, 150))
            if begun.date() >= until:
                continue
            yield _said(chance, "registered", account.address(person), course, begun)
            if person == 0 or chance.random() < 0.5:
                done = begun + timedelta(minutes=chance.randint(20, 90))
                yield _said(chance, "completed", account.address(person), course, done)


def _said(
    chance: random.Random, verb: str, address: str, course: str, at: datetime
) -> dict[str, Any]:
    definition = {"type": TYPES["course"], "name": {"en": NAMES[course]}}
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "actor": {"mbox": f"mailto:{address}"},
        "verb": {"id": VERBS[verb]},
        "object": {"id": course, "definition": definition},
        "timestamp": at.isoformat(timespec="milliseconds"),
    }


def _table(path: Path, header: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
