"""Charts drawn on the server: a kind is one function from values to an Altair specification."""

from leadline.web.charts.ages import Age, ages
from leadline.web.charts.columns import Column, columns
from leadline.web.charts.dots import Dot, dots
from leadline.web.charts.drawing import Figure, draw
from leadline.web.charts.funnel import Step, funnel
from leadline.web.charts.groups import Group, groups
from leadline.web.charts.multiples import Panel, multiples
from leadline.web.charts.slope import Slope, Unknown, slope
from leadline.web.charts.trend import Point, trend
from leadline.web.charts.viewers import Cliff, Stretch, viewers
from leadline.web.charts.waiting import Climb, Rise, waiting

__all__ = [
    "Age",
    "Cliff",
    "Climb",
    "Column",
    "Dot",
    "Figure",
    "Group",
    "Panel",
    "Point",
    "Rise",
    "Slope",
    "Step",
    "Stretch",
    "Unknown",
    "ages",
    "columns",
    "dots",
    "draw",
    "funnel",
    "groups",
    "multiples",
    "slope",
    "trend",
    "viewers",
    "waiting",
]
