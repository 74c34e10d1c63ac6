"""How much one credential may send: so many requests and so many statements a minute.

A bucket of tokens each: it holds what a minute allows, so that a burst is met at once, and fills up
evenly. Buckets live in this process: a house of several processes lets through so many times as
much."""

import math
import threading
import time
from collections.abc import Callable
from typing import Literal

from leadline.config import Settings
from leadline.lrs.refusals import Refusal
from leadline.store import Credential

REQUESTS_A_MINUTE = Settings.requests_per_minute
STATEMENTS_A_MINUTE = Settings.statements_per_minute
BUCKETS_LIMIT_COUNT = 10_000
SECONDS_A_MINUTE = 60

Kind = Literal["requests", "statements"]


class Limits:
    """The buckets of all credentials. clock: seconds that never go back."""

    def __init__(
        self,
        requests_a_minute: int = REQUESTS_A_MINUTE,
        statements_a_minute: int = STATEMENTS_A_MINUTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = requests_a_minute
        self._statements = statements_a_minute
        self._clock = clock
        # By key: tokens, and when they were counted.
        self._buckets: dict[Kind, dict[str, tuple[float, float]]] = {
            "requests": {},
            "statements": {},
        }
        self._lock = threading.Lock()

    def take_request(self, credential: Credential) -> None:
        """Count one request. Raises Refusal (429) where it is one too many for now."""
        self._take(credential.key, "requests", 1, credential.requests_a_minute or self._requests)

    def take_statements(self, credential: Credential, count: int) -> None:
        """Count the statements of a request, good or bad.

        Raises Refusal: 429 where they are too many for now, 413 where a whole minute would not
        hold them."""
        allowed = credential.statements_a_minute or self._statements
        if count > allowed:
            raise Refusal(
                413,
                "body",
                f"it holds {count} statements; these credentials may send {allowed} a minute.",
                f"Send batches of {allowed} at most.",
                "RFC 9110 15.5.14",
            )
        self._take(credential.key, "statements", count, allowed)

    def _take(self, key: str, kind: Kind, count: int, allowed: int) -> None:
        buckets, now = self._buckets[kind], self._clock()
        with self._lock:
            tokens, at = buckets.get(key) or (allowed, now)
            tokens = min(allowed, tokens + (now - at) * allowed / SECONDS_A_MINUTE)
            if tokens >= count:
                buckets[key] = (tokens - count, now)
                if len(buckets) > BUCKETS_LIMIT_COUNT:
                    buckets.clear()
                return
        wait = max(1, math.ceil((count - tokens) * SECONDS_A_MINUTE / allowed))
        raise Refusal(
            429,
            "Authorization",
            f"these credentials may send {allowed} {kind} a minute, and have.",
            f"Send the same request again in {wait} seconds.",
            "RFC 6585 4",
            (("retry-after", str(wait)),),
        )
