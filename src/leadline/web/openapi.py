"""Descriptions of the record store and of the cmi5 API, for whoever programs against them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from leadline.cmi5 import description as cmi5
from leadline.lrs.description import document
from leadline.web.page import for_everyone


@for_everyone
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """/openapi.json: the same as docs/openapi.json."""
    return HttpResponse(document(), content_type="application/json")


@for_everyone
@require_safe
def openapi_cmi5(request: HttpRequest) -> HttpResponse:
    """/openapi-cmi5.json: the same as docs/openapi-cmi5.json."""
    return HttpResponse(cmi5.document(), content_type="application/json")
