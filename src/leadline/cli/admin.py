"""`leadline init`, `user`, `settings`, `doctor`: setting up and looking after an installation."""

import os
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click

from leadline.config import PREFIX, Settings
from leadline.privacy.viewer import Role


@click.command("init")
def init_command() -> None:
    """Make LEADLINE_HOME: database, lake and secrets. Safe to repeat; a start does it too."""
    from leadline.accounts.start import start

    app = start()
    app.lake.snapshot()
    click.echo(f"ready in {app.settings.home}")
    click.echo("next: leadline user add LOGIN --role administrator, then leadline serve")


@click.group("user")
def user_command() -> None:
    """Logins and the roles granted to them."""


@user_command.command("add")
@click.argument("login")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role], case_sensitive=False),
    help="What they may see.",
)
@click.option("--unit", default="", help="Only this unit and those below, e.g. 'Group/North'.")
@click.option("--person", metavar="PERSON_ID", help="Who they are in the directory (HR id).")
@click.option("--name", default="", help="Name to show; default: the login.")
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def add_command(  # noqa: PLR0913, PLR0917 - one argument per option
    login: str, role: str, unit: str, person: str | None, name: str, password_file: Path | None
) -> None:
    """Grant LOGIN a role, and make the login where it is new. Repeating changes nothing.

    Without --password-file the password is asked for, if there is somebody to ask."""
    from leadline.accounts.start import start

    app = start()
    from leadline.accounts.models import Grant, User

    key = None
    if person is not None and (key := app.directory.key_of(person)) is None:
        raise click.UsageError(
            f"The directory has no person {person!r}; `leadline import people` brings them in."
        )
    password = None
    user = User.objects.filter(login=login).first()
    if user is None or password_file is not None:
        password = _password(password_file)
    if user is None:
        user = User.objects.add(login, name, None)
    if password is not None:
        user.set_password(password)
        user.save()
    Grant.objects.update_or_create(user=user, role=role, unit=unit, defaults={"person": key})
    click.echo(f"{login} may look as {role}" + (f" of {unit}" if unit else ""))
    if not user.has_usable_password():
        click.echo(f"{login} has no password yet; `leadline user password {login}` sets it.")


@user_command.command("password")
@click.argument("login")
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def password_command(login: str, password_file: Path | None) -> None:
    """Set the password of LOGIN; everybody signed in with the old one is signed out."""
    from leadline.accounts.start import start

    start()
    from leadline.accounts.models import User

    user = User.objects.filter(login=login).first()
    if user is None:
        raise click.UsageError(f"There is no login {login!r}; `leadline user list` shows them.")
    password = _password(password_file)
    if password is None:
        raise click.UsageError("Give the new password with --password-file.")
    user.set_password(password)
    user.save()
    click.echo(f"{login} has a new password")


@user_command.command("remove")
@click.argument("login")
def remove_command(login: str) -> None:
    """Close LOGIN and take its roles away. What it looked at stays in the access log."""
    from leadline.accounts.start import start

    start()
    from leadline.accounts.models import User

    if not User.objects.filter(login=login).delete()[0]:
        raise click.UsageError(f"There is no login {login!r}; `leadline user list` shows them.")
    click.echo(f"{login} is gone")


@user_command.command("list")
def list_command() -> None:
    """Every login with its roles."""
    from leadline.accounts.start import start

    start()
    from leadline.accounts.models import User

    for user in User.objects.prefetch_related("grants").order_by("login"):
        roles = "; ".join(str(grant) for grant in user.grants.all()) or "no role"
        click.echo(f"{user.login:24} {roles}")


def _password(file: Path | None) -> str | None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if file is not None:
        password = file.read_text().strip()
    elif sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        return None
    try:
        validate_password(password)
    except ValidationError as problem:
        raise click.UsageError(" ".join(problem.messages)) from problem
    return password


@click.command("settings")
def settings_command() -> None:
    """Every setting: its value, where the value is from, and what it means."""
    chosen = Settings.from_env()
    for setting in fields(Settings):
        name = f"{PREFIX}{setting.name.upper()}"
        if f"{name}_FILE" in os.environ:
            source = f"from the file in {name}_FILE"
        else:
            source = "from the environment" if name in os.environ else "default"
        value = str(getattr(chosen, setting.name))
        shown = "***" if value and setting.metadata["secret"] else _without_password(value)
        click.echo(f"{name}={shown}  ({source})")
        click.echo(f"    {setting.metadata['help']}")


def _without_password(value: str) -> str:
    from urllib.parse import urlsplit

    password = urlsplit(value).password if "://" in value else None
    return value.replace(f":{password}@", ":***@") if password else value


@click.command("doctor")
def doctor_command() -> None:
    """Check that this installation is sound, and say what to do where it is not."""
    sys.exit(report())


def report() -> int:
    """Say of each check how it went; gives the exit status."""
    wrong = 0
    for what, problem in _examined():
        wrong += problem is not None
        click.echo(f"{'ok     ' if problem is None else 'WRONG  '} {what}")
        if problem is not None:
            click.echo(f"        {problem}")
    return 1 if wrong else 0


def _examined() -> Iterator[tuple[str, str | None]]:
    """Each check in turn, with what is wrong; the first ones decide whether the others can run."""
    from leadline.accounts.start import pending, start
    from leadline.app import examine

    app = start(migrate=False)
    yield from examine(app)
    behind = pending()
    yield "logins and sessions up to date", "Run `leadline init`." if behind else None
