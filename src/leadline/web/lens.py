"""The lens of one request: the only way in which a page asks anything of the lake."""

from datetime import UTC, datetime

from leadline.accounts.viewing import app
from leadline.privacy.lens import Lens
from leadline.privacy.policy import POLICY
from leadline.privacy.viewer import Viewer


def lens_for(viewer: Viewer) -> Lens:
    """A lens as of now, for the first purpose that the policy gives the viewer's role."""
    return Lens(app(), viewer, POLICY[viewer.role].purposes[0], datetime.now(UTC))
