"""Real data beside the repository; whoever does not have it skips these tests with the reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.app import App, build
from leadline.config import Settings

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def real(relative: str) -> Path:
    """A file or folder of the shared data. Skips where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"shared/data/{relative} is not beside this checkout")
    return path


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An empty installation."""
    built = build(Settings(home=tmp_path_factory.mktemp("real")))
    yield built
    built.database.close()
