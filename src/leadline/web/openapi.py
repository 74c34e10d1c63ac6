"""The record store's own description, for whoever programs against it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leadline.lrs.description import document
from leadline.web.page import for_everyone


@for_everyone
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """/openapi.json: the same as docs/openapi.json."""
    return HttpResponse(document(), content_type="application/json")
