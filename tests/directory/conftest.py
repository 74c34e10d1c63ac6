from datetime import date

import pytest

from leadline.directory import Directory
from leadline.store import Database


@pytest.fixture
def database(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'leadline.db'}")
    yield database
    database.close()


@pytest.fixture
def directory(database):
    return Directory(database)


@pytest.fixture
def today():
    return date(2026, 7, 1)
