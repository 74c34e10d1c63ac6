"""Where somebody sat, day by day. Ana begins in North on 1 January 2026."""

import itertools
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from leadline.directory import timeline
from leadline.directory.rows import Place
from leadline.directory.timeline import Stay

NORTH, SOUTH, WEST = (Place(unit_path=f"Harbour/{name}") for name in ("North", "South", "West"))
JANUARY, MARCH, JUNE, SEPTEMBER = (date(2026, month, 1) for month in (1, 3, 6, 9))


def test_the_first_position_is_open_ended():
    assert timeline.moved((), JANUARY, NORTH) == (Stay(JANUARY, None, NORTH),)


def test_a_move_closes_the_old_position_on_the_day_the_new_one_begins():
    stays = timeline.moved((Stay(JANUARY, None, NORTH),), JUNE, SOUTH)

    assert stays == (Stay(JANUARY, JUNE, NORTH), Stay(JUNE, None, SOUTH))


def test_news_about_the_past_leaves_the_later_position_alone():
    stays = (Stay(JANUARY, JUNE, NORTH), Stay(JUNE, None, SOUTH))

    assert timeline.moved(stays, MARCH, WEST) == (
        Stay(JANUARY, MARCH, NORTH),
        Stay(MARCH, JUNE, WEST),
        Stay(JUNE, None, SOUTH),
    )


def test_a_row_for_the_first_day_of_a_position_corrects_it():
    stays = (Stay(JANUARY, JUNE, NORTH), Stay(JUNE, None, SOUTH))

    corrected = timeline.moved(stays, JUNE, WEST)

    assert corrected == (Stay(JANUARY, JUNE, NORTH), Stay(JUNE, None, WEST))


def test_an_earlier_beginning_of_the_same_place_is_one_stay():
    stays = (Stay(MARCH, None, NORTH),)

    assert timeline.moved(stays, JANUARY, NORTH) == (Stay(JANUARY, None, NORTH),)


def test_who_comes_back_has_a_gap():
    left = timeline.ended((Stay(JANUARY, None, NORTH),), MARCH)

    back = timeline.moved(left, JUNE, NORTH)

    assert back == (Stay(JANUARY, MARCH, NORTH), Stay(JUNE, None, NORTH))
    assert timeline.on(back, date(2026, 4, 1)) is None


def test_a_corrected_leaving_day_moves_the_end_both_ways():
    stays = (Stay(JANUARY, MARCH, NORTH),)

    assert timeline.ended(stays, JUNE) == (Stay(JANUARY, JUNE, NORTH),)
    assert timeline.ended(timeline.ended(stays, JUNE), MARCH) == stays


days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
moves = st.lists(st.tuples(days, st.sampled_from([NORTH, SOUTH, WEST])), max_size=8)


@given(moves)
def test_history_never_overlaps_and_a_repeat_changes_nothing(rows):
    rows = sorted(dict(rows).items())
    stays = ()
    for start, place in rows:
        stays = timeline.moved(stays, start, place)

    for one, following in itertools.pairwise(stays):
        assert one.start < one.end <= following.start
        assert one.place != following.place
    for start, place in rows:
        assert timeline.on(stays, start).place == place
        assert timeline.moved(stays, start, place) == stays
