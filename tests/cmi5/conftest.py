"""What the tests of cmi5 share: libraries of their own, on both databases."""

from pathlib import Path

import pytest

from leadline.cmi5.library import Library
from leadline.store import Database

from .campus import Campus
from .packages import Packages


@pytest.fixture
def library(database: Database, tmp_path: Path) -> Library:
    """An empty library, on each database product."""
    return Packages.library(database, tmp_path / "courses")


@pytest.fixture
def one_library(tmp_path: Path):
    """An empty library on SQLite, for what is the same on every database."""
    database = Database.open(f"sqlite:///{tmp_path / 'one.db'}")
    yield Packages.library(database, tmp_path / "courses")
    database.close()


@pytest.fixture
def campus(database: Database, tmp_path: Path) -> Campus:
    """An LMS of the test's own, on each database product."""
    return Campus(database, tmp_path / "courses")


@pytest.fixture
def one_campus(tmp_path: Path):
    """An LMS on SQLite, for what is the same on every database."""
    database = Database.open(f"sqlite:///{tmp_path / 'one.db'}")
    yield Campus(database, tmp_path / "courses")
    database.close()
