"""Events: one typed, pseudonymous row per statement."""

from leadline.events.activities import Activities
from leadline.events.flatten import flatten
from leadline.events.schema import EVENT

__all__ = ["EVENT", "Activities", "flatten"]
