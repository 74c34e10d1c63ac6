"""`leadline evidence`: a pack that an auditor can check, for a requirement, a unit and a day."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from leadline.cli.looking import lens_of
from leadline.privacy.refusals import Forbidden, UnknownQuestion

EXIT_FORBIDDEN = 3
AGAIN = "%Y-%m-%dT%H:%M:%S.%fZ"
INSTANTS = ["%Y-%m-%dT%H:%M:%SZ", AGAIN]


@click.command("evidence")
@click.argument("requirement")
@click.option("--unit", metavar="U", help="Only who sits in this unit or below it.")
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="As of its last moment."
)
@click.option(
    "--known-at",
    type=click.DateTime(INSTANTS),
    help="As it was known at this instant (UTC); default: as it is known now.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to make.")
@click.option("--as", "login", metavar="LOGIN", required=True, help="Who asks; it is written down.")
def evidence_command(  # noqa: PLR0913 - the options of one command
    requirement: str,
    *,
    unit: str | None,
    day: datetime,
    known_at: datetime | None,
    out: Path,
    login: str,
) -> None:
    """Prove a REQUIREMENT: certificates and completions, scores, delayed scores, remediation, and
    the rules in force, as data and as PDF, with the SHA-256 of each file.

    Asked again with the instant that manifest.json names as known_at, the pack is the same, byte
    for byte, whatever was corrected since. Exit status 3: the role may not ask this."""
    from leadline.actions.evidence import Exists, end_of, pack, write
    from leadline.config import Settings

    now = end_of(day.date(), Settings.from_env().reporting_zone)
    lens = lens_of(login, now=now)
    try:
        known = known_at.replace(tzinfo=UTC) if known_at else None
        found = lens.evidence(requirement, unit, known)
        write(pack(found, lens.viewer.role), out)
    except (UnknownQuestion, Exists) as problem:
        raise click.UsageError(str(problem)) from problem
    except Forbidden as problem:
        click.echo(f"Forbidden: {problem} The refusal is in the access log.", err=True)
        sys.exit(EXIT_FORBIDDEN)
    click.echo(f"{len(found.standing):,} people, as of {day:%Y-%m-%d}, in {out}")
    click.echo(f"make it again with --known-at {found.known_at.astimezone(UTC):{AGAIN}}")
