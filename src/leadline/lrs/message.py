"""What comes in and what goes out: two frozen values, so that the protocol needs no socket."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request below the endpoint.

    path: below the endpoint, e.g. `/statements`; query: raw, without `?`; headers: names in
    lower case; base: path under which the endpoint stands, for links such as `more`."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base: str = "/xapi"

    @property
    def media_type(self) -> str:
        """Type of the body in lower case, without parameters; empty where none was named."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def adding(self, headers: Mapping[str, str]) -> "Response":
        """The same response with more headers; those it has already stay as they are."""
        return replace(self, headers={**headers, **self.headers})


def etag_of(content: bytes) -> str:
    """The quoted SHA-1 of a body (Communication 3.1)."""
    return f'"{hashlib.sha1(content, usedforsecurity=False).hexdigest()}"'
