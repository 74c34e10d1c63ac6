"""`leadline import` and `leadline quarantine`: what comes in by file, and what was held back."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import msgspec

from leadline.app import App, build
from leadline.cli.account import ROLE, account
from leadline.config import BadSetting, Settings
from leadline.privacy.viewer import Purpose
from leadline.sources.intake import Intake, Taken
from leadline.sources.records import Broken, Record, Unreadable
from leadline.store import Unavailable

if TYPE_CHECKING:
    from leadline.sources.columns import ColumnMap
    from leadline.sources.replay import Replay
    from leadline.store import Record as HeldRecord

CHANGES_SHOWN = 20  # of each sort; --json has all
QUARANTINE_SHOWN = 500
SILENT_SECONDS = 2.0
TERMINAL_SECONDS, LOG_SECONDS = 0.2, 10.0  # between two signs of life

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


mapping_option = click.option(
    "--mapping",
    metavar="NAME",
    help="Read the columns as the page “Bring in a file” was told for the source NAME.",
)


def mapped(app: App, name: str | None, kind: str) -> "ColumnMap | None":
    """How a source's files of a kind are read; None where no name is given."""
    from leadline.sources.bringing import ColumnMaps

    found = ColumnMaps(app.database).get(name, kind) if name else None
    if name and found is None:
        failed(f"no file of {kind} from {name} was brought in by hand yet.", 2)
    return found


def installed() -> App:
    """The installation, with its database open; ends the command where that cannot be."""
    try:
        app = build(Settings.from_env())
        app.database.execute("SELECT 1")
        return app
    except (BadSetting, Unavailable, OSError, ValueError) as problem:
        failed(str(problem), 2)


def failed(message: str, code: int) -> NoReturn:
    click.echo(f"leadline: {message}", err=True)
    sys.exit(code)


class Progress:
    """One line on stderr: count, rate and, where the size is known, how much is left.

    Rewritten in place on a terminal, a line now and then in a log; nothing for short work."""

    def __init__(self, what: str) -> None:
        self._what, self._start, self._shown = what, time.monotonic(), 0.0
        self._terminal = sys.stderr.isatty()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def show(self, count: int, share: float | None) -> None:
        """count: records so far; share: of the whole, 0 to 1."""
        pause = TERMINAL_SECONDS if self._terminal else LOG_SECONDS
        seconds = self.seconds
        if seconds < SILENT_SECONDS or seconds - self._shown < pause:
            return
        self._shown = seconds
        line = f"{self._what}: {count:,} records, {count / seconds:,.0f} a second"
        if share:
            left = seconds / share - seconds
            line += f", {share:.0%}, about {left // 60:.0f} min {left % 60:.0f} s to go"
        click.echo(f"\r\033[K{line}" if self._terminal else line, err=True, nl=not self._terminal)

    def close(self) -> None:
        if self._terminal and self._shown:
            click.echo("\r\033[K", err=True, nl=False)


@click.group("import")
def import_command() -> None:
    """Take in statements and people from files. Every import may be repeated."""


@import_command.command("xapi")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", required=True, help="Name of the system that the statements are from.")
@json_option
def xapi_command(files: tuple[Path, ...], source: str, as_json: bool) -> None:
    """Statements in FILES: JSON lines, JSON arrays or statement results, plain or gzip.

    A record that is no valid statement is held in the quarantine and stops nothing. Ends with 2
    where a file could not be read (to its end)."""
    from leadline.sources.xapi_file import StatementFile

    app = installed()
    progress = Progress(f"import {source}")
    total, unreadable = Taken(), False
    for path in files:
        try:
            file = StatementFile(path)
        except Unreadable as problem:
            click.echo(f"leadline: {problem}", err=True)
            unreadable = True
            continue
        taken = Taken()
        for taken in take(app, file, source, "file"):
            progress.show(total.received + taken.received, file.position / max(file.size, 1))
        total += taken
        if file.damage:
            damage = f"{path.name}: {file.damage}; what came before is in."
            app.sources.failed(source, damage)
            click.echo(f"leadline: {damage}", err=True)
            unreadable = True
    tell(total, source, progress, as_json)
    if unreadable:
        sys.exit(2)


@import_command.command("oulad")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--no-clicks", is_flag=True, help="Leave out the click log, nine tenths of it all.")
@json_option
def oulad_command(folder: Path, no_clicks: bool, as_json: bool) -> None:
    """The Open University Learning Analytics tables in FOLDER, CSV or Parquet.

    Of the students come in: number, region, days of registration; no other trait of theirs."""
    from leadline.sources import oulad

    app = installed()
    progress = Progress("import oulad")
    taken = Taken()
    try:
        tables = oulad.Tables(folder)
        expected = tables.count(with_clicks=not no_clicks)
        changes = app.directory.apply(oulad.people(tables, oulad.courses(tables)))
        records = oulad.statements(tables, with_clicks=not no_clicks)
        for taken in take(app, records, oulad.SOURCE, "oulad"):
            progress.show(taken.received, expected and taken.received / expected)
    except Unreadable as problem:
        failed(str(problem), 2)
    tell(taken, oulad.SOURCE, progress, as_json, people=len(changes.added))


@import_command.command("outcomes")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", required=True, help="Name of the system that measured.")
@mapping_option
@json_option
def outcomes_command(file: Path, source: str, mapping: str | None, as_json: bool) -> None:
    """Outcomes in FILE, a CSV table: audit scores, ratings, tickets, sales, renewals.

    A row is one measurement of one person, one unit or one customer. Columns, in any order:
    outcome, date (YYYY-MM-DD), value, measure (its unit), better (up or down), exposure (of a
    count: in how many months or quarters), and one of person_id, email, account_home with
    account_name, unit (a path: Group/North) or account (a customer's id). A row that cannot be read
    is held in the quarantine; another value for the same day corrects the one before."""
    from leadline.sources.outcomes_csv import OutcomeFile

    app = installed()
    try:
        found = OutcomeFile(file, mapped(app, mapping, "outcomes"))
        progress, taken = Progress(f"import {source}"), Taken()
        for taken in take(app, found, source, "outcomes"):
            progress.show(taken.received, None)
    except Unreadable as problem:
        failed(str(problem), 2)
    if found.ignored and not as_json:
        click.echo(f"columns without a meaning here, not read: {', '.join(found.ignored)}")
    tell(taken, source, progress, as_json)


@import_command.command("scorm")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", required=True, help="Name of the LMS.")
@click.option("--lms", required=True, help="Its address, by which accounts and packages are named.")
@json_option
def scorm_command(files: tuple[Path, ...], source: str, lms: str, as_json: bool) -> None:
    """SCORM runtime data in FILES, of 1.2 and of 2004: CSV, or JSON by its name.

    A row is one value: userid (or person_id, or email), scormid, scoid, attempt, element, value,
    timemodified, as in Moodle's scorm_scoes_track; in JSON `cmi` may hold all of an attempt. An
    attempt with a value that cannot be read is held in the quarantine."""
    from leadline.sources.scorm import Attempts, ScormFile

    app, progress, total = installed(), Progress(f"import {source}"), Taken()
    try:
        for path in files:
            taken = Taken()
            for taken in take(app, ScormFile(path, Attempts(source, lms)), source, "file"):
                progress.show(total.received + taken.received, None)
            total += taken
    except Unreadable as problem:
        failed(str(problem), 2)
    tell(total, source, progress, as_json)


def take(app: App, records: Iterable[Record | Broken], source: str, kind: str) -> Iterator[Taken]:
    if source not in {known.name for known in app.sources.all()}:
        app.sources.declare(source, kind)
    try:
        yield from Intake(app.log).take(records, source)
    except Unavailable as problem:
        failed(f"{problem} Whole batches are in; start the same import again to go on.", 1)


def tell(taken: Taken, source: str, progress: Progress, as_json: bool, **more: int) -> None:
    progress.close()
    seconds = progress.seconds
    if as_json:
        summary = {**msgspec.to_builtins(taken), "source": source, "seconds": round(seconds, 3)}
        click.echo(json.dumps(summary | more))
        return
    rate = taken.received / max(seconds, 0.001)
    for what, count in more.items():
        click.echo(f"{source}: {count:,} {what} new in the directory")
    click.echo(
        f"{source}: {taken.received:,} received: {taken.accepted:,} accepted, "
        f"{taken.duplicate:,} duplicate, {taken.quarantined:,} in quarantine "
        f"({seconds:.1f} s, {rate:,.0f} a second)"
    )
    if taken.quarantined:
        click.echo("`leadline quarantine list` says what is wrong with those held back.")


@click.group("quarantine")
def quarantine_command() -> None:
    """Records that could not be taken in, kept as they came until somebody decides."""


@quarantine_command.command("list")
@click.option("--source", help="Of this source only.")
@json_option
def list_command(source: str | None, as_json: bool) -> None:
    """What is held, why, and what would do; the oldest first."""
    shown, others = 0, 0
    app = installed()
    _write_down(app, "quarantine list", sum(app.quarantine.count().values()))
    for record in _replay().held(source=source):
        if as_json:
            click.echo(json.dumps(_plain(record), ensure_ascii=False))
        elif shown < QUARANTINE_SHOWN:
            shown += 1
            click.echo(
                f"{record.key}  {record.source}  {record.origin}  {record.field}: "
                f"{record.reason} {record.remedy}"
            )
        else:
            others += 1
    if others:
        click.echo(f"… and {others:,} more; --json lists all")
    elif not as_json and not shown:
        click.echo("Nothing is held in quarantine.")


@quarantine_command.command("show")
@click.argument("key", type=int)
def show_command(key: int) -> None:
    """One record, with its content as it came."""
    app = installed()
    record = app.quarantine.get(key)
    if record is None:
        failed(f"there is no record {key}; `leadline quarantine list` shows those held.", 2)
    _write_down(app, f"quarantine show {key}", 1)
    for name, value in _plain(record).items():
        click.echo(f"{name}: {value}")


@quarantine_command.command("replay")
@click.argument("keys", nargs=-1, type=int)
@click.option("--source", help="Of this source only.")
@json_option
def replay_command(keys: tuple[int, ...], source: str | None, as_json: bool) -> None:
    """Try the records with KEYS again, or all that are held. What passes becomes a statement."""
    from leadline.sources.replay import Replayed

    progress = Progress("replay")
    total = Replayed()
    for total in _replay().again(keys, source):
        progress.show(total.replayed + total.still_held, None)
    progress.close()
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(total)))
    else:
        click.echo(f"{total.replayed:,} replayed, {total.still_held:,} still held")


@quarantine_command.command("drop")
@click.argument("keys", nargs=-1, required=True, type=int)
def drop_command(keys: tuple[int, ...]) -> None:
    """Decide that the records with KEYS are never to come in. Their content is kept."""
    quarantine = installed().quarantine
    held = {key for key in keys if (found := quarantine.get(key)) and found.state == "held"}
    if missing := sorted(set(keys) - held):
        failed(f"not held: {', '.join(map(str, missing))}; nothing was dropped.", 2)
    quarantine.mark(held, "dropped")
    click.echo(f"{len(held):,} dropped")


def _replay() -> "Replay":
    from leadline.sources.replay import Replay

    app = installed()
    return Replay(app.database, app.log, app.quarantine)


def _write_down(app: App, what: str, rows: int) -> None:
    """The shell needs no role, but who read held records there is in the access log as well."""
    app.audit.look(
        login=account(),
        role=ROLE,
        purpose=Purpose.RUN_SYSTEM.value,
        what=what,
        people=(),
        rows=rows,
        outcome="shown",
    )


def _plain(record: "HeldRecord") -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.structs.asdict(record)
    plain["raw"] = record.raw.decode("utf-8", "replace")
    plain["held_at"] = record.held_at.isoformat()
    return plain
