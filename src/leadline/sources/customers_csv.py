"""Customers' accounts and their contacts in a CSV file, as customer systems export them.

A row says something of an account, of one of its contacts, or of both; an export of accounts, one
of contacts and the two joined are all such files. Columns (csv_table.py); only `account` must be
there:

    account        id in the customer system; the key by which files are joined
    name           of the customer, as shown to those who may see it
    segment        what kind of customer it is; with region and plan, to compare like with like
    region
    plan
    started_on     first day of the contract; dates are YYYY-MM-DD
    ended_on       first day without one; empty: it goes on
    contact_email  one of its people, who needs no HR record: by e-mail, or by the next two
    contact_home   URL of a system, with contact_id: the contact's account there
    contact_id
    contact_name
    contact_from   first day with this customer; empty: that of the contract, else of the import
    contact_to     first day on which the contact no longer belongs

A missing column changes nothing; an empty cell means "none" and clears what was there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import UNSET

from leadline.directory import AccountRow, Changes, Customers, Directory, PersonRow, Refused
from leadline.sources.columns import ColumnMap
from leadline.sources.csv_table import BadCell, Line, Table, check_address, day
from leadline.statements.agents import Identifier, check_agent, identifier_of
from leadline.statements.problem import BadStatement

TEXTS = ("name", "segment", "region", "plan")
DAYS = ("started_on", "ended_on")
CONTACT = ("contact_email", "contact_home", "contact_id")
REQUIRED = ("account",)
COLUMNS = ("account", *TEXTS, *DAYS, *CONTACT, "contact_name", "contact_from", "contact_to")


@dataclass
class CustomerFile:
    """What a file says. refused: rows that cannot be read; ignored: columns without a meaning."""

    accounts: list[AccountRow] = field(default_factory=list)
    contacts: list[PersonRow] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_customers(path: Path, via: ColumnMap | None = None) -> CustomerFile:
    """Read a file of customers whole. Raises Unreadable where there is no column `account`."""
    table = Table(path, COLUMNS, REQUIRED, via=via)
    found = CustomerFile(ignored=table.ignored)
    for line in table.lines():
        account = line.cells.get("account", "")
        try:
            line.check()
            told = _account(line)
            contact = _contact(line, told)
        except BadCell as bad:
            refusal = Refused(line.origin, account, bad.column, bad.reason, bad.remedy)
            found.refused.append(refusal)
            continue
        found.accounts.append(told)
        found.contacts += [contact] if contact else []
    return found


def bring_in(
    found: CustomerFile, directory: Directory, customers: Customers, *, dry_run: bool = False
) -> Changes:
    """Accounts, then their contacts. Whoever is known already by an address stays who they are:
    an employee may be a customer's contact too. Raises TooManyRows."""
    changes = customers.apply(found.accounts, dry_run=dry_run)
    refused = {refusal.origin for refusal in changes.errors}
    contacts = [each for each in found.contacts if each.origin not in refused]
    people = directory.apply(_as_known(contacts, directory), dry_run=dry_run)
    changes.errors = [*found.refused, *changes.errors, *people.errors]
    for part in ("added", "changed", "moved", "linked", "left"):
        getattr(changes, part).extend(getattr(people, part))
    changes.unchanged += people.unchanged
    return changes


def _account(line: Line) -> AccountRow:
    row = line.cells
    if not row["account"]:
        raise BadCell("account", "is empty", "Give the account's id in the customer system.")
    told: dict[str, Any] = {column: row[column] or None for column in TEXTS if column in row}
    told |= {column: day(column, row[column]) for column in DAYS if column in row}
    return AccountRow(row["account"], **told, origin=line.origin)


def _contact(line: Line, account: AccountRow) -> PersonRow | None:
    row = line.cells
    email, identifier = row.get("contact_email", ""), _identifier(row)
    check_address("contact_email", email)
    if not email and identifier is None:
        if row.get("contact_name"):
            remedy = "Give contact_email, or contact_home with contact_id."
            raise BadCell("contact_email", "is empty beside a contact's name", remedy)
        return None
    since = day("contact_from", row.get("contact_from", ""))
    start = account.started_on if isinstance(account.started_on, date) else None
    return PersonRow(
        person_id=email.lower() or (identifier.value if identifier else ""),
        name=(row["contact_name"] or None) if "contact_name" in row else UNSET,
        email=email or UNSET,
        identifiers=(identifier,) if identifier else (),
        account=account.account,
        valid_from=since or start or UNSET,
        left_on=day("contact_to", row["contact_to"]) if "contact_to" in row else UNSET,
        origin=line.origin,
    )


def _identifier(row: Mapping[str, str]) -> Identifier | None:
    home, name = row.get("contact_home"), row.get("contact_id")
    if not name:
        return None
    if not home:
        raise BadCell("contact_home", "is empty", "Give the URL of the contact's system.")
    agent = {"account": {"homePage": home, "name": name}}
    try:
        check_agent(agent, "contact_home")
    except BadStatement as bad:
        raise BadCell("contact_home", bad.reason, bad.remedy) from bad
    return identifier_of(agent)


def _as_known(contacts: Sequence[PersonRow], directory: Directory) -> list[PersonRow]:
    """The same rows, under the number by which the directory knows each person already."""
    addresses = {each.email for each in contacts if isinstance(each.email, str)}
    keys = directory.called(addresses)
    names = directory.names(set(keys.values()))
    known = {word: names[key].employee_id for word, key in keys.items()}
    rows = []
    for each in contacts:
        number = known.get(each.email) if isinstance(each.email, str) else None
        if number is None or number == each.person_id:
            rows.append(each)
        else:  # the employer has the word on what an employee is called
            rows.append(replace(each, person_id=number, name=UNSET, email=UNSET))
    return rows
