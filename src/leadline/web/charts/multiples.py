"""Do they move together? Several measures one above the other on one axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from leadline.web.charts.trend import Point, layers

PANEL_HEIGHT_PX = 112
TITLE_HEIGHT_PX = 22


@dataclass(frozen=True)
class Panel:
    """One measure: its name, its unit, and its periods in order, withheld ones included."""

    name: str
    unit: str
    points: tuple[Point, ...]


def multiples(panels: Sequence[Panel], *, labels: tuple[str, ...], width: int) -> alt.VConcatChart:
    """A panel for each measure, each with its own scale and all with the same periods; only the
    lowest writes them."""
    parts: list[alt.Chart | alt.LayerChart] = []
    for number, panel in enumerate(panels):
        lowest = number == len(panels) - 1
        parts.append(_title(panel.name, width))
        parts.append(
            layers(
                panel.points,
                unit=panel.unit,
                size=(width, PANEL_HEIGHT_PX),
                labels=labels,
                dated=lowest,
            )
        )
    return alt.vconcat(*parts, spacing=4).resolve_scale(x="shared", y="independent")


def _title(name: str, width: int) -> alt.Chart:
    row = alt.Chart(alt.InlineData(values=[{"name": name}]))
    text = row.mark_text(align="left", fontWeight=600, baseline="middle", aria=False)
    return text.encode(x=alt.XValue(0), y=alt.YValue(10), text=alt.Text("name:N")).properties(
        width=width, height=TITLE_HEIGHT_PX
    )
