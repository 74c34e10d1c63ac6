"""`leadline import answers` and `leadline import trial`: what studies are made of."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from leadline.app import App
from leadline.cli.imports import (
    Progress,
    failed,
    import_command,
    installed,
    json_option,
    take,
    tell,
)
from leadline.sources.intake import Taken
from leadline.sources.records import Unreadable


@import_command.command("answers")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--assessment", required=True, help="Activity id of the test: an IRI.")
@click.option("--source", required=True, help="Name of the system that the answers are from.")
@click.option("--course", help="Activity id of the course that the test belongs to.")
@click.option("--key", type=click.Path(path_type=Path), help="CSV of the right options.")
@click.option("--points", metavar="LEAST-MOST", help="What a question gives, where not 0 or 1.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the test, without a column.")
@click.option("--blank", help="What stands in a cell of a question that was left blank.")
@click.option("--missing", multiple=True, help="What else stands for never shown; repeatable.")
@click.option("--who", metavar="COLUMN", help="The column that says who it is.")
@click.option("--item", metavar="COLUMN", help="Of a long file: which question.")
@click.option("--score", metavar="COLUMN", help="Of a long file: what it gave.")
@click.option("--chosen", metavar="COLUMN", help="Of a long file: the option chosen.")
@click.option("--leave-out", multiple=True, metavar="COLUMN", help="No question; repeatable.")
@json_option
def answers_command(file: Path, key: Path | None, as_json: bool, **told: Any) -> None:
    """Answers to one test in FILE, a CSV table.

    Wide: one learner a line and one question a column. Long: one answer a line, with the columns
    item (or question), and score, response or both, or as the options say. person_id, email, or a
    column such as id or student says who it is, date when, language in which. Cells are 1 and 0,
    with a key the option chosen, or points. A file without a header is read as wide. Empty and NA:
    never shown. The key has the columns question and key, or one line of right options below the
    names of the questions."""
    from leadline.sources.answers_csv import RIGHT_OR_WRONG, AnswerFile, Sheet, read_key

    on, points = told.pop("on"), told.pop("points")
    try:
        sheet = Sheet(
            **told,
            key=read_key(key) if key else None,
            on=on.date() if on else None,
            points=_points(points) if points else RIGHT_OR_WRONG,
        )
        records = AnswerFile(file, sheet)
        app, progress, taken = installed(), Progress(f"import {sheet.source}"), Taken()
        for taken in take(app, records, sheet.source, "file"):
            progress.show(taken.received, None)
    except Unreadable as problem:
        failed(str(problem), 2)
    tell(taken, sheet.source, progress, as_json)


def _points(text: str) -> tuple[float, float]:
    """`0-4` as least and most."""
    found = re.fullmatch(r"(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)", text)
    if not found or float(found[1]) >= float(found[2]):
        raise click.UsageError(f"--points {text}: write the least and the most, such as 0-4.")
    return float(found[1]), float(found[2])


@import_command.command("trial")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--trial", "name", required=True, help="Name of the trial, always the same.")
@click.option("--source", required=True, help="Name of who drew the lots.")
@click.option("--course", help="Activity id of the course that those drawn are offered.")
@click.option("--who", metavar="COLUMN", help="The column of employee numbers.")
@click.option("--arm", metavar="COLUMN", help="The column that says which arm.")
@click.option("--treated", metavar="ARM", help="The arm that is offered it, as the file says it.")
@click.option("--control", metavar="ARM", help="The arm to compare with; default: every other.")
@click.option("--chance", type=click.FloatRange(0, 1, True, True), help="Of being offered it.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the draw, without a column.")
@json_option
def trial_command(file: Path, source: str, as_json: bool, **told: Any) -> None:
    """Who was assigned by lot to which arm of a trial: FILE, a CSV table.

    A row is one person, or one unit drawn as a whole. Columns, in any order: arm, assigned_at
    (YYYY-MM-DD), one of person_id, email, account_home with account_name, or unit, and where lots
    were drawn so: stratum, cluster, chance. Bring it in before any outcome: an effect may be called
    caused only where the draw was on record first. The first draw of a person stands."""
    from leadline.sources.trial_csv import Lots, TrialFile

    on = told.pop("on")
    try:
        app = installed()
        found = TrialFile(file, Lots(**told, on=on and on.date(), members=_members(app)))
        progress, taken = Progress(f"import {source}"), Taken()
        for taken in take(app, found, source, "file"):
            progress.show(taken.received, None)
    except Unreadable as problem:
        failed(str(problem), 2)
    if not as_json:
        if found.ignored:
            click.echo(f"columns without a meaning here, not read: {', '.join(found.ignored)}")
        if found.others:
            click.echo(f"{found.others:,} rows of other arms, not read")
    tell(taken, source, progress, as_json)


def _members(app: App) -> Callable[[str, date], Sequence[str]]:
    """Employee numbers of who sits in a unit on a day, in an order that stays."""

    def members(path: str, on: date) -> list[str]:
        names = app.directory.names(app.directory.people_under(path, on=on))
        return sorted(name.employee_id for name in names.values() if name.employee_id)

    return members
