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
        self._buckets: dict[tuple[str, Kind], tuple[float, float]] = {}  # tokens, and when
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
        a_second = allowed / SECONDS_A_MINUTE
        now = self._clock()
        with self._lock:
            if len(self._buckets) >= BUCKETS_LIMIT_COUNT:
                self._buckets.clear()
            tokens, at = self._buckets.get((key, kind), (allowed, now))
            tokens = min(allowed, tokens + (now - at) * a_second)
            enough = tokens >= count
            self._buckets[key, kind] = (tokens - count if enough else tokens, now)
        if not enough:
            wait = max(1, math.ceil((count - tokens) / a_second))
            raise Refusal(
                429,
                "Authorization",
                f"these credentials may send {allowed} {kind} a minute, and have.",
                f"Send the same request again in {wait} seconds.",
                "RFC 6585 4",
                (("retry-after", str(wait)),),
            )
