"""How did a change come about? The difference to those without, by quarters since it began."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from leadline.web.words import measured

HEIGHT_PX = 240
UNIT_FITS_PX = 600


@dataclass(frozen=True)
class Age:
    """Quarters since it began (before it: below 0), the difference with its interval, and the whole
    said in words."""

    age: int
    effect: float
    low: float
    high: float
    say: str


def ages(shown: Sequence[Age], *, unit: str, marked: int, width: int) -> alt.LayerChart:
    """Points with their intervals around the line of no difference; the one `marked` in words."""
    named = unit if width >= UNIT_FITS_PX else ""
    rows = [
        {
            "label": f"{each.age:+d}".replace("-", "\N{MINUS SIGN}") if each.age else "0",
            "effect": each.effect,
            "low": each.low,
            "high": each.high,
            "say": each.say,
            "number": f"{measured(each.effect)} {named}".strip() if each.age == marked else "",
        }
        for each in shown
    ]
    labels = [row["label"] for row in rows]
    base = alt.Chart(alt.InlineData(values=rows))
    x = alt.X("label:N").sort(labels).scale(padding=0.5, domain=labels)
    x = x.axis(labelAngle=0, grid=False, labelPadding=10)
    y = alt.Y("effect:Q").scale(zero=True, nice=True).axis(tickCount=4)
    zero = alt.Chart(alt.InlineData(values=[{"none": 0}]))
    dots = base.mark_point(fill="var(--accent)", stroke="var(--paper)", size=70, opacity=1)
    words = base.mark_text(
        align="center", baseline="bottom", dy=-10, fontWeight=700, fill="var(--accent-ink)"
    )
    return alt.layer(
        zero.mark_rule(stroke="var(--ink)", strokeWidth=1.5, aria=False).encode(y=alt.Y("none:Q")),
        base.mark_rule(stroke="var(--accent-soft)", strokeWidth=7, aria=False).encode(
            x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q")
        ),
        dots.encode(x=x, y=y, description=alt.Description("say:N")),
        words.encode(x=x, y=alt.Y("high:Q"), text=alt.Text("number:N"))
        if any(row["number"] for row in rows)
        else dots.encode(x=x, y=y).mark_point(aria=False, opacity=0),
    ).properties(width=width, height=HEIGHT_PX)
