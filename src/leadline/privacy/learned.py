"""Who learned when, for Leadline itself: whom a delayed check is sent to is asked by nobody.

What it tells goes to the invitations and no further; who looks at these has a door of their own
(checking.py)."""

from collections.abc import Callable
from datetime import datetime

import ibis.expr.types as ir

from leadline.checks.checks import Learned
from leadline.metrics.retention import learned
from leadline.privacy.cut import CutFacts
from leadline.privacy.policy import POLICY
from leadline.privacy.view import View
from leadline.privacy.viewer import Role


def learners(
    tables: Callable[[str], ir.Table], view: View, zone: str, asked: tuple[str, datetime]
) -> list[Learned]:
    """Everybody with a first score in a test since an instant. tables: of the view's snapshot;
    asked: activity id of the test, and since when."""
    facts = CutFacts(tables, POLICY[Role.TRAINING_LEAD], None, view.now, zone)
    rows = learned(facts, *asked).order_by(["person", "cycle_no"]).to_pyarrow().to_pylist()
    return [Learned(row["person"], row["cycle_no"], row["at"]) for row in rows]
