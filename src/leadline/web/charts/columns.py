"""How many, when? Counts a period as columns from zero, the part that needs a look on top."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from leadline.web.charts.drawing import axis_words, thinned

HEIGHT_PX = 180


@dataclass(frozen=True)
class Column:
    """One period: its label, the ordinary count, the count to look at, and both in words."""

    label: str
    count: int
    attention: int
    say: str


def columns(rows_shown: Sequence[Column], *, width: int) -> alt.LayerChart:
    """Columns start at zero; what needs attention is amber and stands on top of the rest."""
    rows = [
        {
            "label": c.label,
            "low": 0,
            "count": c.count,
            "top": c.count + c.attention,
            "say": c.say,
        }
        for c in rows_shown
    ]
    labels = [c.label for c in rows_shown]
    x = alt.X("label:N").sort(labels).scale(paddingInner=0.2, paddingOuter=0.1)
    x = x.axis(labelAngle=0, grid=False, values=thinned(labels, width))
    y = (
        alt.Y("low:Q")
        .scale(zero=True, nice=True)
        .axis(tickCount=3, labelExpr=axis_words("count"), tickMinStep=1)
    )
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x)
    plain = base.mark_bar(fill="var(--accent)", aria=False).encode(y=y, y2=alt.Y2("count:Q"))
    amber = base.mark_bar(fill="var(--amber-soft)", aria=False).encode(
        y=alt.Y("count:Q"), y2=alt.Y2("top:Q")
    )
    target = base.mark_bar(fill="var(--ink)", fillOpacity=0).encode(
        y=alt.YValue(0), y2=alt.Y2Value(HEIGHT_PX), description=alt.Description("say:N")
    )
    return alt.layer(plain, amber, target).properties(width=width, height=HEIGHT_PX)
