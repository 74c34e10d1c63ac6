"""A page is one function: its docstring is the question, its template lies beside it.

`@page` says where the page belongs and which roles may see it, and makes the lens that the
function asks through. Nothing is served without such a declaration (leadline.web.declared)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import getdoc
from pathlib import Path
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, override
from django.views.decorators.csrf import csrf_protect

from leadline.accounts.factors import wants_factor
from leadline.accounts.viewing import NoRole, viewer_for
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import Forbidden, NotThere, TooFine, UnknownQuestion
from leadline.privacy.viewer import Role, Viewer
from leadline.web.anatomy import Body
from leadline.web.lens import lens_for
from leadline.web.papers import as_pdf
from leadline.web.places import rail
from leadline.web.tables import as_csv

PageFunction = Callable[..., Body]
ActionFunction = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Page:
    """A declared page; Django calls it as a view."""

    name: str
    place: Place
    sees: frozenset[Role]
    question: str
    template: str
    answer: PageFunction

    # Templates compare pages; they must not try to answer one.
    do_not_call_in_templates = True

    @property
    def readers(self) -> list[str]:
        """Who else may see this page, for its footnote."""
        return [role for role in Role if role in self.sees]

    def __call__(self, request: HttpRequest, **parts: Any) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return _looked(request, self.sees, lambda lens: self._shown(request, lens, parts))

    def _shown(self, request: HttpRequest, lens: Lens, parts: dict[str, Any]) -> HttpResponse:
        body = self.answer(request, lens, **parts)
        lens.expect((request.get_full_path(), get_language()), self._again(request, parts))
        if request.GET.get("as") == "csv" and body.twin is not None:
            return as_csv(body.twin, self.name)
        if request.GET.get("as") == "pdf" and body.paper is not None:
            return as_pdf(body.paper, self.name)
        shown = {"page": self, "question": gettext(self.question), "body": body}
        return render(request, self.template, {**shown, **around(request, lens.viewer, self.place)})

    def _again(self, request: HttpRequest, parts: dict[str, Any]) -> Callable[[Lens], Body]:
        """How to answer the same request later, in its language."""
        language = get_language()

        def answer(lens: Lens) -> Body:
            with override(language):
                return self.answer(request, lens, **parts)

        return answer


def page(*, place: Place, sees: frozenset[Role]) -> Callable[[PageFunction], Page]:
    """Declare a page in `place` for the roles in `sees`; the docstring is its question."""

    def declared(answer: PageFunction) -> Page:
        folder = Path(answer.__code__.co_filename).parent.name
        question = (getdoc(answer) or "").splitlines()[0]
        name = answer.__name__.replace("_", "-")
        return Page(name, place, sees, question, f"{folder}/{name}.html", answer)

    return declared


def action(*, sees: frozenset[Role]) -> Callable[[ActionFunction], Callable[..., HttpResponse]]:
    """Declare what a page's button does: POST only, CSRF-checked, for the roles in `sees`."""

    def declared(act: ActionFunction) -> Callable[..., HttpResponse]:
        @csrf_protect
        @wraps(act)
        def posted(request: HttpRequest, **parts: Any) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return _looked(request, sees, lambda lens: act(request, lens, **parts))

        cast(Any, posted).sees = sees
        return posted

    return declared


def for_everyone(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Declare an address that shows nothing of anybody's records, such as the sign-in form."""
    cast(Any, view).sees = frozenset(Role)
    return view


def around(request: HttpRequest, viewer: Viewer | None, place: Place | None) -> dict[str, object]:
    """What the frame of a page needs: the places this role has, and the roles of this login."""
    user = request.user if request.user.is_authenticated else None
    grants = list(user.grants.all()) if user else []
    return {
        "viewer": viewer,
        "place": place,
        "rail": rail(viewer) if viewer else [],
        "grants": grants if len(grants) > 1 else [],
    }


def _looked(
    request: HttpRequest, sees: frozenset[Role], look: Callable[[Lens], HttpResponse]
) -> HttpResponse:
    """Sign-in, role and lens first; then the look, with its refusals as the answers they are."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    viewer: Viewer | None = None
    try:
        viewer = viewer_for(request)
        if wants_factor(request, viewer.role):
            return redirect("mfa_index")
        lens = lens_for(viewer)
        if viewer.role not in sees:
            why = gettext("This page is not for the role %s.") % viewer.role
            lens.refuse(f"page {request.path}", why)
        return look(lens)
    except (NoRole, Forbidden) as refused:
        return _refused(request, viewer, 403, str(refused))
    except (TooFine, UnknownQuestion) as refused:
        return _refused(request, viewer, 400, str(refused))
    except (NotThere, Http404):
        return _refused(request, viewer, 404, "")


def _refused(request: HttpRequest, viewer: Viewer | None, status: int, why: str) -> HttpResponse:
    frame = {"why": why, "status": status, **around(request, viewer, None)}
    return render(request, "refused.html", frame, status=status)
