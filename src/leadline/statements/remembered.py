"""Parts of statements that were found right: what comes again is not checked again."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec

REMEMBERED_PARTS = 16_384
LONGEST_REMEMBERED_BYTES = 2_048

_encode = msgspec.json.Encoder().encode

Check = Callable[[Any, str], None]


def remembered(check: Check) -> Check:
    """A check that passes what it has passed before, told by its JSON, in a tenth of the time.

    Only for checks that look at nothing but the value; the field's path is for their message. The
    same agents, verbs and activities come again and again, most of them with every statement."""
    right: set[bytes] = set()

    @wraps(check)
    def checked(value: Any, field: str) -> None:
        text = _encode(value)
        if text in right:
            return
        check(value, field)
        if len(text) <= LONGEST_REMEMBERED_BYTES:
            if len(right) >= REMEMBERED_PARTS:
                right.clear()
            right.add(text)

    return checked
