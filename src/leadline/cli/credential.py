"""`leadline credential`: keys with which a system posts statements or reads them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Unpack

import click

from leadline.actions.access import Access
from leadline.app import App, build
from leadline.cli.account import ROLE, account
from leadline.config import Settings
from leadline.store import DEFAULT_TENANT, Credential, NoCredential, Scope
from leadline.store.credentials import OVERLAP, OVERLAP_MAX, WHAT_A_SENDER_NEEDS, Terms

KEEP_IT = "Keep the secret now; it is not stored and cannot be shown again."
SECONDS_AN_HOUR = 3600


@click.group("credential")
def credential_command() -> None:
    """Give a system access to the xAPI endpoint, or take it away."""


@credential_command.command("add")
@click.argument("source")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    default=WHAT_A_SENDER_NEEDS,
    show_default=True,
    help="What it may do; repeat for several.",
)
@click.option("--days", type=click.IntRange(min=1), help="End it by itself after so many days.")
@click.option("--origin", "origins", multiple=True, help="As in `origins`; repeat for several.")
@click.option(
    "--tenant",
    default=DEFAULT_TENANT,
    show_default=True,
    help="Whose courses it sees and launches (scope cmi5).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(
    source: str,
    scopes: tuple[str, ...],
    days: int | None,
    as_json: bool,
    **terms: Unpack[Terms],
) -> None:
    """Make a credential for SOURCE, the name its statements are counted under.

    The secret is shown once and cannot be shown again."""
    if days is not None:
        terms["expires_at"] = datetime.now(UTC) + timedelta(days=days)
    with _access() as access:
        credential, secret = access.give(source, scopes, **terms)
    _show_secret(credential, secret, as_json=as_json)


@credential_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def list_(as_json: bool) -> None:
    """List the credentials, the ended ones too."""
    for credential in _app().credentials.list():
        if as_json:
            click.echo(json.dumps(_shown(credential)))
        else:
            click.echo(_line(credential))


@credential_command.command("rotate")
@click.argument("key")
@click.option(
    "--overlap-hours",
    type=click.IntRange(0, int(OVERLAP_MAX.total_seconds() // SECONDS_AN_HOUR)),
    default=int(OVERLAP.total_seconds() // SECONDS_AN_HOUR),
    show_default=True,
    help="How long the old secret opens too; 0: it ends at once.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate(key: str, overlap_hours: int, as_json: bool) -> None:
    """Give the credential KEY a new secret, shown once; the old one goes on for a while."""
    with _access() as access:
        secret = access.rotate(key, overlap=timedelta(hours=overlap_hours))
    rotated = next(each for each in _app().credentials.list() if each.key == key)
    _show_secret(rotated, secret, as_json=as_json)


@credential_command.command("origins")
@click.argument("key")
@click.argument("origins", metavar="[ORIGIN]...", nargs=-1)
def origins_(key: str, origins: tuple[str, ...]) -> None:
    """Name the web origins whose pages may use KEY, such as https://play.example.org.

    Without any, pages of every origin may, as course players need that do not say where they run.
    Programs that are no browser are not concerned."""
    named = ", ".join(origins) or "any"
    with _access() as access:
        access.allow_origins(key, origins)
    click.echo(f"{key} answers to pages of {named}.")


@credential_command.command("limit")
@click.argument("key")
@click.option("--requests", type=click.IntRange(min=1), help="Requests a minute.")
@click.option("--statements", type=click.IntRange(min=1), help="Statements a minute.")
def limit(key: str, requests: int | None, statements: int | None) -> None:
    """Set what KEY may send a minute; what is not given goes back to the settings.

    Each process of a server counts for itself; what is too much is answered by 429."""
    said = f"{requests or 'default'} requests, {statements or 'default'} statements a minute"
    with _access() as access:
        access.limit(key, requests=requests, statements=statements)
    click.echo(f"{key} may send: {said}.")


@credential_command.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """End the credential KEY for good. A running server notices within seconds."""
    with _access() as access:
        access.revoke(key)
    click.echo(f"{key} is revoked.")


def _show_secret(credential: Credential, secret: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_shown(credential) | {"secret": secret}))
    else:
        click.echo(f"key     {credential.key}\nsecret  {secret}")
        click.echo(KEEP_IT, err=True)


@contextmanager
def _access() -> Iterator[Access]:
    """The way to change credentials; what cannot be is said as an error of the command."""
    try:
        yield Access(_app(), login=account(), role=ROLE)
    except NoCredential as problem:
        said = f"{problem} is no live credential; `leadline credential list` shows them."
        raise click.ClickException(said) from problem
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem


def _app() -> App:
    return build(Settings.from_env())


def _line(credential: Credential) -> str:
    ends, used = credential.expires_at, credential.last_used
    return "  ".join(
        (
            credential.key,
            f"{credential.standing(datetime.now(UTC)):8}",
            credential.source,
            ", ".join(sorted(credential.scopes)),
            f"used {used:%Y-%m-%d %H:%M}" if used else "never used",
            *([f"tenant {credential.tenant}"] if credential.tenant != DEFAULT_TENANT else []),
            *([f"ends {ends:%Y-%m-%d %H:%M}"] if ends else []),
        )
    )


def _shown(credential: Credential) -> dict[str, object]:
    return {
        "key": credential.key,
        "source": credential.source,
        "scopes": sorted(credential.scopes),
        "tenant": credential.tenant,
        "state": credential.standing(datetime.now(UTC)),
        "created_at": credential.created_at.isoformat(),
        "expires_at": credential.expires_at and credential.expires_at.isoformat(),
        "last_used": credential.last_used and credential.last_used.isoformat(),
        "old_secret_until": credential.old_until and credential.old_until.isoformat(),
        "origins": list(credential.origins),
        "requests_a_minute": credential.requests_a_minute,
        "statements_a_minute": credential.statements_a_minute,
    }
