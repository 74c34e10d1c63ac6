"""GET /agents and GET /activities: one agent or activity with all that may be said of it."""

from typing import Any

import msgspec

from leadline.lrs.access import MAY_LOOK_UP, check_scope
from leadline.lrs.call import Call
from leadline.lrs.message import JSON, Response, etag_of
from leadline.lrs.parameters import agent_object, iri, parameters
from leadline.lrs.refusals import bad_parameter


def person(call: Call) -> Response:
    """The Person of an agent (Communication 2.4): what the request itself says of it.

    Other identifiers of the same person are known to the directory, but who someone is passes the
    lens only, and a credential has no purpose and no place there."""
    asked = agent_object("agent", _only(call, "agent", "Comm 2.4"), call.version)
    named = {name: [value] for name, value in asked.items() if name != "objectType"}
    return _shown({"objectType": "Person"} | named)


def activity(call: Call) -> Response:
    """The activity with its merged definition (Communication 2.5), if there is one."""
    asked = iri("activityId", _only(call, "activityId", "Comm 2.5"), call.version)
    found: dict[str, Any] = {"objectType": "Activity", "id": asked}
    definition = call.parts.log.definitions([asked]).get(asked)
    return _shown(found if definition is None else found | {"definition": definition})


def _only(call: Call, name: str, section: str) -> str:
    """The one parameter of the request."""
    check_scope(call.credential, MAY_LOOK_UP)
    named = parameters(call.request, frozenset({name}))
    if name not in named:
        raise bad_parameter(name, "it is missing.", f"Name the {name}.", section)
    return named[name]


def _shown(value: dict[str, Any]) -> Response:
    body = msgspec.json.encode(value)
    return Response(200, {"content-type": JSON, "etag": etag_of(body)}, body)
