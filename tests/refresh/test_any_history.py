"""Any cut of any small history into refreshes, killed or not, equals one rebuild."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import COURSE, World, killed_at

NAMES = ("ana", "ben", "desk")
ABOUT = (COURSE, {"id": "https://lms.example.org/p/1"}, {"id": COURSE["id"]})
IDS = [f"00000000-0000-4000-8000-{n:012d}" for n in range(6)]

says = st.tuples(
    st.just("say"),
    st.sampled_from(NAMES),
    st.sampled_from(IDS),  # the same id again: a duplicate, or a conflict, never a second event
    st.integers(0, 5),  # minute: statements come late and out of order
    st.sampled_from(ABOUT),
    st.sampled_from(["registered", "experienced", "completed"]),
)
voids = st.tuples(st.just("void"), st.sampled_from(IDS))  # perhaps before its target
claims = st.tuples(st.just("claim"), st.sampled_from(["E1", "E2"]), st.sampled_from(NAMES))
kills = st.tuples(st.just("kill"), st.integers(0, 9))
refreshes = st.just(("refresh",))
histories = st.lists(st.one_of(says, says, says, voids, claims, kills, refreshes), max_size=14)


def live(world, history):
    owner = {}
    for what, *how in history:
        if what == "say":
            name, id, minute, about, verb = how
            parent = {"context": {"contextActivities": {"parent": [{"id": COURSE["id"]}]}}}
            world.say(name, verb, about=about, minute=minute, id=id, **parent)
        elif what == "void":
            world.void(how[0])
        elif what == "claim":
            person, name = how
            if owner.setdefault(name, person) == person:
                world.claim(*how)
        elif what == "kill":
            with killed_at(how[0]):
                world.refresh()
        else:
            world.refresh()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_refreshes_equal_a_rebuild(history):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        live(world, history)
        world.refresh()
        assert world.coherent()
        refreshed = world.visible()
        world.rebuild()
        assert world.visible() == refreshed
        world.database.close()
