"""Where do viewers stop? People watching by second of the video, with the cliff marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.web.charts.drawing import axis_words
from leadline.web.words import clock, count, expected

HEADROOM = 1.34  # free height over the highest bar, for the cliff's words
HEIGHT_PX = 268
TICK_STEPS_SECONDS = (15, 30, 60, 120, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True)
class Stretch:
    """People watching from `start` to `end` (seconds): for the first time, and again.

    held: somebody watched, too few to be shown."""

    start: float
    end: float
    first: int
    again: int
    held: bool = False


@dataclass(frozen=True)
class Cliff:
    """An abnormal drop between two seconds: people who leave there, and how many one expects."""

    start: float
    end: float
    leaving: int
    expected: float


def viewers(stretches: Sequence[Stretch], cliff: Cliff | None, *, width: int) -> alt.LayerChart:
    """Unique viewers per stretch with repeat viewing on top; one describable mark per stretch."""
    top = HEADROOM * max((s.first + s.again for s in stretches), default=1)
    end = max((s.end for s in stretches), default=1.0)
    x = alt.X("s:Q").scale(domain=[0, end], nice=False).axis(**_ticks(end, width))
    y = alt.Y("low:Q").scale(domain=[0, max(top, 4)], nice=False)
    y = y.axis(tickCount=4, labelExpr=axis_words("count"), tickMinStep=1)
    rows = alt.InlineData(values=[_row(s) for s in stretches])
    base = alt.Chart(rows).encode(x=x, x2=alt.X2("e:Q"))
    layers: list[alt.Chart] = [
        base.mark_rect(fill="var(--accent)", aria=False).encode(y=y, y2=alt.Y2("first:Q")),
        base.mark_rect(fill="var(--accent-soft)", aria=False).encode(
            y=alt.Y("first:Q"), y2=alt.Y2("top:Q")
        ),
        *_legend(stretches, width),
    ]
    if any(s.held for s in stretches):
        layers.append(_withheld(stretches, x))
    if cliff is not None:
        layers += _marked(cliff, end, width)
    target = base.mark_rect(fill="var(--ink)", fillOpacity=0)
    layers.append(
        target.encode(
            y=alt.YValue(0), y2=alt.Y2Value(HEIGHT_PX), description=alt.Description("say:N")
        )
    )
    return alt.layer(*layers).properties(width=width, height=HEIGHT_PX)


def _row(stretch: Stretch) -> dict[str, float | str]:
    if stretch.held:
        said = _("%(start)s to %(end)s: withheld, too few people")
    else:
        said = _("%(start)s to %(end)s: %(first)s watching for the first time, %(again)s again")
    said %= {
        "start": clock(stretch.start),
        "end": clock(stretch.end),
        "first": count(stretch.first),
        "again": count(stretch.again),
    }
    return {
        "s": stretch.start,
        "e": stretch.end,
        "low": 0,
        "first": stretch.first,
        "top": stretch.first + stretch.again,
        "say": said,
    }


def _withheld(stretches: Sequence[Stretch], x: alt.X) -> alt.Chart:
    """A low grey band, so that what is withheld never looks like nobody."""
    rows = alt.InlineData(values=[_row(s) for s in stretches if s.held])
    band = alt.Chart(rows).mark_rect(fill="var(--held)", fillOpacity=0.5, aria=False)
    return band.encode(
        x=x, x2=alt.X2("e:Q"), y=alt.YValue(HEIGHT_PX - 8), y2=alt.Y2Value(HEIGHT_PX)
    )


def _ticks(end: float, width: int) -> dict[str, object]:
    wanted = width / 90
    step = next((s for s in TICK_STEPS_SECONDS if end / s <= wanted), TICK_STEPS_SECONDS[-1])
    minutes = "floor(datum.value / 60)"
    seconds = "(datum.value % 60 < 10 ? ':0' : ':') + (datum.value % 60)"
    return {
        "values": list(range(0, int(end) + 1, step)),
        "labelExpr": f"{minutes} + {seconds}",
        "grid": False,
        "labelFlush": True,
    }


def _legend(stretches: Sequence[Stretch], width: int) -> list[alt.Chart]:
    """Direct labels: inside the lower bars, and just above the left third of the upper ones."""
    if not stretches:
        return []
    left = stretches[: max(1, len(stretches) // (3 if width > 500 else 2))]
    height = max(s.first + s.again for s in left)
    note = alt.Chart(alt.InlineData(values=[{}]))
    inside = note.mark_text(
        align="left", baseline="bottom", dx=10, dy=-8, fill="var(--on-accent)", aria=False
    ).encode(
        x=alt.XValue(0),
        y=alt.YValue(HEIGHT_PX),
        text=alt.TextValue(_("watching for the first time")),
    )
    above = note.mark_text(
        align="left", baseline="bottom", dx=10, dy=-5, fill="var(--accent-ink)", aria=False
    ).encode(x=alt.XValue(0), y=alt.YDatum(height), text=alt.TextValue(_("watching again")))
    return [inside, above] if any(s.again for s in stretches) else [inside]


def _marked(cliff: Cliff, end: float, width: int) -> list[alt.Chart]:
    early = cliff.start < end / 2
    row = {"s": cliff.start, "e": cliff.end}
    base = alt.Chart(alt.InlineData(values=[row]))
    band = base.mark_rect(fill="var(--red)", fillOpacity=0.18, aria=False).encode(
        x=alt.X("s:Q"), x2=alt.X2("e:Q"), y=alt.YValue(0), y2=alt.Y2Value(HEIGHT_PX)
    )
    anchor = "e:Q" if early else "s:Q"
    side = {"align": "left" if early else "right", "dx": 8 if early else -8, "baseline": "top"}
    short = width < 500
    leave = _leaving(cliff, short=short)
    usual = _("%(n)s expected") if short else _("%(n)s would be expected")
    usual %= {"n": expected(cliff.expected)}
    words = [
        base.mark_text(**side, fill=fill, fontWeight=weight, aria=False).encode(
            x=alt.X(anchor), y=alt.YValue(y), text=alt.TextValue(text)
        )
        for text, fill, weight, y in (
            (leave, "var(--red)", 700, 2),
            (usual, "var(--muted)", 400, 20),
        )
    ]
    return [band, *words]


def _leaving(cliff: Cliff, *, short: bool) -> str:
    said = {
        "n": count(cliff.leaving),
        "start": clock(cliff.start),
        "end": clock(cliff.end),
    }
    if short:
        return _("%(n)s leave, %(start)s–%(end)s") % said
    return (
        ngettext(
            "%(n)s leaves between %(start)s and %(end)s",
            "%(n)s leave between %(start)s and %(end)s",
            cliff.leaving,
        )
        % said
    )
