"""`leadline backup` and `leadline restore`: a copy of an installation, and one made from a copy."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.account import ROLE, account

if TYPE_CHECKING:
    from leadline.app import App


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
def backup_command(target: Path) -> None:
    """Copy this installation into the new folder TARGET, while it runs.

    Statements, people, logins, facts, courses and the secrets folder, each file with its checksum.
    Only the owner can read it; the access log says who made it. Keep it as safe as the
    installation itself: whoever has it has all of that."""
    from leadline.app import build
    from leadline.backup import BadBackup, backup
    from leadline.config import Settings
    from leadline.store import Unavailable

    try:
        app = build(Settings.from_env())
        _write_down(app, target)
        made = backup(app, target, _Progress())
    except (BadBackup, Unavailable, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{len(made.files):,} files with {made.rows['statement']:,} statements in {target}")
    click.echo("They hold personal records and the secrets of this installation (mode 600).")


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore_command(source: Path) -> None:
    """Make an installation from the backup SOURCE, where there is none yet, and examine it.

    LEADLINE_HOME must be empty, and so must a PostgreSQL database that LEADLINE_DATABASE_URL
    names. Every file is compared with its checksum, every table with its rows."""
    from leadline.backup import BadBackup, restore
    from leadline.cli.admin import report
    from leadline.config import Settings
    from leadline.store import Unavailable
    from leadline.store.dump import NotEmpty, NotTheSame

    settings = Settings.from_env()
    try:
        made = restore(settings, source, _Progress())
    except (BadBackup, NotEmpty, NotTheSame, Unavailable, OSError) as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{made.rows['statement']:,} statements of {made.made_at:%Y-%m-%d %H:%M} UTC")
    click.echo(f"ready in {settings.home}")
    sys.exit(report())


def _write_down(app: "App", target: Path) -> None:
    """Before anything is copied: who stops a backup half-way may keep what it has by then."""
    from leadline.privacy.viewer import Purpose

    app.audit.look(
        login=account(),
        role=ROLE,
        purpose=Purpose.RUN_SYSTEM.value,
        what=f"back up everything to {target.absolute()}",
        people=(),
        rows=app.log.head(),
        outcome="begun",
    )


class _Progress:
    """One line a part, or on a terminal one that grows."""

    def __init__(self) -> None:
        self._part = ""

    def __call__(self, part: str, share: float) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{part:10} {share:4.0%}", nl=share >= 1, err=True)
        elif part != self._part:
            click.echo(f"{part} …", err=True)
        self._part = part
