"""For whom? One row a group: estimate and interval; suppressed rows are greyed and say why."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _

from leadline.web.charts.drawing import PX_PER_LETTER, axis_words, fitted
from leadline.web.words import value

ROW_PX = 44
AXIS_ROOM_PX = 8
MARK_PX = 30
TICK_PX = 8  # above and below the mark


@dataclass(frozen=True)
class Group:
    """One group: its name, the estimate with its interval, its people, or why it is withheld.

    said: all of it in words, where what is counted are not people."""

    name: str
    estimate: float | None
    low: float | None
    high: float | None
    people: int | None
    why_not: str = ""
    said: str = ""


def groups(
    rows_shown: Sequence[Group], *, unit: str, width: int, whole: float | None = None
) -> alt.LayerChart:
    """A forest: the name above its row, the point and interval on a common scale, n at the right.

    `whole` draws the estimate of everybody as a tick on each row to compare with."""
    rows = [_row(group, index, unit, width) for index, group in enumerate(rows_shown)]
    height = ROW_PX * max(len(rows), 1) + AXIS_ROOM_PX
    y = alt.Y("mark:Q").scale(domain=[0, height], reverse=True, nice=False).axis(None)
    x = alt.X("estimate:Q").scale(zero=False, nice=True)
    x = x.axis(grid=False, tickCount=4, labelExpr=axis_words(unit))
    base = alt.Chart(alt.InlineData(values=rows))
    known = base.transform_filter("isValid(datum.estimate)")
    text = base.mark_text(align="left", baseline="top", aria=False, fontSize=14)
    layers = [
        known.mark_rule(stroke="var(--accent-soft)", strokeWidth=7, aria=False).encode(
            x=alt.X("low:Q"), x2=alt.X2("high:Q"), y=y
        ),
        known.mark_point(
            fill="var(--accent)", stroke="var(--paper)", size=80, opacity=1, aria=False
        ).encode(x=x, y=y),
        text.encode(
            x=alt.XValue(0),
            y=alt.Y("line:Q"),
            text=alt.Text("name:N"),
            fill=alt.Fill("ink:N").scale(None),
        ),
        base.mark_text(align="right", baseline="top", aria=False, fill="var(--muted)").encode(
            x=alt.XValue(width), y=alt.Y("line:Q"), text=alt.Text("numbers:N")
        ),
        base.mark_text(align="left", baseline="middle", aria=False, fill="var(--muted)").encode(
            x=alt.XValue(0), y=alt.Y("mark:Q"), text=alt.Text("why:N")
        ),
    ]
    target = base.mark_rect(fill="var(--ink)", fillOpacity=0)
    layers.append(
        target.encode(
            x=alt.XValue(0),
            x2=alt.X2Value(width),
            y=alt.Y("line:Q"),
            y2=alt.Y2("end:Q"),
            description=alt.Description("say:N"),
        )
    )
    if whole is not None:
        layers.insert(0, _everybody(rows, whole))
    return alt.layer(*layers).properties(width=width, height=height)


def _everybody(rows: list[dict[str, object]], whole: float) -> alt.Chart:
    """A tick on every row, broken between rows so that it never crosses words."""
    base = alt.Chart(
        alt.InlineData(values=[row | {"estimate": whole} for row in rows if not row["why"]])
    )
    rule = base.mark_rule(stroke="var(--ink)", strokeWidth=1.5, aria=False)
    return rule.encode(x=alt.X("estimate:Q"), y=alt.Y("over:Q"), y2=alt.Y2("under:Q"))


def _row(group: Group, index: int, unit: str, width: int) -> dict[str, object]:
    line = index * ROW_PX + AXIS_ROOM_PX
    held = group.estimate is None
    numbers = "" if held else f"{value(group.estimate, unit)}  n {group.people}"
    said = f"{group.name}: {group.why_not}"
    if not held:
        said = _("%(name)s: %(number)s (%(low)s to %(high)s), %(n)s people") % {
            "name": group.name,
            "number": value(group.estimate, unit),
            "low": value(group.low, unit),
            "high": value(group.high, unit),
            "n": group.people,
        }
    return {
        "name": fitted(group.name, width - (len(numbers) + 4) * PX_PER_LETTER),
        "numbers": numbers,
        "why": fitted(group.why_not, width) if held else "",
        "ink": "var(--muted)" if held else "var(--ink)",
        "line": line,
        "mark": line + MARK_PX - 6,
        "end": line + ROW_PX - 4,
        "over": line + MARK_PX - 6 - TICK_PX,
        "under": line + MARK_PX - 6 + TICK_PX,
        "estimate": group.estimate,
        "low": group.low if group.low is not None else group.estimate,
        "high": group.high if group.high is not None else group.estimate,
        "say": group.said or said,
    }
