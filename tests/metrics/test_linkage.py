"""Content, question or exposure: planted causes are told apart, and nothing is said of too few."""

import pytest
from tiny_world import day, world

from leadline.metrics.items import items
from leadline.metrics.linkage import Verdict, taught, verdict
from leadline.stats.refusal import Refused

LINK = {"question": "q", "objective": "fire", "content": "V"}


def answers(person, right, others):
    """One learner's test: the question `q`, and ten others of which some are right."""
    base = {"person": person, "course": "C", "cycle_no": 1, "assessment": "A", "attempt_no": 1}
    marks = {"q": right} | {f"o{n}": n < others for n in range(10)}
    return [
        {
            **base,
            "question": question,
            "state": "correct" if mark else "incorrect",
            "success": mark,
            "answered_at": day(20),
        }
        for question, mark in marks.items()
    ]


def watched(person, seconds, at=10):
    row = {"person": person, "course": "C", "cycle_no": 1, "video": "V", "length_s": 100.0}
    return {**row, "watched_s": float(seconds), "last_at": day(at)}


def diagnosed(people, watch, links=(LINK,)):
    """(what is said of the content, the verdict) of question q."""
    rows = [row for person in people for row in answers(*person)]
    facts = world(response=rows, watch=watch, linkage=list(links))
    asked = next(a for a in items(facts)["A"].questions if a.question == "q")
    contents = taught(facts, "A").get("q", [])
    return contents, verdict(asked, contents)


def learners(number, share, first=0, spread=True):
    """So many people of whom a share get q right, the able ones first where `spread`."""
    right = round(number * share)
    return [
        (first + n, n < right, 9 - 9 * n // number if spread else n % 10) for n in range(number)
    ]


def test_without_the_content_they_fail():
    seen, unseen = learners(200, 0.40), learners(400, 0.10, first=1000)
    (content,), said = diagnosed([*seen, *unseen], [watched(n, 60) for n, *_ in seen])
    assert (content.used_people, content.unused_people) == (200, 400)
    assert content.difference.low > 0
    assert said is Verdict.NOT_SEEN


def test_with_the_content_they_fail_as_much():
    seen, unseen = learners(600, 0.2), learners(600, 0.2, first=1000)
    (content,), said = diagnosed([*seen, *unseen], [watched(n, 60) for n, *_ in seen])
    assert content.difference.low < 0 < content.difference.high
    assert said is Verdict.NOT_TAUGHT


def test_the_question_is_looked_at_first():
    """q is got right by those who know nothing else."""
    people = [(n, n % 10 < 2, n % 10) for n in range(600)]
    _, said = diagnosed(people, [watched(n, 60) for n in range(300)])
    assert said is Verdict.ITEM_DEFECT


def test_a_question_that_most_get_right_needs_nothing():
    _, said = diagnosed(learners(200, 0.7), [])
    assert said is Verdict.NO_ACTION


@pytest.mark.parametrize("links", [(), (LINK,)])
def test_of_too_few_nothing_is_said(links):
    people = learners(200, 0.2)
    contents, said = diagnosed(people, [watched(n, 60) for n in range(49)], links)
    assert all(isinstance(content.difference, Refused) for content in contents)
    assert said is Verdict.UNTOLD


def test_used_is_half_of_it_and_before_the_answer():
    people = learners(200, 0.2)
    watch = [watched(1, 50), watched(2, 49), watched(3, 90, at=21)]
    (content,), _ = diagnosed(people, watch)
    assert content.used_people == 1


def test_of_a_video_watching_alone_says_how_much_was_used():
    people = learners(200, 0.2)
    reach = {"course": "C", "cycle_no": 1, "module": "V", "kind": "video", "active_s": 500.0}
    rows = [{**reach, "person": n, "last_at": day(10)} for n in range(200)]
    facts = world(
        response=[row for person in people for row in answers(*person)],
        watch=[watched(1, 60)],
        reach=rows,
        linkage=[LINK],
    )
    assert taught(facts, "A")["q"][0].used_people == 1


def test_of_other_content_half_of_the_usual_time_is_enough():
    people = learners(200, 0.2)
    reach = {"course": "C", "cycle_no": 1, "module": "V", "kind": "module", "last_at": day(10)}
    rows = [{**reach, "person": n, "active_s": 100.0 if n < 60 else 20.0} for n in range(100)]
    facts = world(
        response=[row for person in people for row in answers(*person)], reach=rows, linkage=[LINK]
    )
    assert taught(facts, "A")["q"][0].used_people == 60
