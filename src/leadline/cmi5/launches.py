"""What a launch hands over: LMS.LaunchData (section 10) and the launch URL (section 8.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import msgspec

from leadline.cmi5 import terms
from leadline.cmi5.course import Course, Unit
from leadline.cmi5.records import Registration
from leadline.cmi5.rules import Launched
from leadline.cmi5.speech import around_of
from leadline.cmi5.terms import Mode

Json = dict[str, Any]


@dataclass(frozen=True)
class Manner:
    """How a unit is to be launched.

    return_url: where the unit sends the learner in the end; launch_parameters: in place of the
    structure's; languages: tags in the learner's order, and audio, for a learner who has told no
    preferences yet (11)."""

    mode: Mode = "Normal"
    return_url: str | None = None
    launch_parameters: str | None = None
    languages: tuple[str, ...] = ()
    audio: str = "on"


@dataclass(frozen=True)
class Addresses:
    """The public addresses of this LMS, without a slash at the end.

    home: of the site, and home page of the accounts that vouch; endpoint: of the record store;
    fetch: what a fetch URL begins with, and the token follows after a slash; content: where
    course content is served."""

    home: str
    endpoint: str
    fetch: str
    content: str


def template(course: Course, unit: Unit, session: str, registration: str) -> Json:
    """The contextTemplate (10.2.1): what every statement of the unit must hold.

    Beyond what cmi5 asks for it names the registration and where the unit belongs."""
    activities = [unit.publisher_id, *(around.lms_id for around in around_of(course, unit))]
    return {
        "registration": registration,
        "contextActivities": {"grouping": [{"id": activity} for activity in activities]},
        "extensions": {terms.SESSION: session},
    }


def launch_data(unit: Unit, context: Json, manner: Manner) -> Json:
    """The document LMS.LaunchData (10.2). context: the contextTemplate."""
    told = unit.unit
    data: Json = {"contextTemplate": context, "launchMode": manner.mode, "moveOn": told.move_on}
    parameters = told.launch_parameters
    if manner.launch_parameters is not None:
        parameters = manner.launch_parameters
    if parameters is not None:
        data["launchParameters"] = parameters
    if told.mastery_score is not None:
        data["masteryScore"] = float(told.mastery_score)
    if manner.return_url is not None:
        data["returnURL"] = manner.return_url
    if told.entitlement_key is not None:
        data["entitlementKey"] = {"courseStructure": told.entitlement_key}
    return data


def laid_down(enrolled: Registration, course: Course, unit: Unit, data: Json) -> Launched:
    """What the rules of a session go by. data: its launch data."""
    context = data["contextTemplate"]
    return Launched(
        session=context["extensions"][terms.SESSION],
        registration=enrolled.id,
        actor=enrolled.actor,
        activity=unit.lms_id,
        publisher_id=unit.publisher_id,
        ours=course.lms_id.rpartition("/")[0] + "/",
        mode=data["launchMode"],
        template=context,
        mastery=data.get("masteryScore"),
    )


def launch_url(address: str, parameters: Mapping[str, str]) -> str:
    """A unit's address with the launch parameters after its own query (8.1)."""
    parts = urlsplit(address)
    added = urlencode(parameters, quote_via=quote, safe="")
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(query=query))


def preferences(manner: Manner) -> bytes:
    """The document cmi5LearnerPreferences (11) for a learner who has none."""
    return msgspec.json.encode(
        {"languagePreference": ",".join(manner.languages), "audioPreference": manner.audio}
    )
