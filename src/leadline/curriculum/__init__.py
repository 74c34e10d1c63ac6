"""What the organisation has declared about its training: what tests what, and what a role needs."""

from leadline.curriculum.curriculum import Curriculum, Replaced
from leadline.curriculum.rows import LISTS, Check, Link, Row, Standard

__all__ = ["LISTS", "Check", "Curriculum", "Link", "Replaced", "Row", "Standard"]
