"""`leadline checks`: the delayed checks that Leadline sends, and a round of them by hand."""

import json

import click

from leadline.checks import Quiz
from leadline.checks.records import Invitation
from leadline.cli.imports import installed, json_option


@click.group("checks")
def checks_command() -> None:
    """Delayed checks that Leadline schedules, sends and scores. They are written on pages."""


@checks_command.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """Each check: how many wait for their days and were asked.

    What they answered is on pages, as far as each role may see it."""
    records = installed().checks.records
    for quiz in records.quizzes():
        found = _counts(quiz, records.of_quiz(quiz.key))
        if as_json:
            click.echo(json.dumps(found, ensure_ascii=False))
        else:
            told = "{key}  {state:9}  {waiting:>5} waiting  {asked:>5} asked  {title}"
            click.echo(told.format(**found))


@checks_command.command("issue")
@click.option("--dry-run", is_flag=True, help="Say how many would be asked, and ask nobody.")
def issue_command(dry_run: bool) -> None:
    """Ask everybody whose day it is, and write to them, as the worker does by itself."""
    checks = installed().checks
    if dry_run:
        checks.plan()
        click.echo(f"{checks.records.count_due(checks.now()):,} people would be asked now")
        return
    done = checks.round()
    click.echo(f"{done.issued:,} people asked, {done.letters:,} letters handed over")
    if done.held_up:
        click.echo("The mail server takes no letters just now; the worker tries them again.")


def _counts(quiz: Quiz, found: list[Invitation]) -> dict[str, object]:
    asked = sum(one.issued_at is not None for one in found)
    return {
        "key": quiz.key,
        "title": quiz.content.title,
        "state": quiz.state,
        "course": quiz.plan.course,
        "waiting": len(found) - asked,
        "asked": asked,
    }
