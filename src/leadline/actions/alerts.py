"""Alerts at the lead time: each due day of a person is told once, on the day of the person's zone.

What has expired already is a violation and told as one, never as a warning. A round may come late
or twice, and clocks may jump: the table knows what was raised."""

from leadline.privacy.keeper import Ahead
from leadline.privacy.lens import Parts
from leadline.privacy.policy import POLICY
from leadline.privacy.view import View
from leadline.privacy.viewer import Role, Viewer
from leadline.store.alerts import Alert, Alerts

# Everybody's duties are looked through, by key: nobody is named and nobody reads it.
WATCH = Viewer("leadline", Role.COMPLIANCE_OFFICER)


def alert(parts: Parts, alerts: Alerts, view: View) -> int:
    """Raise what is due as of the view and was not raised before; gives how many alerts it was."""
    lens = Ahead(parts, WATCH, POLICY[WATCH.role].purposes[0], view)
    return alerts.add(
        Alert(
            person=row["person"],
            requirement=row["requirement"],
            due_on=row["due_on"],
            kind=row["kind"],
            day=row["day"],
            raised_at=view.now,
        )
        for row in lens.to_tell()
    )
