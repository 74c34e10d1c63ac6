import pytest

from .campus import Campus


@pytest.fixture
def campus(database, tmp_path):
    """An LMS of the test's own, on SQLite and on PostgreSQL."""
    return Campus(database, tmp_path / "courses")
