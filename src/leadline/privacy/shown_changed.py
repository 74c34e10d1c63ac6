"""A course before and after a change, with what would tell of a few people taken out."""

from dataclasses import fields

from leadline.metrics.changed import Changed, Compared
from leadline.stats.refusal import Refused


class ShownChanged(Changed):
    """Each figure stands on enough people on both sides of the day, or is refused."""


def safe_changed(found: Changed, smallest: int) -> ShownChanged:
    """A side with too few people takes the other with it: the whole is shown elsewhere, and what
    is left of it would tell."""
    parts = {field.name: getattr(found, field.name) for field in fields(found)}
    for name in ("days", "passing", "leaving"):
        if parts[name] is not None:
            parts[name] = _safe(parts[name], smallest)
    return ShownChanged(**parts)


def _safe(compared: Compared, smallest: int) -> Compared:
    if min(compared.before_people, compared.after_people) >= smallest:
        return compared
    few = Refused("low_n", f"fewer than {smallest} people before the change, or since")
    return Compared(few, few, few, 0, 0)
