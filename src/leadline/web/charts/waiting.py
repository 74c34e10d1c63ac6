"""How fast do they become competent? Shares that climb by week, one line a group, at risk below."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _

from leadline.web.charts.drawing import axis_words, fitted
from leadline.web.words import count, share

HEIGHT_PX = 280
ROW_PX = 22
LABEL_PX = 90
AT_RISK_SHOWN = 5
COLOURS = ("var(--accent)", "var(--muted)")
DASHES = ((1, 0), (6, 4))


@dataclass(frozen=True)
class Rise:
    """One point of a line: by this day so large a share, with its interval and those at risk."""

    day: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True)
class Climb:
    """One group: its name and its points in order, the first of them at day 0.

    `until`: the day up to which it is known; the line ends there."""

    name: str
    points: tuple[Rise, ...]
    until: float = 0.0


def waiting(climbs: Sequence[Climb], *, until: float, width: int) -> alt.VConcatChart:
    """Steps with their bands; the first group in the accent, the second grey and dashed."""
    x = alt.X("day:Q").scale(domain=[0, until], nice=False)
    x = x.axis(grid=False, tickCount=6, labelExpr=_days())
    y = alt.Y("share:Q").scale(domain=[0, 1], nice=False)
    y = y.axis(tickCount=4, labelExpr=axis_words("share"))
    layers: list[alt.Chart] = []
    for climb, colour, dash in zip(climbs, COLOURS, DASHES, strict=False):
        layers += _line(climb, colour, dash, (x, y), until)
    risks = alt.layer(
        *(_at_risk(climb, row, x, until) for row, climb in enumerate(climbs))
    ).properties(width=width, height=ROW_PX * len(climbs))
    return alt.vconcat(
        alt.layer(*layers).properties(width=width, height=HEIGHT_PX), risks, spacing=8
    )


def _days() -> str:
    return f"datum.value + ' {_('days')}'"


def _line(
    climb: Climb,
    colour: str,
    dash: tuple[int, int],
    axes: tuple[alt.X, alt.Y],
    until: float,
) -> list[alt.Chart]:
    x, y = axes
    rows = [_row(climb, point) for point in climb.points if point.day <= until]
    if not rows:
        return []
    end = rows[-1] | {"day": min(until, max(climb.until, climb.points[-1].day))}
    base = alt.Chart(alt.InlineData(values=[*rows, end]))
    marks = alt.Chart(alt.InlineData(values=rows))
    name = alt.Chart(alt.InlineData(values=[end]))
    first = colour == COLOURS[0]  # above its line; the other below
    base_line, shift = ("bottom", -8) if first else ("top", 8)
    return [
        base.mark_area(interpolate="step-after", fill=colour, fillOpacity=0.14, aria=False).encode(
            x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q")
        ),
        base.mark_line(
            interpolate="step-after",
            stroke=colour,
            strokeWidth=2,
            strokeDash=list(dash),
            aria=False,
        ).encode(x=x, y=y),
        marks.mark_point(fill=colour, stroke=None, size=26, opacity=1).encode(
            x=x, y=y, description=alt.Description("say:N")
        ),
        name.mark_text(
            align="right",
            baseline=base_line,
            dy=shift,
            fontWeight=700,
            fill="var(--ink)",
            aria=False,
        ).encode(x=alt.X("day:Q"), y=y, text=alt.Text("name:N")),
    ]


def _at_risk(climb: Climb, row: int, x: alt.X, until: float) -> alt.Chart:
    """How many are still observed, at a few days, under the axis: a thin end is a thin end."""
    days = [until * step / AT_RISK_SHOWN for step in range(AT_RISK_SHOWN)]
    rows = []
    for day in days:
        later = [point.at_risk for point in climb.points if point.day >= day]
        rows.append({"day": day, "n": count(later[0]) if later else "", "line": row * ROW_PX + 4})
    first = rows[0] | {"n": f"{fitted(climb.name, LABEL_PX * 2)}: {rows[0]['n']}"}
    base = alt.Chart(alt.InlineData(values=[first, *rows[1:]]))
    return base.mark_text(align="left", baseline="top", fill="var(--muted)", aria=False).encode(
        x=x.axis(None),
        y=alt.Y("line:Q").scale(domain=[0, ROW_PX * 2], reverse=True).axis(None),
        text=alt.Text("n:N"),
    )


def _row(climb: Climb, point: Rise) -> dict[str, object]:
    return {
        "name": climb.name,
        "day": point.day,
        "share": point.share,
        "low": point.low,
        "high": point.high,
        "say": _("%(name)s: by day %(day)s %(share)s (%(low)s to %(high)s), %(n)s observed")
        % {
            "name": climb.name,
            "day": f"{point.day:g}",
            "share": share(point.share),
            "low": share(point.low),
            "high": share(point.high),
            "n": count(point.at_risk),
        },
    }
