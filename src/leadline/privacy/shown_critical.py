"""What lasted in critical roles, without what would tell of the few who hold none of them."""

from collections.abc import Mapping
from dataclasses import replace

from leadline.metrics.critical import CriticalRole
from leadline.metrics.retention import Declared, Lasting
from leadline.privacy.shapes import ShownLasting, safe_lasting

ByCheck = Mapping[Declared, Lasting]
Shown = dict[tuple[CriticalRole, Declared], ShownLasting]


def safe_roles(
    found: Mapping[CriticalRole, ByCheck], whole: ByCheck, smallest: int
) -> tuple[Shown, int]:
    """Roles of which enough people took a check, and how many were withheld.

    Whoever sees them sees the whole as well. So where few are left beside those shown, the smallest
    of them is withheld too; and the response where few of the others were silent."""
    shown: Shown = {}
    for check in {check for parts in found.values() for check in parts}:
        parts = {role: each[check] for role, each in found.items() if check in each}
        enough = {
            role: safe
            for role, each in parts.items()
            if (safe := safe_lasting(each, smallest)) is not None
        }
        for role in _apart(whole[check].tested, enough, smallest):
            shown[role, check] = _without_silent(enough[role], parts[role], whole[check], smallest)
    return shown, sum(map(len, found.values())) - len(shown)


def _apart(
    tested: int, enough: Mapping[CriticalRole, ShownLasting], smallest: int
) -> list[CriticalRole]:
    """As many of the roles, the largest first, as leave nobody or enough people beside them."""
    roles = sorted(enough, key=lambda role: (-enough[role].tested, role.role))
    while roles and 0 < tested - sum(enough[role].tested for role in roles) < smallest:
        roles.pop()
    return roles


def _without_silent(
    safe: ShownLasting, role: Lasting, whole: Lasting, smallest: int
) -> ShownLasting:
    silent = (whole.due or 0) - whole.tested - ((role.due or 0) - role.tested)
    if not 0 < silent < smallest:
        return safe
    return replace(safe, due=None, response=None, mean_due=None, weighted=None, bounds=None)
