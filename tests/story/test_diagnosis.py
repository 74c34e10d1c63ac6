"""From a red figure to its cause: the question, the content, or nobody having seen it."""

import pytest

from leadline.curriculum import Link
from leadline.events import vocabulary as words
from leadline.insights import findings
from leadline.metrics.linkage import Verdict, verdict
from leadline.privacy.viewer import Role
from story.world import iri

TEST, COURSE = "assessment/final", "course/fire"
LENGTH = f"{words.LENGTH}"


def sits(world, login, given):
    """Somebody takes the test: question -> right or not; options a (the key) and b."""
    options = {name: ("a" if right else "b", right) for name, right in given.items()}
    world.answers(login, TEST, options, at="2026-03-03 10:00", course=COURSE)
    world.attempts(login, TEST, passed=True, score=0.7, at="2026-03-03 10:30", course=COURSE)


def others(able):
    """Nine questions of rising difficulty, right up to how able somebody is (0 to 9)."""
    return {f"q{n}": able >= n for n in range(1, 10)}


def broken(world, people=120):
    world.people("ben", people, unit="Org/North")
    for n in range(people):
        able = n % 10
        sits(world, f"ben{n + 1}", others(able) | {"last": able < 5})


def sound(world, people=120):
    world.people("ben", people, unit="Org/North")
    for n in range(people):
        able = n % 10
        sits(world, f"ben{n + 1}", others(able) | {"last": able >= 5})


@pytest.mark.mission("S066")
def test_the_question_with_the_wrong_key_is_named(world):
    broken(world)
    lens = world.lens(Role.TRAINING_LEAD)
    asked = {q.question: q for q in lens.questions(iri(TEST))[iri(TEST)].questions}
    last = asked[iri("question/last")]
    assert last.judged.suspect == "b"
    assert verdict(last, ()) is Verdict.ITEM_DEFECT
    (found,) = [f for f in findings(lens) if f.insight == "broken_question"]
    assert "Last" in found.sentence and "120 people" in found.sentence
    assert found.about == iri(TEST)


def test_in_the_null_twin_no_question_is_called_broken(world):
    sound(world)
    lens = world.lens(Role.TRAINING_LEAD)
    assert not [f for f in findings(lens) if f.insight == "broken_question"]


@pytest.mark.mission("S067")
@pytest.mark.parametrize(("helps", "said"), [(True, Verdict.NOT_SEEN), (False, Verdict.NOT_TAUGHT)])
def test_whether_the_content_teaches_it(world, helps, said):
    """640 people; half had watched the video that the curriculum links to the last question."""
    world.people("ben", 640, unit="Org/North")
    played = {f"{words.PLAYED_SEGMENTS}": "0[.]90", f"{words.TIME}": 90}
    for n in range(640):
        able, watched = n % 10, n >= 320
        if watched:
            world.says(
                f"ben{n + 1}",
                "paused",
                "video/ropes",
                at="2026-03-02 09:00",
                course=COURSE,
                result={"extensions": played},
                context={"extensions": {LENGTH: 100}},
            )
        right = (watched and able >= 5) if helps else able >= 8
        sits(world, f"ben{n + 1}", others(able) | {"last": right})
    link = Link(iri("question/last"), "ropes", iri("video/ropes"))
    world.app.curriculum.replace(Link, [link])
    world.refresh()
    lens = world.lens(Role.TRAINING_LEAD)
    asked = {q.question: q for q in lens.questions(iri(TEST))[iri(TEST)].questions}
    contents = lens.taught(iri(TEST))[iri("question/last")]
    assert (contents[0].used_people, contents[0].unused_people) == (320, 320)
    assert verdict(asked[iri("question/last")], contents) is said


@pytest.mark.parametrize("role", [Role.HR_MANAGER, Role.DEPARTMENT_MANAGER])
def test_single_answers_are_closed_to_those_who_lead_people(world, role):
    broken(world, people=20)
    from leadline.privacy.refusals import Forbidden

    with pytest.raises(Forbidden):
        world.lens(world.viewer("ana", role)).questions(iri(TEST))
