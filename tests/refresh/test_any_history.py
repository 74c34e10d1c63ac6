"""Any cut of any small history into refreshes, killed or not, equals one rebuild, fact by fact."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import COURSE, TALLY, World, killed_at

from leadline.facts import catalogue
from leadline.refresh import schemas

EXAMPLES = 6
NAMES = ("ana", "ben", "desk")
IDS = [f"00000000-0000-4000-8000-{n:012d}" for n in range(8)]
TYPES = "http://adlnet.gov/expapi/activities/"
VIDEO = "https://w3id.org/xapi/video/"
ASKED = {"id": "https://lms.example.org/q/1", "definition": {"type": TYPES + "cmi.interaction"}}
TEST = {"id": "https://lms.example.org/t/1", "definition": {"type": TYPES + "assessment"}}
FILM = {
    "id": "https://lms.example.org/v/1",
    "definition": {"type": VIDEO + "activity-type/video", "name": {"en": "Film"}},
}
UNTYPED = {"id": FILM["id"]}
SEGMENTS = ("0[.]0.1[,]0[.]0.1", "0.1[.]0.3[,]0.2[.]9", "0.7[.]9.9[,]0[.]0.1", "9[.]", "0-x", "")


def video(verb, **extensions):
    result = {"extensions": {f"{VIDEO}extensions/{k}": v for k, v in extensions.items()}}
    return (f"{VIDEO}verbs/{verb}", FILM, result)


PLAIN = [(verb, COURSE, {}) for verb in ("registered", "experienced", "completed")]
TRIES = [
    ("initialized", TEST, {}),
    ("passed", TEST, {"score": {"scaled": 0.7}, "success": True}),
    ("failed", TEST, {"score": {"raw": 1, "min": 0, "max": 3}, "duration": "PT0.1S"}),
    ("answered", ASKED, {"success": False}),
    ("terminated", {"id": "https://lms.example.org/p/1"}, {"duration": "PT20.3S"}),
]
PLAYS = st.one_of(
    st.builds(lambda at: video("played", time=at), st.sampled_from([0.1, 0.7, 30.0])),
    st.builds(lambda at: video("paused", time=at), st.sampled_from([0.3, 60.1])),
    st.builds(
        lambda at, parts, rate: video(
            "seeked", **{"time-from": at, "played-segments": parts, "speed": rate}
        ),
        st.sampled_from([9.9, 0.1]),
        st.sampled_from(SEGMENTS),
        st.sampled_from(["1x", "1.3x"]),
    ),
    st.just((f"{VIDEO}verbs/played", UNTYPED, {})),
)

says = st.tuples(
    st.just("say"),
    st.sampled_from(NAMES),
    st.sampled_from([*IDS, *[None] * 8]),  # the same id again: a duplicate, or a conflict
    st.integers(0, 5),  # minute: statements come late, out of order and at one instant
    st.sampled_from(["s1", "s2"]),  # video session
    st.one_of(st.sampled_from([*PLAIN, *TRIES]), PLAYS, PLAYS),
)
voids = st.tuples(st.just("void"), st.sampled_from(IDS))  # perhaps before its target
claims = st.tuples(st.just("claim"), st.sampled_from(["E1", "E2"]), st.sampled_from(NAMES))
kills = st.tuples(st.just("kill"), st.integers(0, 15))
refreshes = st.just(("refresh",))
histories = st.lists(
    st.one_of(says, says, says, says, says, voids, claims, kills, refreshes), max_size=30
)


def live(world, history):
    owner = {}
    for what, *how in history:
        if what == "say":
            name, id, minute, session, (verb, about, result) = how
            context = {
                "contextActivities": {"parent": [{"id": COURSE["id"]}]},
                "extensions": {f"{VIDEO}extensions/session-id": session},
            }
            if about is ASKED:
                context["contextActivities"]["parent"] = [{"id": TEST["id"]}]
                context["contextActivities"]["grouping"] = [{"id": COURSE["id"]}]
            world.say(name, verb, about=about, minute=minute, id=id, context=context, result=result)
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


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_refreshes_equal_a_rebuild(history):
    with tempfile.TemporaryDirectory() as folder:
        facts = {**catalogue(), "tally": TALLY}
        tables = {**schemas(), "tally": TALLY.schema().to_pyarrow()}
        world = World(Path(folder), facts=facts, schemas=tables)
        live(world, history)
        world.refresh()
        assert world.coherent()
        refreshed = world.visible()
        world.rebuild()
        assert world.visible() == refreshed
        world.database.close()
