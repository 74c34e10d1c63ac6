"""Which question is broken? One dot a question: how many get it right, and how telling it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _

from leadline.web.charts.drawing import axis_words, fitted
from leadline.web.words import share

HEIGHT_PX = 320
LOW, HIGH = -0.4, 1.0  # of the telling axis; what lies below is drawn at its edge
EDGE = 0.06  # so that a mark at the lower end is whole
LABELS_MAX = 6
LABEL_ROOM_PX = 150


@dataclass(frozen=True)
class Dot:
    """A question: its name, the share right, how it goes with the rest, and what is wrong."""

    name: str
    right: float
    telling: float
    people: int
    flags: str = ""


def dots(questions: Sequence[Dot], *, weak: float, width: int) -> alt.LayerChart:
    """Share right across, item-rest correlation up; flagged ones are larger, red and named.

    `weak`: below it a question tells little; drawn as a line."""
    rows = [_row(dot) for dot in questions]
    x = alt.X("right:Q").scale(domain=[0, 1], nice=False)
    x = x.axis(grid=False, tickCount=5, labelExpr=axis_words("share"))
    y = alt.Y("telling:Q").scale(domain=[LOW, HIGH], nice=False)
    y = y.axis(values=[0, weak, 0.5, 1.0], format=".2~f")
    layers: list[alt.Chart] = [
        alt.Chart(alt.InlineData(values=[{"y": weak}]))
        .mark_rule(stroke="var(--ink)", strokeDash=[4, 4], aria=False)
        .encode(y=alt.Y("y:Q").scale(domain=[LOW, HIGH], nice=False)),
        *_words(weak),
    ]
    for flagged, colour, size, shape in (
        (False, "var(--accent)", 80, "circle"),
        (True, "var(--red)", 130, "triangle-down"),
    ):
        if any(bool(row["flags"]) is flagged for row in rows):
            kept = alt.Chart(
                alt.InlineData(values=[row for row in rows if bool(row["flags"]) is flagged])
            )
            mark = kept.mark_point(
                fill=colour, stroke="var(--paper)", size=size, opacity=1, shape=shape
            )
            layers.append(mark.encode(x=x, y=y, description=alt.Description("say:N")))
    named = [row for row in rows if row["flags"]][:LABELS_MAX]
    if named:
        layers += _names(named, x, y, width)
    return alt.layer(*layers).properties(width=width, height=HEIGHT_PX)


def _words(weak: float) -> list[alt.Chart]:
    """What the two ends of the axes mean, inside the picture."""
    notes = [
        {"x": 0.0, "y": HIGH, "text": _("tells the able from the others ↑"), "dy": 4},
        {"x": 0.0, "y": weak, "text": _("below this line it tells little"), "dy": 6},
    ]
    base = alt.Chart(alt.InlineData(values=notes))
    return [
        base.mark_text(
            align="left", baseline="top", dx=4, dy=4, fill="var(--muted)", aria=False
        ).encode(
            x=alt.X("x:Q").scale(domain=[0, 1], nice=False),
            y=alt.Y("y:Q").scale(domain=[LOW, HIGH], nice=False),
            text=alt.Text("text:N"),
        )
    ]


def _names(rows: list[dict[str, object]], x: alt.X, y: alt.Y, width: int) -> list[alt.Chart]:
    """The name stands on the side where there is room."""
    layers = []
    for right in (False, True):
        side = [row for row in rows if _right_side(row, width) is right]
        if side:
            base = alt.Chart(alt.InlineData(values=side))
            align, shift = ("right", -10) if right else ("left", 10)
            layers.append(
                base.mark_text(
                    align=align, baseline="middle", dx=shift, fill="var(--ink)", aria=False
                ).encode(x=x, y=y, text=alt.Text("name:N"))
            )
    return layers


def _right_side(row: dict[str, object], width: int) -> bool:
    at = row["right"]
    return isinstance(at, float) and at * width > width - LABEL_ROOM_PX


def _row(dot: Dot) -> dict[str, object]:
    said = _("%(name)s: %(share)s right, goes with the rest %(r)s, %(n)s people") % {
        "name": dot.name,
        "share": share(dot.right),
        "r": f"{dot.telling:.2f}",
        "n": dot.people,
    }
    return {
        "name": fitted(dot.name, LABEL_ROOM_PX),
        "right": dot.right,
        "telling": max(LOW + EDGE, min(HIGH, dot.telling)),
        "flags": dot.flags,
        "say": f"{said}. {dot.flags}" if dot.flags else said,
    }
