"""Paper: the same values give the same bytes, and nothing a value says is read as markup."""

from datetime import UTC, datetime

import pytest
import typst

from leadline.paper import typeset
from leadline.paper import typeset as module
from story.printed import pages

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TEMPLATE = """
#import "look.typ": *
#show: looked
= #values.title
#answer(values.said)
#listed((("Name", false), ("People", true)), values.rows)
"""


@pytest.fixture(autouse=True)
def plain(tmp_path, monkeypatch):
    """A template beside the real look."""
    look = (module.__globals__["TEMPLATES"] / "look.typ").read_text()
    (tmp_path / "look.typ").write_text(look)
    (tmp_path / "plain.typ").write_text(TEMPLATE)
    monkeypatch.setitem(module.__globals__, "TEMPLATES", tmp_path)


def values(**more):
    return {"title": "Who passed", "said": "All did.", "foot": "1", "rows": [["Ana", "1"]], **more}


def test_the_same_values_give_the_same_bytes_and_others_do_not():
    first = typeset("plain", values(), AT)
    assert typeset("plain", values(), AT) == first
    assert typeset("plain", values(said="None did."), AT) != first
    assert typeset("plain", values(), AT.replace(hour=10)) != first


def test_what_values_say_is_never_markup():
    said = '#panic("run") *bold* $x$ <label> @ref \\ // gone'
    (page,) = pages(typeset("plain", values(said=said), AT))
    assert said in " ".join(page.splitlines())


def test_it_is_for_archives_and_screen_readers_and_has_its_title():
    made = typeset("plain", values(), AT)
    assert b"pdfaid:part" in made and b"pdfuaid:part" in made
    assert b"Who passed" in made


def test_letters_without_a_font_do_not_stop_a_document():
    made = typeset("plain", values(rows=[["Zoë Łódź Ωμέγα 日本", "1"]]), AT)
    assert "Zoë Łódź Ωμέγα" in pages(made)[0]
    assert b"pdfaid:part" not in made


def test_a_long_table_repeats_its_head_on_every_page():
    rows = [[f"Person {number}", f"{number}"] for number in range(300)]
    shown = pages(typeset("plain", values(rows=rows), AT))
    assert len(shown) > 3 and all("People" in page for page in shown)


def test_values_that_do_not_fit_and_naive_instants_are_errors():
    with pytest.raises(typst.TypstError, match="said"):
        typeset("plain", {"title": "Who passed", "foot": "1", "rows": []}, AT)
    with pytest.raises(ValueError, match="time zone"):
        typeset("plain", values(), datetime(2026, 3, 1))
