"""Where a unit is launched from (13.1.4): absolute, or a file of the package."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from leadline.cmi5.problem import BadPackage

RESERVED = frozenset({"endpoint", "fetch", "actor", "registration", "activityId"})
"""The names that a launch adds to a unit's query (8.1)."""

# What RFC 1738 and its successor RFC 3986 both let stand in a URL; brackets only in a host.
_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\[\]-]|%[0-9A-Fa-f]{2})*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# An address of these schemes would run as, or read, something of the pages that open it.
_RUNNING = frozenset(
    {"javascript", "vbscript", "data", "blob", "filesystem", "file", "about", "view-source"}
)


def is_absolute(url: str) -> bool:
    """Whether a URL begins with a scheme."""
    return _SCHEME.match(url) is not None


def check_url(url: str, field: str) -> None:
    """Refuse what is no well-formed URL or would collide with the launch.

    field: how to call it in the message. Raises BadPackage."""
    address, _, fragment = url.partition("#")
    if not (_CHARACTERS.fullmatch(address) and _CHARACTERS.fullmatch(fragment)):
        raise _malformed(field, url, "it holds a character that a URL may not hold")
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as problem:
        raise _malformed(field, url, "its host or port cannot be read") from problem
    if "[" in parts.path + parts.query + fragment or "]" in parts.path + parts.query + fragment:
        raise _malformed(field, url, "brackets may stand in a host only")
    if is_absolute(url):
        _check_absolute(url, field, host)
    elif parts.netloc or url.startswith("//"):
        raise _malformed(field, url, "it has a host but no scheme")
    taken = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} & RESERVED
    if taken:
        raise BadPackage(
            field,
            f"its query has {', '.join(sorted(taken))}, which the launch itself adds.",
            "Give the parameter another name.",
            "8.1",
        )


def file_of(url: str) -> str | None:
    """The path inside the package that a relative URL names; None where it names none.

    Dot segments and escapes are resolved; what would leave the package names nothing."""
    path = unquote(urlsplit(url).path)
    if path.startswith("/") or path.endswith("/"):
        return None
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or None


def _check_absolute(url: str, field: str, host: str | None) -> None:
    scheme, _, rest = url.partition(":")
    if scheme.lower() in _RUNNING:
        raise BadPackage(
            field,
            f"a URL of the scheme {scheme} would act on the pages that launch it.",
            "Use https, or the scheme of the application that plays the unit.",
            "13.1.4",
        )
    if not rest.startswith("//"):
        raise _malformed(field, url, "two slashes must follow the scheme")
    if scheme.lower() in ("http", "https") and not host:
        raise _malformed(field, url, "it names no host")


def _malformed(field: str, url: str, why: str) -> BadPackage:
    return BadPackage(
        field,
        f"“{url[:200]}” is no well-formed URL: {why}.",
        "Write it as RFC 1738 has it; escape other characters, e.g. a space as %20.",
        "13.1.4",
    )
