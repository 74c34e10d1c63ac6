"""`leadline source`: where records come from, and of which system that is."""

import json

import click
import msgspec

from leadline.cli.imports import failed, installed, json_option
from leadline.store import System

SYSTEMS = {each.value.lower(): each for each in System if each is not System.OTHER}


@click.group("source")
def source_command() -> None:
    """Where records come from, and of which system: LMS, HR, CRM or tickets."""


@source_command.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """Every kind of system, what is heard of it, and when that last came in well."""
    app = installed()
    found = app.systems.all(app.sources)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found)))
        return
    for system, heard in found.items():
        if not heard and system is not System.OTHER:
            click.echo(f"{system}: not connected")
        for each in heard:
            when = f"{each.last_success:%Y-%m-%d %H:%M} UTC" if each.last_success else "never"
            click.echo(f"{system}: {each.name}, last load {when}")


@source_command.command("system")
@click.argument("name")
@click.argument("system", type=click.Choice(list(SYSTEMS)))
def system_command(name: str, system: str) -> None:
    """Say that the source NAME is of SYSTEM."""
    app = installed()
    known = [source.name for source in app.sources.all()]
    if name not in known:
        failed(f"There is no source {name}; there are: {', '.join(known) or 'none'}.", 2)
    app.systems.declare(name, SYSTEMS[system])
    click.echo(f"{name}: {SYSTEMS[system]}")
