"""GET /about: what this store speaks, to anyone who asks (Communication 2.8)."""

import msgspec

from leadline.lrs.message import JSON, Request, Response
from leadline.lrs.refusals import bad_parameter
from leadline.lrs.versions import SPOKEN

BODY = msgspec.json.encode({"version": list(SPOKEN), "extensions": {}})


def get(request: Request) -> Response:
    """The versions spoken. Raises Refusal (400) for any parameter."""
    if request.query:
        name = request.query.partition("=")[0]
        raise bad_parameter(name, "it is not a parameter here.", "Leave it out.", "Comm 2.8")
    return Response(200, {"content-type": JSON}, BODY)
