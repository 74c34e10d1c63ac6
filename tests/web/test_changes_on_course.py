"""A change is logged once; from the next cycle on its course shows what was before and what is."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import override_settings

from story.world import World, iri

NOW = datetime.now(UTC)
ON = (NOW - timedelta(days=100)).date()
PEOPLE = 60


@pytest.fixture
def course(house, tmp_path):
    """A course that sixty people took, a hundred and more days before the change; served."""
    world = World(tmp_path, now=NOW)
    world.people("ben", PEOPLE, unit="Org/North")
    world.people("cleo", PEOPLE, unit="Org/North")
    for number in range(PEOPLE):
        takes(world, f"ben{number + 1}", begins=300 - number // 10, days=20 + number % 10)
    world.refresh()
    with override_settings(LEADLINE=world.app):
        yield world
    world.close()


def takes(world, login, *, begins, days):
    at = NOW - timedelta(days=begins)
    world.says(login, "assigned", "course/fire", at=at)
    world.says(login, "experienced", "module/one", at=at, course="course/fire")
    world.says(login, "completed", "course/fire", at=at + timedelta(days=days))


def next_cycle(world, *, sooner):
    """Sixty others begin after the change and take `sooner` days less."""
    for number in range(PEOPLE):
        days = 20 + number % 10 - sooner
        takes(world, f"cleo{number + 1}", begins=99 - number % 5, days=days)
    world.refresh()


def page(client):
    response = client.get("/programmes/course", {"course": iri("course/fire")})
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(response.content.decode()))


def log(client):
    said = {
        "course": iri("course/fire"),
        "what": "Half the slides",
        "effective": ON.isoformat(),
        "reason": "People asked for it.",
    }
    assert client.post("/reviews/changes/log", said).status_code == 302


@pytest.mark.mission("S049")
def test_the_next_cycle_shows_before_and_after_by_itself(course, sign_in):
    client = sign_in("lead")
    assert "Half the slides" not in page(client)
    log(client)
    assert "Nobody has begun the course since" in page(client)
    next_cycle(course, sooner=10)
    html = page(client)
    assert "Half the slides, from" in html
    assert (
        "The days to complete it changed from 24.5 on average to 14.5, counted within 30 days "
        "(a difference of −10.0, −11.0 to −9.0; 60 people before and 60 since)" in html
    )
    assert "no cause is shown" in html
    told = html[html.index('id="moved"') :]
    told = told[: told.index("</section>")]
    assert "caused" not in told and "effect" not in told
    for figure in ("Pass at the first attempt", "Left without completing", "Days to complete"):
        assert figure in html


def test_in_the_null_twin_nothing_is_said_to_have_changed(course, sign_in):
    client = sign_in("lead")
    log(client)
    next_cycle(course, sooner=0)
    html = page(client)
    assert "The days to complete it are not seen to have changed: 24.5 on average before" in html
    assert "The days to complete it changed" not in html


def test_two_changes_between_which_few_began_are_not_both_shown(course, sign_in):
    """Else the few who began between the two days could be told by subtracting."""
    client = sign_in("lead")
    log(client)
    next_cycle(course, sooner=10)
    later = {
        "course": iri("course/fire"),
        "what": "Another title",
        "effective": (ON + timedelta(days=1)).isoformat(),
        "reason": "It was dull.",
    }
    for number in range(5):
        course.says(f"ben{number + 1}", "assigned", "course/fire", at=NOW - timedelta(days=100))
    course.refresh()
    assert client.post("/reviews/changes/log", later).status_code == 302
    html = page(client)
    assert "Another title" in html and "Half the slides" in html
    assert html.count("counted within 30 days") == 1
    assert "too soon before or after another change" in html


def test_too_few_since_are_not_shown(course, sign_in):
    client = sign_in("lead")
    log(client)
    for number in range(9):
        takes(course, f"cleo{number + 1}", begins=99, days=10)
    course.refresh()
    html = page(client)
    assert "fewer than 10 people before the change, or since" in html
    assert "24.5" not in html


def test_what_the_lead_wrote_is_not_shown_to_who_may_see_less(course, sign_in):
    """The compliance officer is not shown activity, and a reason may tell of it."""
    log(sign_in("lead"))
    next_cycle(course, sooner=10)
    assert "Half the slides" in page(sign_in("analyst"))
    assert "Half the slides" not in page(sign_in("dov"))


def test_a_day_that_is_none_and_a_course_that_is_none_are_refused(course, sign_in):
    client = sign_in("lead")
    good = {
        "course": iri("course/fire"),
        "what": "Half the slides",
        "effective": ON.isoformat(),
        "reason": "People asked for it.",
    }
    for wrong, status in (
        ({"effective": "tomorrow"}, 400),
        ({"effective": "0001-01-01"}, 400),
        ({"what": " "}, 400),
        ({"course": iri("course/none")}, 404),
        ({"finding": "none"}, 404),
    ):
        assert client.post("/reviews/changes/log", good | wrong).status_code == status
    assert course.app.ledger.changes() == []
