"""Did learning last? The page: the same people twice, who did not answer, and what to do."""

import re
from functools import partial
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.test import override_settings

from leadline.privacy.lens import Lens
from story.test_retention import COURSE, learners
from story.world import NOW, World, iri
from web.test_answers import text

PAGE = f"/programmes/retention?{urlencode({'course': iri(COURSE)})}"


@pytest.fixture
def read(sign_in, world: World):
    """The page in words, as a training lead reads it in this test's own world."""

    def page(address: str = PAGE) -> str:
        world.refresh()
        here = override_settings(LEADLINE=world.app)
        with here, patch("leadline.web.lens.Lens", partial(Lens, now=NOW)):
            return text(sign_in("lead").get(address))

    return page


@pytest.mark.mission("S042")
def test_the_page_shows_the_paired_change_with_interval_and_response(world, tmp_path, read):
    """120 due, 110 tested again, each 25 points lower."""
    learners(world, tmp_path, lost=0.25)
    said = read()
    assert re.search(
        r"71 % of what was known is left after 14 to 28 days \(7\d to 7\d %, 110", said
    )
    assert "the same people scored 86 % on the day and 61 % later" in said
    assert "−25 points" in said and "−25 to −25" in said
    assert "92 % 110 of 120" in said
    assert "Plan a short refresher of “Day”" in said


def test_the_table_says_the_same(world, tmp_path, read):
    learners(world, tmp_path, lost=0.25)
    lines = read(f"{PAGE}&as=csv")
    assert "Average score" in lines and "86" in lines and "61" in lines


def test_few_answers_are_warned_of_and_nothing_is_marked(world, tmp_path, read):
    """24 of 200 (12 %): what they kept says little of the others."""
    learners(world, tmp_path, lost=0.25, people=200, answer=24)
    said = read()
    assert "indicative only: 12 % of those due took the check" in said
    assert "would lie anywhere from 7 % to 95 %" in said
    assert "▼" not in said
    assert "Have the others take the check" in said


def test_the_course_tells_what_is_left_before_what_was_passed_and_completed(world, tmp_path, read):
    learners(world, tmp_path, lost=0.25)
    for number in range(1, 121):
        world.says(f"ben{number}", "assigned", COURSE, at="2026-03-01")
        world.says(f"ben{number}", "completed", COURSE, at="2026-03-03")
    said = read(f"/programmes/course?{urlencode({'course': iri(COURSE)})}")
    order = ("Left after 14 to 28 days", "Pass at the first", "Average score", "Completed")
    places = [said.index(name) for name in order]
    assert places == sorted(places)
    assert "110 were asked again weeks later" in said


def test_what_lasted_is_not_called_gone(world, tmp_path, read):
    learners(world, tmp_path, lost=0.0)
    said = read()
    assert "100 % of what was known is left" in said
    assert "▼" not in said


def test_a_course_without_a_check_says_what_to_do(world, read):
    world.people("ben", 12)
    for number in range(1, 13):
        world.completes(f"ben{number}", COURSE, assigned="2026-03-01", done="2026-03-02")
    said = read()
    assert "No delayed check is declared" in said
    assert "leadline curriculum import checks FILE" in said
