"""One door to the house: /xapi/ and /api/cmi5/ go straight there, everything else to the pages."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

from leadline.web.bodies import Bounded
from leadline.web.wire import Asgi, Receive, Scope, Send

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.settings")
_pages = Bounded(cast(Asgi, get_asgi_application()))

# A protocol as strict as xAPI must never meet CSRF, APPEND_SLASH or locales, so it is parted here.
from leadline.accounts.viewing import app  # noqa: E402  (Django has to be set up first)
from leadline.web.cmi5 import Cmi5Api  # noqa: E402
from leadline.web.xapi import XapiEndpoint  # noqa: E402

_cmi5 = Cmi5Api(app())
_xapi = XapiEndpoint(app())


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI entry of `leadline serve`."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"].startswith("/xapi/"):
        await _xapi(scope, receive, send)
    elif scope["path"].startswith("/api/cmi5/"):
        await _cmi5(scope, receive, send)
    else:
        await _pages(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        if kind == "lifespan.shutdown":
            _cmi5.close()
            _xapi.close()
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
