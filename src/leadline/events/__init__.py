"""Events: one typed, pseudonymous row per statement."""

from leadline.events.flatten import Known, flatten
from leadline.events.schema import EVENT

__all__ = ["EVENT", "Known", "flatten"]
