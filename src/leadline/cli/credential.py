"""`leadline credential`: keys with which a system posts statements or reads them."""

import json
from datetime import UTC, datetime, timedelta

import click

from leadline.app import App, build
from leadline.config import Settings
from leadline.store import Credential, Scope

WHAT_A_SENDER_NEEDS = tuple(
    scope.value
    for scope in (Scope.WRITE, Scope.READ_MINE, Scope.DEFINE, Scope.STATE, Scope.PROFILE)
)


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def add(source: str, scopes: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Make a credential for SOURCE, the name its statements are counted under.

    The secret is shown once and cannot be shown again."""
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    credential, secret = _app().credentials.create(source, scopes, expires_at=ends)
    if as_json:
        click.echo(json.dumps(_shown(credential) | {"secret": secret}))
    else:
        click.echo(f"key     {credential.key}\nsecret  {secret}")
        click.echo("Keep the secret now; it is not stored and cannot be shown again.", err=True)


@credential_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def list_(as_json: bool) -> None:
    """List the credentials, the ended ones too."""
    for credential in _app().credentials.list():
        if as_json:
            click.echo(json.dumps(_shown(credential)))
        else:
            scopes = ", ".join(sorted(credential.scopes))
            click.echo(f"{credential.key}  {_state(credential):8}  {credential.source}  {scopes}")


@credential_command.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """End the credential KEY for good. A running server notices within seconds."""
    if not _app().credentials.revoke(key):
        raise click.ClickException(
            f"{key} is no live credential; `leadline credential list` shows them."
        )
    click.echo(f"{key} is revoked.")


def _app() -> App:
    return build(Settings.from_env())


def _state(credential: Credential) -> str:
    if credential.revoked_at is not None:
        return "revoked"
    ended = credential.expires_at is not None and credential.expires_at <= datetime.now(UTC)
    return "expired" if ended else "live"


def _shown(credential: Credential) -> dict[str, object]:
    return {
        "key": credential.key,
        "source": credential.source,
        "scopes": sorted(credential.scopes),
        "state": _state(credential),
        "created_at": credential.created_at.isoformat(),
        "expires_at": credential.expires_at and credential.expires_at.isoformat(),
        "last_used": credential.last_used and credential.last_used.isoformat(),
    }
