"""`leadline study`: a test's questions, a trial, incidents of the trained, for one viewer."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from leadline.cli.looking import lens_of
from leadline.cli.metric import EXIT_FORBIDDEN
from leadline.privacy.refusals import Forbidden

if TYPE_CHECKING:  # `leadline --help` imports this file: nothing that takes long
    from leadline.metrics.impact import Outcome
    from leadline.privacy.lens import Lens

T = TypeVar("T")
LOGIN = click.option(
    "--as", "login", metavar="LOGIN", required=True, help="Whose view: every answer is somebody's."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, with every detail.")
OUTCOME = click.option("--outcome", metavar="ID", help="Activity id; default: the most measured.")


@click.group(name="study")
def study_command() -> None:
    """Every number of a test, a trial, or a course and incidents, as the pages have them."""


@study_command.command("questions")
@click.argument("assessment")
@LOGIN
@JSON
def questions(assessment: str, login: str, *, as_json: bool) -> None:
    """The questions of ASSESSMENT (its activity id): difficulty, item-rest, reliability, models of
    one and two parameters, possible wrong keys, and groups that are not treated alike.

    Exit status 3: the role may not see answers."""

    def look(lens: "Lens") -> dict[str, Any]:
        found = lens.questions(assessment).get(assessment)
        if found is None:
            return {}
        return {
            "questions": found,
            "models": lens.scale(assessment),
            "groups": lens.alike(assessment),
        }

    found = _seen(login, look)
    if as_json or not found:
        _print(found)
        return
    items, models = found["questions"], found["models"]
    alpha = getattr(items.reliability, "alpha", items.reliability)
    click.echo(f"{items.people:,} people; reliability {_told(alpha)}")
    place = {name: n for n, name in enumerate(models.questions)} if models else {}
    for each in items.questions:
        judged = each.judged
        if not hasattr(judged, "difficulty"):
            click.echo(f"{each.question}: {judged.reason}")
            continue
        line = f"{each.question}: right {_told(judged.difficulty)}; item-rest "
        line += _told(judged.discrimination)
        two = models.two if models else None
        if two is not None and hasattr(two, "a") and each.question in place:
            n = place[each.question]
            line += f"; slope {two.a[n]:.4f}, difficulty {two.b[n]:.4f}"
        click.echo(line + "".join(f"; {flag}" for flag in judged.flags))
    for each in getattr(found["groups"], "apart", ()):
        pair = f"{each.groups.by} {each.groups.focal} and {each.groups.reference}"
        click.echo(f"{each.question}: not alike for {pair}, odds {_told(each.found.odds_ratio)}")


@study_command.command("trial")
@click.argument("name", required=False)
@OUTCOME
@LOGIN
@JSON
def trial(name: str | None, outcome: str | None, login: str, *, as_json: bool) -> None:
    """What being offered a course changed, in the trial NAME; without a name: which there are.

    Exit status 3: the role may not see outcomes."""
    from leadline.sources.trial_csv import trial_id

    def look(lens: "Lens") -> Any:
        known = lens.trials()
        if name is None:
            return known
        ids = {each.trial for each in known} & {name, trial_id(name)}
        chosen = _chosen(lens.outcomes(), outcome)
        return lens.tried(min(ids), chosen) if ids and chosen else None

    found = _seen(login, look)
    if as_json or not found:
        _print(found)
    elif name is None:
        for each in found:
            click.echo(f"{each.trial}: {each.offered:,} offered, {each.others:,} not")
    else:
        click.echo(f"{found.outcome.outcome}, {_arms(found)}")
        click.echo(f"as drawn: {_told(found.headline)}")
        if hasattr(found.found, "adjusted"):
            click.echo(f"adjusted: {_told(found.found.adjusted)}")
            lots = f"{found.found.p_value:.4f} of {found.found.lots:,} lots show as much"
            click.echo(f"{lots}; claim: {found.claim.wording}")
        for check in found.checks:
            click.echo(f"{check.name}: {check.passing} ({check.finding})")


@study_command.command("rates")
@click.argument("course")
@OUTCOME
@LOGIN
@JSON
def rates(course: str, outcome: str | None, login: str, *, as_json: bool) -> None:
    """Incidents in person-months with and without COURSE (its activity id).

    Exit status 3: the role may not see outcomes."""

    def look(lens: "Lens") -> Any:
        chosen = _chosen(lens.incidents(), outcome)
        return lens.rates(course, chosen) if chosen else None

    found = _seen(login, look)
    if as_json or not found:
        _print(found)
        return
    for name, side in (("trained", found.trained), ("not trained", found.untrained)):
        click.echo(
            f"{name}: {side.incidents:,} in {side.months:,.1f} person-months of {side.people:,}"
        )
    click.echo(f"rate ratio: {_told(getattr(found.found, 'ratio', found.found))}")
    for check in found.checks:
        click.echo(f"{check.name}: {check.passing} ({check.finding})")


def _seen(login: str, look: Callable[["Lens"], T]) -> T:
    try:
        return look(lens_of(login))
    except Forbidden as problem:
        click.echo(f"Forbidden: {problem} The refusal is in the access log.", err=True)
        sys.exit(EXIT_FORBIDDEN)


def _chosen(known: Any, wanted: str | None) -> "Outcome | None":
    found = [each for each in known if wanted in (None, each.outcome)]
    return max(found, key=lambda each: each.people, default=None)


def _arms(found: Any) -> str:
    arms = (("offered", found.offered), ("not", found.others))
    return ", ".join(f"{arm.measured:,} of {arm.drawn:,} {name}" for name, arm in arms)


def _told(found: Any) -> str:
    """An interval, or why there is none."""
    if not hasattr(found, "estimate"):
        return str(found.reason)
    return f"{found.estimate:.4f} ({found.low:.4f} to {found.high:.4f})"


def _print(found: Any) -> None:
    """JSON; nothing where too few people are behind it, or it is not there."""
    if not found:
        click.echo("Nothing that enough people are behind, or there is no such thing.", err=True)
    click.echo(msgspec.json.encode(found or None, enc_hook=lambda array: array.tolist()).decode())
