"""`leadline facts`: bring events and facts up to the log, or make them anew."""

import dataclasses
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from leadline.app import App, Progress, build
from leadline.config import Settings

if TYPE_CHECKING:  # `leadline --help` imports this file: nothing that takes long
    from leadline.refresh import Refreshed, Step

Run = Callable[[App, Progress], "Refreshed"]


@click.group(name="facts")
def facts_command() -> None:
    """Events and facts: what the dashboards are computed from."""


@facts_command.command("refresh")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def refresh_command(*, as_json: bool) -> None:
    """Take in what the log and the directory have gained, and look for findings in it. Safe to
    repeat and to interrupt."""
    _run(App.refresh, as_json=as_json)


@facts_command.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rebuild_command(*, as_json: bool) -> None:
    """Make everything anew from the log; pages go on with the old facts until it is done."""
    _run(App.rebuild, as_json=as_json)


def _run(run: Run, *, as_json: bool) -> None:
    app = build(Settings.from_env())
    done = run(app, _show)
    app.survey(at_once=True)
    click.echo(err=True)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(done)))
        return
    how = "rebuilt" if done.rebuilt else "refreshed"
    click.echo(
        f"{how}: {done.statements:,} statements, facts of {done.people:,} people, "
        f"{done.seconds:.1f} s"
    )


def _show(step: "Step") -> None:
    click.echo(f"\r{step.name}: {step.done:,} of {step.total:,}", nl=False, err=True)
