"""`leadline findings` and `leadline decisions`: what was found and decided, for one viewer."""

import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click
import msgspec

from leadline.cli.looking import lens_of
from leadline.cli.metric import EXIT_FORBIDDEN
from leadline.privacy.refusals import Forbidden

if TYPE_CHECKING:  # `leadline --help` imports this file: nothing that takes long
    from leadline.actions.decisions import Change, Decision
    from leadline.insights.stored import Seen

LOGIN = click.option(
    "--as", "login", metavar="LOGIN", required=True, help="Whose view: every answer is somebody's."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, with every detail.")


@click.group(name="findings")
def findings_command() -> None:
    """What was found, what speaks for and against it, and what became of it."""


@findings_command.command("list")
@LOGIN
@click.option("--all", "everything", is_flag=True, help="Also what was decided, rejected or gone.")
@JSON
def list_findings(login: str, *, everything: bool, as_json: bool) -> None:
    """The findings that wait for review, those that cost the most people first.

    Exit status 3: the role may not see any."""
    lens = lens_of(login)
    from leadline.accounts.viewing import app
    from leadline.insights.survey import seen
    from leadline.privacy.policy import Place

    try:
        if Place.PROGRAMMES not in lens.rules.places:
            lens.refuse("findings", f"Findings are closed to {lens.viewer.role}.")
        with lens.looking("findings") as look:
            found = [each for each in seen(lens, app().findings) if everything or each.waits]
            look.shown = len(found)
    except Forbidden as problem:
        _forbidden(problem)
    if as_json:
        click.echo(msgspec.json.encode([_told(each) for each in found]).decode())
        return
    for each in found:
        click.echo(f"{each.key}  {each.status:9}  {each.finding.sentence}")
    if not found:
        click.echo("Nothing waits for review.")


@click.group(name="decisions")
def decisions_command() -> None:
    """What was decided and changed, by whom, and on which evidence."""


@decisions_command.command("list")
@LOGIN
@JSON
def list_decisions(login: str, *, as_json: bool) -> None:
    """The decisions, and the changes that the login may read of, newest first.

    Exit status 3: the role may not read any."""
    lens = lens_of(login)
    from leadline.accounts.viewing import app
    from leadline.actions.decisions import told
    from leadline.privacy.policy import audience, sees_as_much
    from leadline.privacy.viewer import Role

    try:
        if audience(lens.viewer) is None:
            lens.refuse("decisions", "Decisions hold for everyone; this viewer covers some only.")
        with lens.looking("decisions") as look:
            ledger = app().ledger
            decisions = told(lens.viewer, ledger.decisions())
            changes = [c for c in ledger.changes() if sees_as_much(lens.viewer, Role(c.role))]
            look.shown = len(decisions) + len(changes)
    except Forbidden as problem:
        _forbidden(problem)
    if as_json:
        both = {"decisions": decisions, "changes": changes}
        click.echo(msgspec.json.encode(both).decode())
        return
    for line in (*map(_decision, decisions), *map(_change, changes)):
        click.echo(line)
    if not decisions and not changes:
        click.echo("Nothing has been decided or changed.")


def _decision(each: "Decision") -> str:
    about = each.course or each.address
    why = each.reason or "(the reason is not for this role)"
    return f"{each.at:%Y-%m-%d}  {each.kind:9}  {about}  by {each.login}: {why}"


def _change(each: "Change") -> str:
    why = f"cause: {each.cause}" if each.cause else f"without a diagnosis: {each.reason}"
    return f"{each.effective}  changed    {each.course}  by {each.login}: {each.what} ({why})"


def _told(each: "Seen") -> dict[str, Any]:
    """A finding as JSON."""
    return {
        "key": each.key,
        "status": each.status,
        "cause": each.standing.cause,
        "causes": each.standing.causes,
        "first_seen": each.first_seen,
        "last_seen": each.last_seen,
        "no_longer_seen_since": each.gone_at,
        **msgspec.to_builtins(each.finding),
        "against": each.finding.doubts,
    }


def _forbidden(problem: Forbidden) -> NoReturn:
    click.echo(f"Forbidden: {problem} The refusal is in the access log.", err=True)
    sys.exit(EXIT_FORBIDDEN)
