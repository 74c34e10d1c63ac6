"""The page behind the link of an invitation: whoever has the link may answer, once."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from leadline.checks.checks import NotOpen
from leadline.web.checking import checks, given, sheet
from leadline.web.page import for_everyone

# The address is the key: nobody keeps it, finds it in a search, or is told of it by a link.
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


# Who can send this form knows the link, and needs no more; a phone's mail program often keeps no
# cookies, without which Django's own check would turn every answer away.
@for_everyone
@csrf_exempt
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a few short questions. No name is shown: the link may have gone astray."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    asking = checks()
    invitation = asking.records.behind(token)
    if invitation is None:
        return _shown(request, {}, 404)
    content, done = asking.asked(invitation), None
    if request.method == "POST":
        try:
            done = asking.answer(invitation.id, given(request, content))
        except NotOpen:
            pass  # the page says when it is open
        invitation = asking.records.behind(token) or invitation
    shown = sheet(invitation, content, asking.now(), done)
    return _shown(request, {"sheet": shown, "to": request.path}, 200)


def _shown(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "check/check.html", context, status=status)
    for name, value in HEADERS.items():
        response[name] = value
    return response
