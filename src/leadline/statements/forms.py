"""The special data types of xAPI (Data 4): IRIs, UUIDs, language tags, durations, timestamps.

Each `check_…` raises BadStatement with the field's path; each `is_…` answers for one string.
Answers for short strings that come again and again are remembered, in bounded caches.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from leadline.statements.problem import BadStatement

CACHED_ANSWERS = 32_768
LONGEST_CACHED_CHARACTERS = 512
CACHED_STAMPS = 64  # all statements of a batch bear the same one

# Best-effort IRI check, as Data 2.2 allows: a scheme, then at least one character, none of those
# that RFC 3987 forbids everywhere.
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f<>"{}|\\^`]+""")
_UUID = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
_MAILTO = re.compile(r"[Mm][Aa][Ii][Ll][Tt][Oo]:[^\s@:,;<>\x00-\x20]+@[^\s@,;<>\x00-\x20]+")
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
# SHA-2 family in hex: 224, 256, 384 or 512 bits.
_SHA2 = re.compile(r"(?:[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+*-]+(?:\s*;.*)?", re.ASCII)
# RFC 5646 2.1: language, extended language, script, region, variants, extensions, private use;
# or private use alone; or one of the irregular old tags.
_LANGUAGE_TAG = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+"
    r"|i-[a-z]{3,8}|en-gb-oed|sgn-be-fr|sgn-be-nl|sgn-ch-de)",
    re.IGNORECASE,
)
# ISO 8601:2004 4.4.3.2: weeks alone, or at least one component; only the last may have a fraction.
_DURATION = re.compile(
    r"P(?:\d+(?:[.,]\d+)?W"
    r"|(?=.)(?:\d+(?:[.,]\d+(?=Y$))?Y)?(?:\d+(?:[.,]\d+(?=M$))?M)?(?:\d+(?:[.,]\d+(?=D$))?D)?"
    r"(?:T(?=\d)(?:\d+(?:[.,]\d+(?=H$))?H)?(?:\d+(?:[.,]\d+(?=M$))?M)?(?:\d+(?:[.,]\d+)?S)?)?)",
    re.ASCII,
)
# RFC 3339, the whole of it.
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
# What ISO 8601 allows beyond it for a date with a time: no seconds, a comma, the basic format,
# a short offset, none at all.
_ISO8601 = re.compile(
    r"(?:\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
    r"|\d{8}[Tt]\d{4}(?:\d\d(?:[.,]\d+)?)?)"
    r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_NEGATIVE_ZERO = re.compile(r".*-00(?::?00)?", re.ASCII)


class _Remembered(dict[str, bool]):
    """Answers by text; only short texts are kept, so that a sender cannot fill the memory.

    A look-up in a dict costs a third of a call of a cached function, and a statement asks twenty
    times."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern

    def __missing__(self, text: str) -> bool:
        answer = self._pattern.fullmatch(text) is not None
        if len(text) <= LONGEST_CACHED_CHARACTERS:
            if len(self) >= CACHED_ANSWERS:
                self.clear()
            self[text] = answer
        return answer


_iris = _Remembered(_IRI)
_addresses = _Remembered(_MAILTO)
_media_types = _Remembered(_MEDIA_TYPE)
_language_tags = _Remembered(_LANGUAGE_TAG)
_durations = _Remembered(_DURATION)


def is_iri(text: str) -> bool:
    """Whether this is an IRI with a scheme (Data 2.2, 4.3); a relative reference is not."""
    return _iris[text]


def is_uuid(text: str) -> bool:
    """Whether this is a UUID in its standard string form (Data 4.4)."""
    return _UUID.fullmatch(text) is not None


def is_mailto(text: str) -> bool:
    """Whether this is `mailto:` and one e-mail address (Data 2.4.2.3)."""
    return _addresses[text]


def is_sha1(text: str) -> bool:
    """Whether this is a SHA-1 sum in hex."""
    return _SHA1.fullmatch(text) is not None


def is_sha2(text: str) -> bool:
    """Whether this is a SHA-2 sum in hex."""
    return _SHA2.fullmatch(text) is not None


def is_media_type(text: str) -> bool:
    """Whether this is an Internet media type, e.g. `text/plain; charset=ascii`."""
    return _media_types[text]


def is_language_tag(text: str) -> bool:
    """Whether this is a well-formed RFC 5646 language tag (Data 4.2)."""
    return _language_tags[text]


def is_duration(text: str) -> bool:
    """Whether this is an ISO 8601 duration in the format with designators (Data 4.6)."""
    return _durations[text]


def instant(text: str, *, strict: bool) -> datetime | None:
    """The UTC instant that a timestamp names, to the microsecond; None where it is not one.

    strict: RFC 3339 only, as xAPI 2.0 wants. Otherwise any ISO 8601 date with a time; without an
    offset it is taken as UTC. An offset of -00, -0000 or -00:00 is no timestamp (Data 4.5).
    """
    if _RFC3339.fullmatch(text) is None and (strict or _ISO8601.fullmatch(text) is None):
        return None
    if text[-1] not in "Zz" and _NEGATIVE_ZERO.fullmatch(text[10:]) is not None:
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@lru_cache(CACHED_STAMPS)
def stamp(moment: datetime) -> str:
    """An instant as this store writes it: UTC, always six decimals, always 27 characters."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def check_object(value: Any, allowed: frozenset[str], field: str, section: str) -> None:
    """An object that uses no key but those that the specification gives it (Data 2.2)."""
    if type(value) is not dict:
        raise BadStatement(
            field, f"must be an object, but is {kind_of(value)}.", "Send a JSON object.", section
        )
    if not allowed.issuperset(value):
        unknown = next(key for key in value if key not in allowed)
        raise BadStatement(
            f"{field}.{unknown}" if field else unknown,
            "is a key that is not allowed by the specification.",
            f"Leave it out or move it into extensions; allowed are {', '.join(sorted(allowed))}.",
            "Data 2.2",
        )


def check_string(value: Any, field: str, section: str) -> None:
    """A string; xAPI never takes another type in its place (Data 2.2)."""
    if type(value) is not str:
        raise BadStatement(
            field, f"must be a string, but is {kind_of(value)}.", "Send a string.", section
        )


def check_list(value: Any, field: str, section: str) -> None:
    """An array."""
    if type(value) is not list:
        raise BadStatement(
            field, f"must be an array, but is {kind_of(value)}.", "Send an array.", section
        )


def check_iri(value: Any, field: str, section: str) -> None:
    """An IRI, IRL or URI with a scheme (Data 2.2, 4.3)."""
    if type(value) is not str or not _iris[value]:
        raise BadStatement(
            field,
            f"must be an IRI with a scheme, but is {shown(value)}.",
            "Send a full identifier such as https://example.org/thing.",
            section,
        )


def check_uuid(value: Any, field: str, section: str) -> None:
    """A UUID (Data 4.4)."""
    if type(value) is not str or not is_uuid(value):
        raise BadStatement(
            field,
            f"must be a UUID in the standard string form, but is {shown(value)}.",
            "Send 32 hex digits grouped 8-4-4-4-12.",
            section,
        )


def check_language_map(value: Any, field: str, section: str) -> None:
    """A language map: RFC 5646 tags to strings (Data 4.2)."""
    if type(value) is not dict:
        raise BadStatement(
            field,
            f"must be a language map, but is {kind_of(value)}.",
            'Send an object such as {"en": "text"}.',
            section,
        )
    for tag, text in value.items():
        if not _language_tags[tag]:
            raise BadStatement(
                f"{field}.{tag}",
                "is not an RFC 5646 language tag.",
                "Use a tag such as en, en-US or sr-Latn-RS.",
                "Data 4.2",
            )
        check_string(text, f"{field}.{tag}", "Data 4.2")


def check_extensions(value: Any, field: str) -> None:
    """Extensions: IRIs to any value at all, null included (Data 4.1)."""
    if type(value) is not dict:
        raise BadStatement(
            field, f"must be an object, but is {kind_of(value)}.", "Send a map.", "Data 4.1"
        )
    for key in value:
        if not _iris[key]:
            raise BadStatement(
                f"{field}.{key}",
                "is a key of an extensions map, and those must be IRIs.",
                "Use a full IRI as the key.",
                "Data 4.1",
            )


def check_instant(value: Any, field: str, *, strict: bool) -> datetime:
    """A timestamp; gives the instant."""
    moment = instant(value, strict=strict) if type(value) is str else None
    if moment is None:
        raise BadStatement(
            field,
            f"must be {'an RFC 3339' if strict else 'an ISO 8601'} timestamp without the "
            f"offset -00:00, but is {shown(value)}.",
            "Send e.g. 2026-11-23T15:24:33.123Z.",
            "Data 4.5",
        )
    return moment


def kind_of(value: Any) -> str:
    """A JSON value's type, in JSON's word."""
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", list: "an array", dict: "an object"}
    return names.get(type(value), "a number")


def shown(value: Any) -> str:
    """A JSON value as an error message may show it: strings shortened, others by their type."""
    return f"“{value[:80]}”" if isinstance(value, str) else kind_of(value)
