"""Django for the tests of commands: one home folder for the run."""

import os
import tempfile

os.environ.setdefault("LEADLINE_HOME", tempfile.mkdtemp(prefix="leadline-cli-"))

from leadline.accounts.start import make_tables, start

start()

import pytest  # noqa: E402
from django.db import connections  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def own_logins(tmp_path_factory: pytest.TempPathFactory):
    """Logins of this module's own, whatever other tests of this process have made before."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    _use(str(tmp_path_factory.mktemp("logins") / "logins.db"))
    make_tables()
    yield
    _use(before)


def _use(name: str) -> None:
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name
