"""The lens of one request: the only way in which a page asks anything of the lake."""

from datetime import datetime

from leadline.accounts.viewing import app
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Viewer


def lens_for(viewer: Viewer, now: datetime | None = None) -> Lens:
    """A lens as of now, or as of the instant, for the purpose that the policy gives the viewer's
    role first."""
    return Lens(app(), viewer, now=now)
