"""Where do they leave the course? One bar a module, those still active there shown apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _

from leadline.web.charts.drawing import PX_PER_LETTER, fitted
from leadline.web.words import count, share

ROW_PX = 52
BAR_TOP_PX = 24
BAR_PX = 16


@dataclass(frozen=True)
class Step:
    """A module: cycles that reached it, and of them those that went on, are still active, or left.

    `share_left` is of the cycles observed long enough; None where they are too few."""

    name: str
    reached: int
    active: int
    left: int
    share_left: float | None = None
    worst: bool = False
    href: str = ""


def funnel(steps: Sequence[Step], *, width: int) -> alt.LayerChart:
    """Bars share one zero and one scale; the worst step is red, has a triangle and says so."""
    rows = [_row(step, index, width) for index, step in enumerate(steps)]
    most = max((s.reached for s in steps), default=1) or 1
    height = ROW_PX * max(len(rows), 1)
    x = alt.X("from:Q").scale(domain=[0, most], nice=False).axis(None)
    top = alt.Y("top:Q").scale(domain=[0, height], reverse=True, nice=False).axis(None)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=top)
    bar = alt.Chart(alt.InlineData(values=[part for row in rows for part in _parts(row)]))
    bars = bar.mark_rect(aria=False).encode(
        x=x, x2=alt.X2("to:Q"), y=top, y2=alt.Y2("bottom:Q"), fill=alt.Fill("fill:N").scale(None)
    )
    name = base.mark_text(align="left", baseline="top", aria=False, fontSize=14).encode(
        x=alt.XValue(0),
        y=alt.Y("line:Q"),
        text=alt.Text("name:N"),
        fill=alt.Fill("ink:N").scale(None),
    )
    numbers = base.mark_text(align="right", baseline="top", aria=False).encode(
        x=alt.XValue(width),
        y=alt.Y("line:Q"),
        text=alt.Text("numbers:N"),
        fill=alt.Fill("quiet:N").scale(None),
    )
    target = base.mark_rect(fill="var(--ink)", fillOpacity=0).encode(
        x=alt.XValue(0),
        x2=alt.X2Value(width),
        y=alt.Y("line:Q"),
        y2=alt.Y2("end:Q"),
        description=alt.Description("say:N"),
    )
    if any(step.href for step in steps):
        target = target.encode(href=alt.Href("href:N"))
    return alt.layer(bars, name, numbers, target).properties(width=width, height=height)


def _row(step: Step, index: int, width: int) -> dict[str, object]:
    top = index * ROW_PX
    numbers = _numbers(step, wide=width > 500)
    shown = fitted(step.name, width - (len(numbers) + 4) * PX_PER_LETTER)
    return {
        "line": top,
        "top": top + BAR_TOP_PX,
        "bottom": top + BAR_TOP_PX + BAR_PX,
        "end": top + ROW_PX - 4,
        "name": f"▼ {shown}" if step.worst else shown,
        "numbers": numbers,
        "ink": "var(--red)" if step.worst else "var(--ink)",
        "quiet": "var(--red)" if step.worst else "var(--muted)",
        "reached": step.reached,
        "active": step.active,
        "left": step.left,
        "worst": step.worst,
        "href": step.href,
        "say": _("%(name)s: %(reached)s reach it, %(active)s still active there, %(left)s leave")
        % {
            "name": step.name,
            "reached": count(step.reached),
            "active": count(step.active),
            "left": count(step.left),
        },
    }


def _numbers(step: Step, *, wide: bool) -> str:
    lost = count(step.left)
    if step.share_left is not None:
        lost = f"{lost} ({share(step.share_left)})"
    if not wide:
        return _("%(left)s leave") % {"left": lost}
    return _("%(reached)s reach it, %(left)s leave here") % {
        "reached": count(step.reached),
        "left": lost,
    }


def _parts(row: dict[str, object]) -> list[dict[str, object]]:
    """A bar from left to right: went on, still active (apart), left."""
    reached, active, left = (int(str(row[key])) for key in ("reached", "active", "left"))
    on = max(reached - active - left, 0)
    lost = "var(--red)" if row["worst"] else "var(--held)"
    edges = (
        (0, on, "var(--accent)"),
        (on, on + active, "var(--accent-soft)"),
        (on + active, on + active + left, lost),
    )
    return [
        {"from": start, "to": end, "fill": fill, "top": row["top"], "bottom": row["bottom"]}
        for start, end, fill in edges
        if end > start
    ]
