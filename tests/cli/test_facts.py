"""`leadline facts`, as somebody types it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leadline.cli import main
from story.world import World


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Ben has completed a course, and no refresh has seen it."""
    world = World(tmp_path)
    monkeypatch.setenv("LEADLINE_HOME", str(world.app.settings.home))
    world.person("ben", unit="Org/North")
    world.completes("ben", "course/fire", assigned="2026-03-01", done="2026-03-05")
    world.flush()
    yield world
    world.close()


def run(*words: str) -> Result:
    done = CliRunner().invoke(main, ["facts", *words])
    assert done.exit_code == 0, done.output
    return done


def completed(world: World) -> list[bool]:
    cycles = world.app.lake.connect().table("cycle").to_pyarrow().to_pylist()
    return [cycle["completed_at"] is not None for cycle in cycles]


def test_a_refresh_says_what_it_took_in_and_repeating_takes_in_nothing(told):
    head = told.app.log.head()
    first = json.loads(run("refresh", "--json").stdout)
    assert first.keys() == {"mark", "statements", "people", "seconds", "rebuilt"}
    assert (first["mark"], first["statements"], first["people"]) == (head, head, 1)
    assert completed(told) == [True]
    again = json.loads(run("refresh", "--json").stdout)
    assert (again["mark"], again["statements"], again["people"]) == (head, 0, 0)


def test_a_rebuild_takes_in_everything_again(told):
    run("refresh")
    done = json.loads(run("rebuild", "--json").stdout)
    assert done["rebuilt"] and done["statements"] == told.app.log.head()
    assert completed(told) == [True]
    assert run("rebuild").stdout.startswith(f"rebuilt: {told.app.log.head()} statements")
