import pytest
from small_world import World


@pytest.fixture
def small(tmp_path):
    return World(tmp_path)
