"""What the pages about one course share: its name, its path and its tabs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from leadline.privacy.lens import Lens
from leadline.privacy.refusals import NotThere
from leadline.privacy.viewer import Role
from leadline.web.addresses import short
from leadline.web.anatomy import Crumb


@dataclass(frozen=True)
class CourseShown:
    """A course as the address names it, and its modules by activity id, in order.

    role: who looks at it."""

    id: str
    name: str
    modules: dict[str, str]
    kinds: dict[str, str]
    role: Role

    def module(self, module: str) -> str:
        return self.modules.get(module) or short(module)

    def crumbs(self, *more: str) -> tuple[Crumb, ...]:
        here = reverse("course") + "?" + urlencode({"course": self.id}) if more else ""
        path = (Crumb(_("Programmes"), reverse("programmes")), Crumb(self.name, here))
        return (*path, *(Crumb(name) for name in more))

    def tabs(self) -> Sequence[tuple[str, str, str]]:
        """(page name, title, address) of the pages about this course that the viewer may see."""
        pages = (
            ("course", _("Where do they stop?")),
            ("course-trend", _("By month")),
            ("course-groups", _("For whom?")),
            ("questions", _("Questions")),
            ("retention", _("Did it last?")),
            ("completions", _("Completions")),
        )
        found = [(name, title, self.page(name)) for name, title in pages]
        return [tab for tab in found if tab[-1]]

    def page(self, name: str) -> str:
        """The address of a page about this course; empty where the viewer may not see it."""
        address = reverse(name)
        declared: Any = resolve(address).func
        open_ = self.role in declared.sees
        return f"{address}?{urlencode({'course': self.id})}" if open_ else ""


def shown(request: HttpRequest, lens: Lens) -> CourseShown:
    """The course that the address names. NotThere where nothing is known of it."""
    course = request.GET.get("course", "")
    known = lens.activities(course=course) if course else ()
    named = [row for row in lens.activities(kind="course") if row["activity"] == course]
    if not course or not (known or named):
        raise NotThere
    return CourseShown(
        id=course,
        name=(named[0]["name"] if named else None) or short(course),
        modules={row["activity"]: row["name"] for row in known if row["name"]},
        kinds={row["activity"]: row["kind"] for row in known if row["kind"]},
        role=lens.viewer.role,
    )
