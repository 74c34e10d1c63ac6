"""Views of allauth in the frame of our pages: signing in, and one's own keys to the house."""

from typing import Any

from leadline.accounts.factors import wants_factor
from leadline.accounts.viewing import NoRole, app, viewer_for
from leadline.web.page import around


class Framed:
    """Mixed into a view of allauth: gives its template what every page of ours has."""

    question: Any = ""

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """The view's own words, and the frame's."""
        request = self.request  # type: ignore[attr-defined]
        viewer = None
        if request.user.is_authenticated:
            try:
                viewer = viewer_for(request)
            except NoRole:  # may look at nothing, yet has a password to change
                viewer = None
        return {
            **super().get_context_data(**more),  # type: ignore[misc]
            **around(request, viewer, None),
            "question": self.question,
            "organisation": app().settings.organisation,
            "factor_wanted": viewer is not None and wants_factor(request, viewer.role),
        }
