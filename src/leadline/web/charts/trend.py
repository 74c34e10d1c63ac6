"""How does it move over time? A number and interval a period; withheld ones stay visible."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _

from leadline.web.charts.drawing import axis_words, thinned
from leadline.web.words import value

HEIGHT_PX = 240
N_FITS_PX = 56


@dataclass(frozen=True)
class Point:
    """One period: its label, the estimate with its interval, the people, or why not."""

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    people: int | None
    why_not: str = ""


def trend(points: Sequence[Point], *, unit: str, width: int) -> alt.LayerChart:
    """Line through the shown periods, an interval on each, a grey mark where one is withheld."""
    return layers(points, unit=unit, size=(width, HEIGHT_PX), labels=[p.label for p in points])


def layers(
    points: Sequence[Point],
    *,
    unit: str,
    size: tuple[int, int],
    labels: Sequence[str],
    dated: bool = True,
) -> alt.LayerChart:
    """The same of a size (width, height), on an axis of these labels; dated: they are written."""
    width, height = size
    rows = [_row(point, unit) for point in points]
    spacing = width / max(len(labels), 1)
    x = alt.X("label:N").sort(list(labels)).scale(padding=0.5, domain=list(labels))
    shown = thinned(labels, width) if dated else []
    x = x.axis(labelAngle=0, grid=False, labelPadding=10, values=shown)
    y = (
        alt.Y("estimate:Q")
        .scale(zero=False, nice=True)
        .axis(tickCount=4, labelExpr=axis_words(unit))
    )
    drawn = []
    # An empty layer would leave a mark group without words, which a screen reader stumbles over.
    if known := [row for row in rows if row["estimate"] is not None]:
        drawn += _estimates(known, x, y)
    if held := [row for row in rows if row["estimate"] is None]:
        drawn.append(_withheld(held, x, height))
    if spacing > N_FITS_PX and known:
        counts = alt.Chart(alt.InlineData(values=known)).mark_text(
            fill="var(--muted)", baseline="bottom", dy=-6, aria=False
        )
        drawn.append(counts.encode(x=x, y=alt.YValue(0), text=alt.Text("n:N")))
    return alt.layer(*drawn).properties(width=width, height=height)


def _estimates(rows: list[dict[str, object]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x)
    dots = base.mark_point(fill="var(--accent)", stroke="var(--paper)", size=70, opacity=1)
    return [
        base.mark_rule(stroke="var(--accent-soft)", strokeWidth=7, aria=False).encode(
            y=alt.Y("low:Q").scale(zero=False), y2=alt.Y2("high:Q")
        ),
        base.mark_line(stroke="var(--accent)", strokeWidth=2, aria=False).encode(y=y),
        dots.encode(y=y, description=alt.Description("say:N")),
        _newest(rows[-1:], x, y),
    ]


def _withheld(rows: list[dict[str, object]], x: alt.X, height: int) -> alt.Chart:
    base = alt.Chart(alt.InlineData(values=rows))
    return base.mark_point(shape="cross", fill="var(--held)", stroke=None, size=60).encode(
        x=x, y=alt.YValue(height - 8), description=alt.Description("say:N")
    )


def _row(point: Point, unit: str) -> dict[str, object]:
    if point.estimate is None:
        said = f"{point.label}: {point.why_not or _('nothing recorded')}"
    else:
        said = _("%(when)s: %(number)s (%(low)s to %(high)s), %(n)s people") % {
            "when": point.label,
            "number": value(point.estimate, unit),
            "low": value(point.low, unit),
            "high": value(point.high, unit),
            "n": point.people,
        }
    return {
        "label": point.label,
        "estimate": point.estimate,
        "low": point.low if point.low is not None else point.estimate,
        "high": point.high if point.high is not None else point.estimate,
        "n": f"n {point.people}" if point.people and point.estimate is not None else "",
        "number": value(point.estimate, unit),
        "say": said,
    }


def _newest(rows: list[dict[str, object]], x: alt.X, y: alt.Y) -> alt.Chart:
    """The newest number stands beside its point: direct labels before legends."""
    base = alt.Chart(alt.InlineData(values=rows))
    return base.mark_text(
        align="left", dx=9, dy=-9, fontWeight=700, fill="var(--accent-ink)", aria=False
    ).encode(x=x, y=y, text=alt.Text("number:N"))
