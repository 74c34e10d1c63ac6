"""Eleven thousand video statements of a real platform: every figure computed twice, independently."""

from collections import Counter
from pathlib import Path

import pytest

from leadline.app import App
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.sources.intake import Intake, Taken
from leadline.sources.xapi_file import StatementFile

from .conftest import real
from .independent import Watched, open_ended, records, videos

pytestmark = pytest.mark.xdist_group("real")


@pytest.fixture(scope="module")
def path() -> Path:
    return real("xapi/funmooc_video_11000.jsonl.gz")


def take(app: App, path: Path) -> Taken:
    """Import a file; what became of its records."""
    *_, taken = Intake(app.log).take(StatementFile(path), "funmooc")
    return taken


@pytest.fixture(scope="module")
def lens(app: App, path: Path) -> Lens:
    assert take(app, path) == Taken(received=11_000, accepted=11_000)
    assert take(app, path) == Taken(received=11_000, duplicate=11_000)
    app.refresh()
    return Lens(app, Viewer("ana", Role.ANALYST))


@pytest.fixture(scope="module")
def raw(path: Path) -> dict[str, Watched]:
    return videos(path)


def counts(lens: Lens, name: str, by: str) -> dict[str | None, int | None]:
    return {r.group[by]: r.n for r in lens.measure(name, by=[by]).results}


@pytest.mark.mission("S019")
def test_statements_and_learners_are_those_of_the_file(lens: Lens, path: Path) -> None:
    actors = {record["actor"]["account"]["name"] for record in records(path)}
    (statements,) = lens.measure("statements").results
    (people,) = lens.measure("people").results
    assert statements.estimate == 11_000
    assert people.estimate == people.n == len(actors)


def test_each_verb_is_counted(lens: Lens, path: Path) -> None:
    wanted = Counter(record["verb"]["id"] for record in records(path))
    shown = lens.measure("statements", by=["verb"]).results
    assert {r.group["verb"]: r.estimate for r in shown if r.gate == "ok"} == dict(wanted)


def test_starters_of_every_video(lens: Lens, raw: dict[str, Watched]) -> None:
    shown = {video: n for video, n in counts(lens, "video_starters", "video").items() if n}
    assert len(shown) >= 10
    assert shown == {video: raw[video].starters() for video in shown}


@pytest.mark.mission("S022")
def test_viewers_at_every_second(lens: Lens, raw: dict[str, Watched]) -> None:
    for video in sorted(raw, key=lambda each: -raw[each].starters())[:3]:
        answer = lens.measure("video_viewers", by=["second"], where={"video": video})
        shown = {int(r.group["second"] or 0): r.n for r in answer.results if r.n is not None}
        assert len(shown) > 100
        assert shown == {second: raw[video].viewers_at(second) for second in shown}


def test_open_ended_segments_are_counted_not_watched(app: App, path: Path) -> None:
    events = app.lake.connect(app.lake.snapshot()).table("event")
    assert events.segments_open.sum().to_pyarrow().as_py() == open_ended(path) > 1000
