"""`leadline import people` and `leadline import customers`: who belongs where, since when."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

import leadline.cli.studies  # noqa: F401 - adds its own commands to `import`
from leadline.cli.imports import (
    CHANGES_SHOWN,
    failed,
    import_command,
    installed,
    json_option,
    mapped,
    mapping_option,
)
from leadline.sources.records import Unreadable
from leadline.store import Unavailable

if TYPE_CHECKING:
    from leadline.directory import Change, Changes

__all__ = ["import_command"]


@import_command.command("people")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@mapping_option
@json_option
def people_command(file: Path, dry_run: bool, mapping: str | None, as_json: bool) -> None:
    """People in FILE, a CSV table: who they are, and where they sit from which day on.

    Columns, in any order; only person_id must be there: person_id, name, email, mbox_sha1sum,
    openid, account_home, account_name, unit (a path: Group/North/Depot 3), role, manager (a
    person_id), location, account (of the customer whose contact it is), hire_date, valid_from,
    left_on (YYYY-MM-DD), zone (Europe/Amsterdam). Several rows of a person with different
    valid_from are their history. A missing column changes nothing, an empty cell clears. All good
    rows are applied together; refused ones are listed, and the command ends with 1."""
    from leadline.directory import TooManyRows
    from leadline.sources.people_csv import read_people

    app = installed()
    try:
        found = read_people(file, mapped(app, mapping, "people"))
        changes = app.directory.apply(found.rows, dry_run=dry_run)
    except (Unreadable, TooManyRows) as problem:
        failed(str(problem), 2)
    except Unavailable as problem:
        failed(f"{problem} Nothing of the file was taken in.", 1)
    changes.errors = [*found.refused, *changes.errors]
    _tell(changes, file, found.ignored, as_json)
    if changes.moved and not found.dated and not as_json:
        click.echo(
            "No row has a valid_from: new positions begin today, and what people did before "
            "belongs to no unit. Add valid_from where it is known."
        )
    if changes.errors:
        sys.exit(1)


@import_command.command("customers")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@mapping_option
@json_option
def customers_command(file: Path, dry_run: bool, mapping: str | None, as_json: bool) -> None:
    """Customers in FILE, a CSV table: their accounts, their contracts, and who their people are.

    A row is an account, one of its contacts, or both. Columns, in any order; only account must be
    there: account (its id), name, segment, region, plan, started_on, ended_on (the first day
    without a contract), contact_email, contact_home with contact_id (a login in some system),
    contact_name, contact_from, contact_to. Contacts need no HR record. A missing column changes
    nothing, an empty cell clears; refused rows are listed, and the command ends with 1."""
    from leadline.directory import TooManyRows
    from leadline.sources.customers_csv import bring_in, read_customers

    app = installed()
    try:
        found = read_customers(file, mapped(app, mapping, "customers"))
        changes = bring_in(found, app.directory, app.customers, dry_run=dry_run)
    except (Unreadable, TooManyRows) as problem:
        failed(str(problem), 2)
    except Unavailable as problem:
        failed(f"{problem} Start the same import again to go on.", 1)
    _tell(changes, file, found.ignored, as_json)
    if changes.errors:
        sys.exit(1)


def _tell(changes: "Changes", file: Path, ignored: Sequence[str], as_json: bool) -> None:
    if as_json:
        report = {"file": file.name, **msgspec.to_builtins(changes), "ignored": ignored}
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    if ignored:
        click.echo(f"columns without a meaning here, not read: {', '.join(ignored)}")
    would = "would be " if changes.dry_run else ""
    for what in ("added", "changed", "moved", "linked", "left"):
        listed = getattr(changes, what)
        if listed:
            click.echo(f"{len(listed):,} {would}{what}")
        for change in listed[:CHANGES_SHOWN]:
            click.echo(f"  {change.person_id}: {change.field}: {_arrow(change)}")
        if len(listed) > CHANGES_SHOWN:
            click.echo(f"  … and {len(listed) - CHANGES_SHOWN:,} more; --json lists all")
    click.echo(f"{changes.unchanged:,} unchanged")
    if changes.errors:
        click.echo(f"{len(changes.errors):,} rows refused", err=True)
    for refused in changes.errors:
        click.echo(
            f"  {refused.origin}: {refused.field}: {refused.reason}. {refused.remedy}", err=True
        )


def _arrow(change: "Change") -> str:
    if change.before is None:
        return change.after or "new"
    return f"{change.before} → {change.after or 'none'}"
