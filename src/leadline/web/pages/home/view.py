"""Home by role: what needs this person now, and the one step that helps."""

from django.http import HttpRequest

from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.web.anatomy import Body
from leadline.web.page import page
from leadline.web.places import EVERYBODY


@page(place=Place.HOME, sees=EVERYBODY)
def home(request: HttpRequest, lens: Lens) -> Body:
    """What needs me now, and why?"""
    return Body()
