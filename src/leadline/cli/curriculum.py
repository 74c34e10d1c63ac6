"""`leadline curriculum`: what tests what, what a role needs, what people owe."""

import json
from pathlib import Path

import click
import msgspec

from leadline.cli.imports import CHANGES_SHOWN, failed, installed, json_option
from leadline.curriculum import LISTS

LIST = click.argument("name", metavar="LIST", type=click.Choice([f"{each}s" for each in LISTS]))


@click.group("curriculum")
def curriculum_command() -> None:
    """What somebody has to declare, because no record tells it.

    LIST is links (which content teaches what a question tests), standards (what a role needs,
    from when), checks (which assessment is the delayed check of which), critical-roles
    (in which forgetting is a risk), requirements (what people
    must hold, and for how long), exemptions (who is let off), leaves (who is away), programmes
    (training with an aim), costs (of programmes) or questions (asked of programmes)."""


@curriculum_command.command("import")
@LIST
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@json_option
def import_command(name: str, file: Path, dry_run: bool, as_json: bool) -> None:
    """Make FILE, a CSV table, the whole LIST: what is not in it is taken out.

    Columns: question, objective, content of links; role, valid_from, needs (course, assessment,
    certificate or outcome), thing, at_least, at_most of standards; assessment, of, from_day, to_day
    of checks; role, keeps of critical-roles; requirement, name, valid_from, valid_to, things,
    units, roles, locations, valid_months, grace_days, lead_days, due_days, regulated, leave, rehire
    of requirements; requirement, person, valid_from, valid_to, reason of exemptions; person,
    valid_from, valid_to of leaves; programme, valid_from, audience, courses, unit, role, owner,
    goal, thing, target, due, worth, worth_low, worth_high, worth_source of programmes; programme,
    kind, amount, currency, since, until, per of costs; programme, question, metrics of questions.
    Several values in one cell are parted by ;. Where a row is refused nothing is changed, and the
    command ends with 1."""
    from leadline.sources.curriculum_csv import read_list
    from leadline.sources.records import Unreadable

    kind, app = LISTS[name.removesuffix("s")], installed()
    try:
        found = read_list(file, kind, app.directory.called)
    except Unreadable as problem:
        failed(str(problem), 2)
    for refused in found.refused:
        click.echo(
            f"{refused.origin}: {refused.field}: {refused.reason}. {refused.remedy}", err=True
        )
    if found.refused:
        failed(f"{len(found.refused):,} rows refused; nothing was changed.", 1)
    done = app.curriculum.replace(kind, found.rows, dry_run=dry_run)
    if as_json:
        changes = {"added": done.added, "removed": done.removed, "kept": done.kept}
        click.echo(msgspec.json.encode(changes).decode())
        return
    if found.ignored:
        click.echo(f"columns without a meaning here, not read: {', '.join(found.ignored)}")
    would = "would be " if dry_run else ""
    for what, rows in (("added", done.added), ("removed", done.removed)):
        click.echo(f"{len(rows):,} {would}{what}")
        for row in rows[:CHANGES_SHOWN]:
            click.echo(f"  {_line(row)}")
    click.echo(f"{done.kept:,} as before")


@curriculum_command.command("show")
@LIST
@json_option
def show_command(name: str, as_json: bool) -> None:
    """The LIST as it stands."""
    rows = installed().curriculum.rows(LISTS[name.removesuffix("s")])
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(rows), ensure_ascii=False))
        return
    for row in rows:
        click.echo(_line(row))
    if not rows:
        click.echo(f"No {name} are declared.")


def _line(row: msgspec.Struct) -> str:
    return ", ".join(map(_text, msgspec.structs.astuple(row)))


def _text(cell: object) -> str:
    if isinstance(cell, tuple):
        return "; ".join(cell)
    return "" if cell is None else str(cell)
