import pytest

from .world import DATA, World, real


@pytest.fixture
def world(tmp_path, database_url):
    world = World(tmp_path, database_url)
    yield world
    world.database.close()


@pytest.fixture
def funmooc():
    return real(DATA / "xapi/funmooc_video_11000.jsonl.gz")


@pytest.fixture
def oulad_folder():
    return real(DATA / "oulad")
