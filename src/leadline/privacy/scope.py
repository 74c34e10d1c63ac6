"""Whose rows a viewer covers, in the organisation as it is today."""

from leadline.directory import Directory
from leadline.privacy.policy import POLICY, Rows
from leadline.privacy.viewer import Viewer


def visible(viewer: Viewer, directory: Directory) -> frozenset[int] | None:
    """The person keys that the viewer covers; None: everyone, unmatched actors included.

    A viewer whose role needs a place in the organisation and who has none covers nobody."""
    rows = POLICY[viewer.role].rows
    if rows is Rows.NOBODY:
        return frozenset()
    if rows is Rows.SELF:
        return frozenset() if viewer.person is None else frozenset({viewer.person})
    if viewer.unit is not None:
        return frozenset(directory.people_under(viewer.unit))
    if rows is Rows.EVERYONE:
        return None
    return frozenset() if viewer.person is None else frozenset(directory.team_of(viewer.person))
