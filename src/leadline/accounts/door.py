"""Signing in, with a brake on guessing."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from django.contrib.auth import authenticate, login
from django.http import HttpRequest

from leadline.accounts.models import User

TRIES_MAX = 5
PAUSE_SECONDS = 300
REMEMBERED_MAX = 10_000  # an attacker who invents logins must not fill our memory


class TooManyTries(Exception):
    """Too many wrong passwords for one login from one address; wait before the next try."""


class Brake:
    """Counts wrong passwords by key and stops after `TRIES_MAX` within `PAUSE_SECONDS`.

    Kept in the memory of one web process: a restart forgets, a second process counts anew."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Raise TooManyTries while `key` has to wait."""
        with self._lock:
            if len(self._recent(key)) >= TRIES_MAX:
                raise TooManyTries(f"Wait {PAUSE_SECONDS // 60} minutes and try again.")

    def wrong(self, key: str) -> None:
        """Remember a wrong password for `key`."""
        with self._lock:
            self._wrong[key] = [*self._recent(key), self._clock()][-TRIES_MAX:]
            self._wrong.move_to_end(key)
            while len(self._wrong) > REMEMBERED_MAX:
                self._wrong.popitem(last=False)

    def right(self, key: str) -> None:
        """Forget the wrong tries of `key`."""
        with self._lock:
            self._wrong.pop(key, None)

    def _recent(self, key: str) -> list[float]:
        since = self._clock() - PAUSE_SECONDS
        return [at for at in self._wrong.get(key, []) if at > since]


_brake = Brake()


def enter(request: HttpRequest, name: str, password: str) -> User | None:
    """Sign in and start a session; None where login and password do not belong together.

    Raises TooManyTries, also for the right password, while the login has to wait."""
    address = request.META.get("REMOTE_ADDR", "")
    key = f"{name.casefold()}\0{address}"
    _brake.check(key)
    user = authenticate(request, username=name, password=password)
    if user is None:
        _brake.wrong(key)
        return None
    _brake.right(key)
    login(request, user)
    return user
