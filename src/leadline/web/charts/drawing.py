"""From a specification to an SVG that strict policies, screen readers and dark mode accept."""

import json
import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import altair as alt
import vl_convert
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

CACHED_DRAWINGS = 256
WIDE_PX = 880
NARROW_PX = 320
PX_PER_LETTER = 7.4  # of 14 px system fonts, on average
VEGA_LITE = "6.4"
# Vega resolves a relative link against its own example site; the page's own address is meant.
VEGA_BASE = "https://vega.github.io/vega-datasets/"
FONT = "system-ui, -apple-system, Segoe UI, Inter, sans-serif"

_ids = count(1)

CONFIG: dict[str, Any] = {
    "background": None,
    "font": FONT,
    "padding": 4,
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--muted)",
        "labelFontSize": 13,
        "labelFontWeight": 400,
        "title": None,
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "text": {"font": FONT, "fontSize": 13, "fill": "var(--ink)"},
    "rect": {"strokeWidth": 0},
}


@dataclass(frozen=True)
class Figure:
    """A drawn chart: one drawing for a wide column and one for a phone, titled and described."""

    wide: SafeString
    narrow: SafeString
    caption: str


def draw(
    kind: Callable[..., alt.TopLevelMixin],
    *shown: Hashable,
    title: str,
    summary: str,
    caption: str = "",
    **how: Hashable,
) -> Figure:
    """Draw `kind(*shown, **how, width=pixels)` twice, wide and narrow; the style sheet chooses.

    `title` names the chart for a screen reader and `summary` says what it shows."""
    wide, narrow = (
        _titled(_drawn(kind, shown, tuple(how.items()), width, get_language()), title, summary)
        for width in (WIDE_PX, NARROW_PX)
    )
    return Figure(wide=wide, narrow=narrow, caption=caption)


def thinned(labels: Sequence[str], width: int) -> list[str]:
    """The labels of an axis that fit beside each other; the last one always stays."""
    longest = max((len(label) for label in labels), default=1) + 2
    every = max(1, -(-len(labels) * longest * PX_PER_LETTER // width))
    return list(reversed(labels[:: -int(every)]))


def fitted(text: str, room_px: float) -> str:
    """`text` cut to the room there is; its mark carries the whole words for hover and focus."""
    letters = max(int(room_px / PX_PER_LETTER), 8)
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def axis_words(unit: str) -> str:
    """The Vega expression that labels an axis in `unit`."""
    if unit in {"share", "score"}:
        return "format(datum.value * 100, '.0f') + ' %'"
    if unit == "seconds":
        return "format(datum.value / 60, '~f') + ' min'"
    if unit == "measured":
        return "format(datum.value, ',~f')"
    return "format(datum.value, '~s')"


def _specification(chart: alt.TopLevelMixin) -> str:
    # Validation against the whole grammar costs ten times the drawing; tests draw every kind.
    spec = chart.to_dict(validate=False)
    spec["config"] = CONFIG
    return json.dumps(spec)


@lru_cache(maxsize=CACHED_DRAWINGS)
def _drawn(
    kind: Callable[..., alt.TopLevelMixin],
    shown: tuple[Hashable, ...],
    how: tuple[tuple[str, Hashable], ...],
    width: int,
    language: str | None,
) -> str:
    """The key is all that is shown, and the language of its words: nobody gets another's picture.

    Putting a specification together costs as much as drawing it, so that it cannot be the key."""
    return _svg(_specification(kind(*shown, **dict(how), width=width)))


def _svg(specification: str) -> str:
    svg: str = vl_convert.vegalite_to_svg(specification, vl_version=VEGA_LITE)
    svg = svg.replace(VEGA_BASE, "")
    svg = svg.replace("xlink:href=", "href=").replace(
        ' xmlns:xlink="http://www.w3.org/1999/xlink"', ""
    )
    svg = svg.replace(' target="_blank"', "")
    svg = re.sub(r'<rect width="[\d.]+" height="[\d.]+" fill="(?:white|none)"/>', "", svg, count=1)
    return re.sub(r'(<svg[^>]*?) width="[\d.]+" height="[\d.]+"', r"\1", svg, count=1)


def _titled(svg: str, title: str, summary: str) -> SafeString:
    number = next(_ids)
    head = (
        f'<svg data-chart role="group" aria-labelledby="chart{number}" '
        f'aria-describedby="about{number}"'
    )
    said = (
        f'<title id="chart{number}">{escape(title)}</title>'
        f'<desc id="about{number}">{escape(summary)}</desc>'
    )
    opened = svg.replace("<svg", head, 1)
    end = opened.index(">") + 1
    return mark_safe(opened[:end] + said + opened[end:])
