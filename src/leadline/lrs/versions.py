"""Which of the two specifications a request speaks (xAPI 1.0.3 Communication 3.3; 2.0 4.1.6.1)."""

import re
from enum import StrEnum
from functools import lru_cache

from leadline.lrs.message import Request
from leadline.lrs.refusals import Refusal

HEADER = "x-experience-api-version"
SPOKEN = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
REMEMBERED_SPELLINGS = 256
_FIRST = re.compile(r"1\.0(\.\d+)?")
_SECOND = re.compile(r"2\.0(\.\d+)?")


class Version(StrEnum):
    """A family of versions, by the one that replies name."""

    FIRST = "1.0.3"
    SECOND = "2.0.0"


NEWEST = Version.SECOND


def spoken_by(request: Request) -> Version | None:
    """The version that the request's header asks for; None where it is missing or not ours."""
    return _family(request.headers.get(HEADER, "").strip())


@lru_cache(maxsize=REMEMBERED_SPELLINGS)
def _family(asked: str) -> Version | None:
    if _FIRST.fullmatch(asked):
        return Version.FIRST
    return Version.SECOND if _SECOND.fullmatch(asked) else None


def negotiate(request: Request) -> Version:
    """The version to answer in. Raises Refusal (400) where the header is missing or not ours."""
    version = spoken_by(request)
    if version is None:
        asked = request.headers.get(HEADER)
        reason = "the header is missing." if asked is None else f"{asked!r} is not supported."
        raise Refusal(
            400,
            "X-Experience-API-Version",
            reason,
            f"Send one of {', '.join(SPOKEN)}.",
            "Comm 3.3",
        )
    return version
