import pytest

from leadline.lrs.call import Parts
from leadline.store import Credentials, Database, Log, Sources
from leadline.store.documents import Documents

from .papers import DRAWERS, state
from .world import HOME, Player


@pytest.fixture
def parts(request, tmp_path):
    """The endpoint's parts on SQLite; with `both_databases`, on PostgreSQL too."""
    if "database" in request.fixturenames:
        yield parts_on(request.getfixturevalue("database"))
        return
    database = Database.open(f"sqlite:///{tmp_path / 'log.db'}")
    yield parts_on(database)
    database.close()


@pytest.fixture
def both_databases(database):
    """Ask for this, and the test runs on SQLite and on PostgreSQL."""


def parts_on(database):
    return Parts(Log(database), Documents(database), Sources(database), Credentials(database), HOME)


@pytest.fixture
def join(parts):
    """Make a player: join("lms", scopes, version)."""

    def made(source="lms", scopes=("all",), version="1.0.3"):
        credential, secret = parts.credentials.create(source, scopes)
        return Player(parts, credential.key, secret, version)

    return made


@pytest.fixture
def player(join, request):
    return join(version=getattr(request, "param", "1.0.3"))


@pytest.fixture
def drawer(request, player):
    """One of the three document resources, in a context about Ben, ladders, or both."""
    return DRAWERS[request.param](player)


@pytest.fixture
def papers(player):
    """Ben's state in ladders."""
    return state(player)
