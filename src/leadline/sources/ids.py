"""Statement ids that come out the same each time, so that an import may be repeated."""

import hashlib
import uuid

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:leadline:statement").bytes


def derived_id(source: str, content: bytes) -> str:
    """The version 5 UUID (RFC 9562 §5.5) of what a source says.

    content: the statement without id as canonical JSON, or the key of a table's row. Two records
    that a source writes alike to the last character are one statement."""
    digest = hashlib.sha1(NAMESPACE + source.encode() + b"|" + content, usedforsecurity=False)
    text = digest.hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"
