"""What the organisation has declared about its training: what tests what, what a role needs, and
what people owe."""

from leadline.curriculum.curriculum import Curriculum, Replaced
from leadline.curriculum.duties import Exemption, Leave, Requirement
from leadline.curriculum.programmes import Cost, Programme, Question
from leadline.curriculum.rows import LISTS, Check, Critical, Link, Row, Standard

__all__ = [
    "LISTS",
    "Check",
    "Cost",
    "Critical",
    "Curriculum",
    "Exemption",
    "Leave",
    "Link",
    "Programme",
    "Question",
    "Replaced",
    "Requirement",
    "Row",
    "Standard",
]
