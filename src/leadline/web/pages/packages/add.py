"""Taking in a course package from a form."""

from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadline.cmi5.package import MEDIA_TYPES, XML, ZIP, read
from leadline.cmi5.problem import BadPackage
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed
from leadline.store import Unavailable
from leadline.web.coursework import coursework, doing, title
from leadline.web.page import action

# What the list says once after an upload; kept in the session, so that no link can put words there.
ADDED, REFUSED = "package-added", "package-refused"
BY_SUFFIX = {".zip": ZIP, ".xml": XML}


@action(sees=doing(Deed.ADD_COURSES))
def add_package(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Import the package, or say which of its fields breaks which rule."""
    sent = request.FILES.get("package")
    try:
        if sent is None or sent.file is None:
            raise BadPackage("", _("No file was chosen."), _("Choose a zip or a cmi5.xml."))
        package = read(sent.file, _media_type(sent), str(sent.name))
        request.session[ADDED] = title(coursework(lens).add(package))
    except BadPackage as bad:
        request.session[REFUSED] = _told(bad)
    except Unavailable as problem:
        request.session[REFUSED] = _told(BadPackage("", str(problem), _("Try it again later.")))
    return redirect("packages")


def _media_type(sent: "UploadedFile[bytes]") -> str:
    """As the browser says, or by the name where the browser knows neither zip nor XML."""
    told = sent.content_type or ""
    if told in MEDIA_TYPES:
        return told
    return BY_SUFFIX.get(PurePath(str(sent.name)).suffix.lower(), told)


def _told(bad: BadPackage) -> dict[str, str]:
    return {
        "field": bad.field,
        "reason": bad.reason,
        "remedy": bad.remedy,
        "section": bad.section,
    }
