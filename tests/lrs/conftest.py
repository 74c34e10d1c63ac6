import pytest

from leadline.lrs.call import Parts
from leadline.store import Credentials, Database, Log, Sources

from .world import HOME, Player


@pytest.fixture
def parts(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'log.db'}")
    yield Parts(Log(database), Sources(database), Credentials(database), HOME)
    database.close()


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
