"""What is shown of a test's questions: no answer that only a few gave, and none by subtraction."""

from datetime import UTC, datetime

from leadline.metrics.items import Asked, Items
from leadline.privacy.shapes import BLANK, OTHERS, safe_items
from leadline.stats.items import PairSums, judge_item, options
from leadline.stats.refusal import Refused

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def asked(chose, omitted=0, key="a"):
    people = sum(chose.values()) + omitted
    sums = PairSums(people, chose.get(key, 0), 0, chose.get(key, 0), people, 0)
    told = {name: (PairSums(people, n, 0, n, people, 1), [0] * 5) for name, n in chose.items()}
    return Asked("q", people, omitted, judge_item(sums, options(told, key, people)), chose)


def shown(*questions, people=100):
    refused = Refused("low_n", "")
    return safe_items(Items("A", None, people, None, NOW, questions, refused), 10)


def test_a_test_that_few_took_is_not_shown():
    assert shown(people=9) is None


def test_a_question_that_few_were_asked_is_withheld():
    found = shown(asked({"a": 9}))
    assert (found.questions, found.withheld) == ((), ("q",))


def test_common_answers_are_shown_each():
    (question,) = shown(asked({"a": 40, "b": 10}, omitted=12)).questions
    assert question.chose == {"a": 40, "b": 10, BLANK: 12}


def test_rare_answers_stand_together():
    (question,) = shown(asked({"a": 40, "b": 6, "c": 5})).questions
    assert question.chose == {"a": 40, OTHERS: 11}
    assert [option.name for option in question.judged.options] == ["a"]


def test_one_rare_answer_takes_another_with_it():
    """b alone would be what is missing from the total."""
    (question,) = shown(asked({"a": 40, "b": 3, "c": 20})).questions
    assert question.chose == {"a": 40, OTHERS: 23}


def test_a_few_blanks_are_a_rare_answer_too():
    (question,) = shown(asked({"a": 40, "c": 20}, omitted=3)).questions
    assert (question.chose, question.omitted) == ({"a": 40, OTHERS: 23}, 0)


def test_a_rare_answer_is_not_named_as_the_key():
    (question,) = shown(asked({"a": 57, "b": 3})).questions
    assert question.judged.suspect is None
