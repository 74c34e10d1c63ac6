from datetime import date

import pytest

from leadline.directory import Directory


@pytest.fixture
def directory(database):
    return Directory(database)


@pytest.fixture
def today():
    return date(2026, 7, 1)
