"""The lake: pseudonymous columns, exactly once, through one door."""

from leadline.engine.commit import Commit
from leadline.engine.duck import Snapshot
from leadline.engine.lake import Lake, Watermarks
from leadline.engine.table import UnreadableTable

__all__ = ["Commit", "Lake", "Snapshot", "UnreadableTable", "Watermarks"]
