"""Refresh: statements -> events -> facts, exactly once."""

from leadline.refresh.definitions import schemas
from leadline.refresh.run import Parts, Refreshed, Step, rebuild, refresh

__all__ = ["Parts", "Refreshed", "Step", "rebuild", "refresh", "schemas"]
