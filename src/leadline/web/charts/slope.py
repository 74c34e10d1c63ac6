"""Did learning last? The same people twice, joined by a line; grey is what nobody can know."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _

from leadline.web.charts.drawing import fitted
from leadline.web.words import share

HEIGHT_PX = 260
FOOT_PX = 24  # for the words under the two ends
LEFT_PX = 52
RIGHT_PX = 148
LABEL_PX = 20  # from one label to the next
COLOURS = ("var(--accent)", "var(--muted)")
DASHES = ((1, 0), (6, 4))


@dataclass(frozen=True)
class Slope:
    """One measure of the same people, 0 to 1, on the day and later, with the later one's limits."""

    name: str
    first: float
    later: float
    low: float
    high: float


@dataclass(frozen=True)
class Unknown:
    """Where the later mean of everybody lies if the silent knew nothing, and if everything.

    first: the mean of everybody on the day."""

    first: float
    low: float
    high: float


def slope(
    slopes: Sequence[Slope], *, ends: tuple[str, str], width: int, unknown: Unknown | None = None
) -> alt.LayerChart:
    """The first measure in the accent, the second grey and dashed; `ends` names the two times."""
    x = alt.X("at:Q").scale(domain=[0, 1], range=[LEFT_PX, width - RIGHT_PX], nice=False)
    x = x.axis(None)
    bottom = -FOOT_PX / (HEIGHT_PX - FOOT_PX)
    y = alt.Y("share:Q").scale(domain=[bottom, 1], nice=False).axis(None)
    layers = _ends(ends, bottom, (x, y))
    if unknown is not None:
        layers.append(_unknown(unknown, (x, y)))
    for one, colour, dash in zip(slopes, COLOURS, DASHES, strict=False):
        layers += _line(one, colour, dash, (x, y))
    layers += _labels(slopes, (x, y))
    return alt.layer(*layers).properties(width=width, height=HEIGHT_PX)


Axes = tuple[alt.X, alt.Y]


def _ends(ends: tuple[str, str], bottom: float, axes: Axes) -> list[alt.Chart]:
    """An upright from 0 to 1 at either time, and its name below."""
    x, y = axes
    rows = [
        {"at": at, "share": 0.0, "top": 1.0, "foot": bottom, "name": name}
        for at, name in zip((0, 1), ends, strict=True)
    ]
    base = alt.Chart(alt.InlineData(values=rows))
    foot = base.mark_text(baseline="bottom", fill="var(--muted)", aria=False)
    return [
        base.mark_rule(stroke="var(--line)", aria=False).encode(x=x, y=y, y2=alt.Y2("top:Q")),
        foot.encode(x=x, y=alt.Y("foot:Q"), text=alt.Text("name:N")),
    ]


def _unknown(unknown: Unknown, axes: Axes) -> alt.Chart:
    x, y = axes
    rows = [
        {"at": 0, "share": unknown.first, "high": unknown.first},
        {"at": 1, "share": unknown.low, "high": min(unknown.high, 1.0)},
    ]
    base = alt.Chart(alt.InlineData(values=rows))
    return base.mark_area(fill="var(--muted)", fillOpacity=0.16, aria=False).encode(
        x=x, y=y, y2=alt.Y2("high:Q")
    )


def _line(one: Slope, colour: str, dash: tuple[int, int], axes: Axes) -> list[alt.Chart]:
    x, y = axes
    said = _("%(name)s: %(first)s on the day, %(later)s later (%(low)s to %(high)s)") % {
        "name": one.name,
        "first": share(one.first),
        "later": share(one.later),
        "low": share(one.low),
        "high": share(one.high),
    }
    rows = [{"at": 0, "share": one.first}, {"at": 1, "share": one.later}]
    base = alt.Chart(alt.InlineData(values=rows))
    limits = alt.Chart(alt.InlineData(values=[{"at": 1, "share": one.low, "high": one.high}]))
    marks = alt.Chart(alt.InlineData(values=[row | {"say": said} for row in rows]))
    return [
        limits.mark_rule(stroke=colour, strokeWidth=7, opacity=0.3, aria=False).encode(
            x=x, y=y, y2=alt.Y2("high:Q")
        ),
        base.mark_line(stroke=colour, strokeWidth=2.5, strokeDash=list(dash), aria=False).encode(
            x=x, y=y
        ),
        marks.mark_point(fill=colour, stroke="var(--paper)", size=90, opacity=1).encode(
            x=x, y=y, description=alt.Description("say:N")
        ),
    ]


def _labels(slopes: Sequence[Slope], axes: Axes) -> list[alt.Chart]:
    """The numbers at both ends, moved apart where they would cover each other."""
    x, y = axes
    firsts = _apart([one.first for one in slopes])
    laters = _apart([one.later for one in slopes])
    left = [
        {"at": 0, "share": at, "text": share(one.first)}
        for one, at in zip(slopes, firsts, strict=True)
    ]
    right = [
        {"at": 1, "share": at, "text": f"{share(one.later)} {fitted(one.name, RIGHT_PX - 48)}"}
        for one, at in zip(slopes, laters, strict=True)
    ]
    return [
        alt.Chart(alt.InlineData(values=rows))
        .mark_text(align=align, baseline="middle", dx=dx, fill="var(--ink)", aria=False)
        .encode(x=x, y=y, text=alt.Text("text:N"))
        for rows, align, dx in ((left, "right", -12), (right, "left", 12))
    ]


def _apart(places: Sequence[float]) -> list[float]:
    """The same places, each at least a label's height below the next higher one."""
    room = LABEL_PX / (HEIGHT_PX - FOOT_PX)
    moved = dict[int, float]()
    above = 1.0 + room
    for index in sorted(range(len(places)), key=lambda each: -places[each]):
        above = min(places[index], above - room)
        moved[index] = above
    return [moved[index] for index in range(len(places))]
