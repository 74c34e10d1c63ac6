"""What was right once is right again; what was wrong is wrong each time, and said where."""

import pytest

from leadline.statements import BadStatement
from leadline.statements.activities import check_definition
from leadline.statements.agents import check_agent
from leadline.statements.remembered import remembered

ANA = {"mbox": "mailto:ana@example.org"}


def test_the_same_part_is_checked_once_and_another_anew():
    checked = []
    check = remembered(lambda value, field: checked.append((value, field)))
    for value in ({"a": 1}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": "1"}, {"a": 1}):
        check(value, "actor")
    assert [value["a"] for value, _ in checked] == [1, 1.0, True, "1"]
    assert [type(value["a"]) for value, _ in checked] == [int, float, bool, str]


def test_what_is_wrong_is_never_remembered():
    for field in ("actor", "context.instructor", "actor"):
        with pytest.raises(BadStatement) as wrong:
            check_agent(ANA | {"openid": "https://ana.example"}, field)
        assert wrong.value.field == field
    check_agent(ANA, "actor")


def test_what_one_check_has_passed_another_has_not():
    check_definition({}, "object.definition")
    with pytest.raises(BadStatement):
        check_agent({}, "actor")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch):
    checked = []
    check = remembered(lambda value, _: checked.append(value))
    monkeypatch.setattr("leadline.statements.remembered.REMEMBERED_PARTS", 3)
    monkeypatch.setattr("leadline.statements.remembered.LONGEST_REMEMBERED_BYTES", 20)
    for value in ("a", "b", "c", "d", "a", "d", "x" * 30, "x" * 30):
        check(value, "")
    assert checked == ["a", "b", "c", "d", "a", "x" * 30, "x" * 30]
