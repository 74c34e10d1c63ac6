"""Tables page, sort and export on the server; what a reader types never breaks them."""

import pytest
from django.test import RequestFactory

from leadline.web.tables import EXPORT_ROWS_MAX, Cell, Head, Table, as_csv, asked, cut


def table(query: str, rows: int = 120) -> Table:
    wanted = asked(RequestFactory().get("/x" + query), ("name", "people"), "-people")
    shown = cut([(Cell(f"row {n}"), Cell(str(n))) for n in range(rows)], wanted)
    return Table("Courses", (Head("Name", "name"), Head("People", "people")), shown, wanted, rows)


def test_the_second_of_five_pages_holds_rows_26_to_50() -> None:
    second = table("?page=2")
    assert (second.first, second.last, second.pages) == (26, 50, 5)
    assert second.rows[0][0].text == "row 25"
    assert second.before == "?sort=-people"
    assert second.after == "?sort=-people&page=3"


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "", "1e9"])
def test_a_page_number_that_is_none_shows_the_first_page(page: str) -> None:
    assert table(f"?page={page}").first == 1


def test_an_unknown_sort_falls_back_to_the_first_one() -> None:
    assert asked(RequestFactory().get("/x?sort=password"), ("name",), "name").sort == "name"


def test_sorting_turns_on_the_second_click_and_starts_again_at_page_one() -> None:
    titles = table("?sort=name&page=2").titles()
    assert titles[0][1:] == ("?sort=-name", "ascending")
    assert titles[1][1:] == ("?sort=people", "none")


def test_the_other_choices_of_the_page_survive_paging() -> None:
    assert table("?course=a%26b&q=fire").after == "?course=a%26b&sort=-people&page=2&q=fire"


def test_an_export_has_every_row_and_not_only_a_page() -> None:
    exported = table("?as=csv&page=2")
    assert exported.asked.limit == EXPORT_ROWS_MAX
    lines = as_csv(exported, "courses").content.decode().splitlines()
    assert len(lines) == 121
    assert lines[0] == "Name,People"


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_spreadsheet_never_runs_an_exported_cell(start: str) -> None:
    wanted = asked(RequestFactory().get("/x?as=csv"), ())
    text = as_csv(Table("T", (Head("A"),), [(Cell(start),)], wanted, 1), "t").content.decode()
    assert text.splitlines()[1].lstrip('"').startswith("'")


def test_an_export_is_offered_for_the_whole_table() -> None:
    assert table("?page=3").export == "?sort=-people&as=csv"
