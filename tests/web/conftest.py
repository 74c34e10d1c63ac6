"""Django for the pages' tests: a home of its own, one planted world for all of them."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_preset = os.environ.get("LEADLINE_HOME")
os.environ["LEADLINE_HOME"] = _preset or tempfile.mkdtemp(prefix="leadline-web-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.settings")
# Playwright keeps an event loop in the thread of the tests; Django would refuse its database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django  # noqa: E402

Path(os.environ["LEADLINE_HOME"]).mkdir(parents=True, exist_ok=True)
django.setup()
if _preset is None:  # the settings are read; other tests must not find this home
    del os.environ["LEADLINE_HOME"]

import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from leadline.accounts.start import make_tables  # noqa: E402
from story.world import World  # noqa: E402
from web import planted  # noqa: E402


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The planted world, which the pages serve for as long as the tests run."""
    folder = tmp_path_factory.mktemp("house")
    database = settings.DATABASES["default"] | {"NAME": str(folder / "logins.db")}
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        _use(database)
        make_tables()
        world = planted.plant(folder)
        planted.logins(world)
        with override_settings(LEADLINE=world.app):
            yield world
        world.close()


def _use(database: dict[str, object]) -> None:
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict.update(database)


@pytest.fixture
def sign_in(house: World):
    """A client that is signed in as one of the planted logins."""

    def signed_in(login: str) -> Client:
        client = Client(SERVER_NAME="localhost")
        assert client.login(username=login, password=planted.PASSWORD)
        return client

    return signed_in
