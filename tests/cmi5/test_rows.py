"""docs/cmi5.md: every row is proved by a test that names it, or says why there is none."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "cmi5.md"
ROWS = range(1, 177)


def reasons() -> dict[int, str]:
    """What the page's last column says, by row."""
    found = re.findall(r"^\| (\d+) \|.*\| (.*?) ?\|$", PAGE.read_text(), re.MULTILINE)
    return {int(number): reason for number, reason in found}


def marked() -> Iterator[tuple[int, str]]:
    """Every row that a marker names, with the file."""
    for path in sorted(TESTS.rglob("test_*.py")):
        source = path.read_text()
        if "mark.cmi5(" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.cmi5"):
                for argument in node.args:
                    yield ast.literal_eval(argument), path.name


def test_the_page_has_every_row_once():
    assert list(reasons()) == list(ROWS)


def test_every_row_has_a_test_or_a_reason():
    proved = {row for row, _ in marked()}

    missing = [row for row, reason in reasons().items() if row not in proved and not reason]

    assert not missing


def test_no_row_has_both_a_test_and_a_reason_or_is_unknown():
    wrong = {
        f"row {row} in {name}" for row, name in marked() if row not in ROWS or reasons().get(row)
    }

    assert not wrong
