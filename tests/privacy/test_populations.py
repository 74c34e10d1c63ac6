"""Questions through one lens share the rows they are about; their answers do not show it."""

import gc

import pytest

from leadline.privacy import measuring
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from story.world import World

ANALYST = Viewer("dov", Role.ANALYST)
FIRE, FORK = "course/fire", "course/forklift"
ASKED = [
    {},
    {"by": ("course",)},
    {"by": ("course", "unit")},
    {"by": ("unit",)},
    {"where": {"unit": "Org/North"}},
    {"by": ("month",)},
    {"by": ("course",), "where": {"month": "2026-03"}},
    {"where": {"unit": "Org/South"}, "by": ("month",)},
]


@pytest.fixture
def org(tmp_path):
    """Forty in North, of whom ten finish; thirty in South, who all do; forklift a month later."""
    org = World(tmp_path)
    north = org.people("ben", 40, unit="Org/North")
    south = org.people("cleo", 30, unit="Org/South")
    for login in [*north, *south]:
        done = "2026-03-05" if login in {*north[:10], *south} else None
        org.completes(login, FIRE, assigned="2026-03-02", done=done)
        org.completes(login, FORK, assigned="2026-04-02", done="2026-04-03")
    org.refresh()
    yield org
    org.close()


def shown(lens, asked):
    answer = lens.measure("completion_rate", **asked)
    return [(r.group, r.estimate, r.n, r.gate) for r in answer.results], answer.coverage


def afresh(org):
    """A lens that cannot know what another one was told."""
    vars(org.app).pop("kept", None)
    return org.lens(ANALYST)


@pytest.mark.parametrize("turned", [False, True], ids=["in order", "backwards"])
def test_what_was_asked_before_changes_no_answer(org, turned):
    one = afresh(org)
    for asked in reversed(ASKED) if turned else ASKED:
        together = shown(one, asked)
        assert together == shown(afresh(org), asked)
        assert together[0]
    assert shown(one, {})[0] == [({}, pytest.approx(110 / 140), 70, "ok")]


def temporary_tables(lens):
    counted = "SELECT count(*) FROM duckdb_tables() WHERE temporary"
    return lens._connection.con.execute(counted).fetchall()[0][0]


def test_only_so_many_are_held_and_none_when_the_lens_is_gone(org, monkeypatch):
    monkeypatch.setattr(measuring, "POPULATIONS_MAX", 2)
    lens = afresh(org)
    for asked in ASKED:
        shown(lens, asked)
    assert temporary_tables(lens) == 2
    gc.disable()  # it must not take a collection of cycles, which may be long in coming
    try:
        held = Lens(org.app, ANALYST)
        held._connection = lens._connection
        shown(held, {"by": ("quarter",)})
        assert temporary_tables(lens) == 3
        del held
        assert temporary_tables(lens) == 2
    finally:
        gc.enable()
