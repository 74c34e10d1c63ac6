"""`leadline metric`: the questions that can be asked, and their answers, for one viewer."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import msgspec

from leadline.cli.looking import lens_of
from leadline.privacy.refusals import Forbidden, TooFine, UnknownQuestion
from leadline.privacy.viewer import Purpose

if TYPE_CHECKING:  # `leadline --help` imports this file: nothing that takes long
    from leadline.metrics import Metric, Result
    from leadline.privacy.answer import Answer

EXIT_FORBIDDEN = 3
LISTED = ("name", "question", "definition", "area", "unit", "good", "summary", "version", "fact")


@click.command("metric")
@click.argument("name", metavar="NAME|list")
@click.option("--by", multiple=True, metavar="COL", help="Slice by this column; repeatable.")
@click.option("--where", multiple=True, metavar="COL=VALUE", help="Only these rows; repeatable.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day that counts.")
@click.option(
    "--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="First day that no longer counts."
)
@click.option("--choice", multiple=True, metavar="K=V", help="A choice of the metric; repeatable.")
@click.option("--as", "login", metavar="LOGIN", help="Whose view: every answer is somebody's.")
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in Purpose]),
    help="Why; default: the role's usual.",
)
@click.option("--json", "as_json", is_flag=True, help="Results in the one result type.")
def metric_command(name: str, login: str | None, as_json: bool, **asked: Any) -> None:
    """Answer the metric NAME for a login, or list all metrics.

    Days are days of the reporting zone. Exit status 3: the role may not ask this."""
    if name == "list":
        click.echo(_listing(as_json))
        return
    if login is None:
        raise click.UsageError("Say whose view it is with --as LOGIN; nothing is shown to nobody.")
    try:
        answer = _ask(name, login, asked)
    except (UnknownQuestion, TooFine) as problem:
        raise click.UsageError(str(problem)) from problem
    except Forbidden as problem:
        click.echo(f"Forbidden: {problem} The refusal is in the access log.", err=True)
        sys.exit(EXIT_FORBIDDEN)
    click.echo(_as_json(answer) if as_json else _as_table(answer))


def _listing(as_json: bool) -> str:
    from leadline.metrics import catalogue

    metrics = catalogue().values()
    if as_json:
        return msgspec.json.encode([_described(metric) for metric in metrics]).decode()
    return "\n".join(f"{metric.name:32} {metric.question}" for metric in metrics)


def _described(metric: "Metric") -> dict[str, Any]:
    return {
        **{name: getattr(metric, name) for name in LISTED},
        "by": metric.by,
        "choices": dict(metric.choices),
        "activity": metric.activity,
        "companions": metric.companions,
        "assumptions": metric.assumptions,
    }


def _ask(name: str, login: str, asked: Mapping[str, Any]) -> "Answer":
    lens = lens_of(login, asked["purpose"])
    zone = ZoneInfo(lens.zone)
    return lens.measure(
        name,
        by=asked["by"],
        where=_pairs(asked["where"], "--where"),
        since=_midnight(asked["since"], zone),
        until=_midnight(asked["until"], zone),
        choices=_pairs(asked["choice"], "--choice"),
    )


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{option} {text}: write NAME=VALUE.")
        pairs[name] = value
    return pairs


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=zone)


def _as_json(answer: "Answer") -> str:
    return msgspec.json.encode(
        {
            "metric": answer.metric.name,
            "question": answer.metric.question,
            "results": answer.results,
            "coverage": answer.coverage,
            "quality": answer.quality,
            "late": answer.late,
            "as_of": answer.as_of,
            "watermark": answer.watermark,
        }
    ).decode()


def _as_table(answer: "Answer") -> str:
    by = list(answer.results[0].group) if answer.results else []
    lines = [[*by, answer.metric.unit, "95 % interval", "people", "rows", "note"]]
    lines += [
        [str(result.group[c] or "not recorded") for c in by] + _cells(result)
        for result in answer.results
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    numbers = range(len(by), len(by) + 4)
    table = [
        "  ".join(
            cell.rjust(width) if i in numbers else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    watermark = f"{answer.watermark:%Y-%m-%d %H:%M} UTC" if answer.watermark else "nothing yet"
    covered = "" if answer.coverage is None else f"; covers {answer.coverage:.0%} with an HR record"
    foot = f"as of {answer.as_of:%Y-%m-%d %H:%M} UTC; heard up to {watermark}{covered}"
    return "\n".join([answer.metric.question, "", *table, "", foot])


def _cells(result: "Result") -> list[str]:
    interval = ""
    if result.ci_low is not None and result.ci_high is not None:
        low, high = _number(result.ci_low, result.unit), _number(result.ci_high, result.unit)
        interval = f"{low} to {high}"
    return [
        _estimate(result),
        interval,
        "" if result.n is None else str(result.n),
        "" if result.n_events is None else str(result.n_events),
        result.note or "",
    ]


def _estimate(result: "Result") -> str:
    from leadline.metrics import Gate

    if result.gate is Gate.SUPPRESSED:
        return "withheld"
    return "not known" if result.estimate is None else _number(result.estimate, result.unit)


def _number(number: float, unit: str) -> str:
    """`11000`, `41.3 %`, `3:20 min`, `1:05 h`, `2.5`: never in powers of ten."""
    if unit in ("count", "people"):
        return f"{number:.0f}"
    if unit in ("share", "score"):
        return f"{100 * number:.1f} %"
    if unit == "seconds":
        minutes, seconds = divmod(round(number), 60)
        if minutes < 60:
            return f"{minutes}:{seconds:02} min"
        hours, minutes = divmod(round(number / 60), 60)
        return f"{hours}:{minutes:02} h"
    return f"{number:.1f}"
