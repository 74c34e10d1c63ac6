"""Charts drawn on the server: a kind is one function from values to an Altair specification."""

from leadline.web.charts.columns import Column, columns
from leadline.web.charts.dots import Dot, dots
from leadline.web.charts.drawing import Figure, draw
from leadline.web.charts.funnel import Step, funnel
from leadline.web.charts.groups import Group, groups
from leadline.web.charts.trend import Point, trend
from leadline.web.charts.viewers import Cliff, Stretch, viewers

__all__ = [
    "Cliff",
    "Column",
    "Dot",
    "Figure",
    "Group",
    "Point",
    "Step",
    "Stretch",
    "columns",
    "dots",
    "draw",
    "funnel",
    "groups",
    "trend",
    "viewers",
]
