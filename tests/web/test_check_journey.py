"""A delayed check from the click of a lead to the verdict, in a real browser with a real mail
server: scheduled, asked, written to, answered by link on a phone, counted, shown.

Forty people of North took the test of `course/ropes` forty days ago; it is the twentieth day
when they are asked. Thirty answer, Ben among them on his phone."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
from django.conf import settings as served_settings
from django.test.utils import override_settings

from leadline.cli.serving import Inviter, Worker
from story.world import World, iri
from web.test_browser import cookies, served, violations, visit  # noqa: F401 - fixtures

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
COURSE = f"/programmes/retention?{urlencode({'course': iri('course/ropes')})}"


@pytest.fixture
def box():
    import sys

    sys.path.append(str(Path(__file__).parents[1] / "checks"))
    from letterbox import LetterBox

    with LetterBox() as opened:
        yield opened


@pytest.fixture
def ropes(house, served, tmp_path, box):  # noqa: F811
    """A world of its own behind the same pages, whose checks go by a clock of twenty days ago."""
    world = World(tmp_path, now=datetime.now(UTC), smtp_url=box.url, public_url=served)
    learned = world.now - timedelta(days=40)
    for number, login in enumerate(world.people("ben", 40, unit="Org/North")):
        score = (0.8, 0.9, 1.0)[number % 3]
        at = str(learned)
        world.attempts(
            login, "assessment/day", passed=True, score=score, at=at, course="course/ropes"
        )
        world.says(login, "completed", "course/ropes", at=learned)
    world.refresh()
    world.app.checks.now = lambda: world.now - timedelta(days=20)
    before = served_settings.LEADLINE
    with override_settings(LEADLINE=world.app):
        assert served_settings.LEADLINE is not before
        yield world
    world.close()


def write_and_schedule(visit):  # noqa: F811
    """What a training lead does, with the keyboard and the mouse alone."""
    page = visit("lead", COURSE)
    assert "No delayed check is declared for this course" in page.inner_text("main")
    page.click("text=Schedule a delayed check")
    page.fill("[name=title]", "Ropes, weeks later")
    for place in (0, 1):
        page.locator("[name=text]").nth(place).fill(f"Who may see it, case {place + 1}?")
        page.locator("[name=answers]").nth(place).fill("* Whom it concerns\nEverybody")
    page.click("text=Keep and look at it")
    assert "nobody is asked yet" in page.inner_text("main")
    assert violations(page) == []
    page.click("button:has-text('Schedule it')")
    assert "It is scheduled" in page.inner_text("main")
    return page


def answers_on_a_phone(visit, link):  # noqa: F811
    phone = visit(None, link, width=360)
    assert violations(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    for place, choice in enumerate(("Whom it concerns", "Everybody")):
        phone.locator("fieldset").nth(place).get_by_label(choice).check()
    phone.click("text=Send my answers")
    assert "You had 1 of 2 questions right" in phone.inner_text("main")
    phone.goto(phone.url)
    assert "You answered this on" in phone.inner_text("main")
    assert violations(phone) == []


def told_by(page):
    return " ".join(page.inner_text("main").split())  # thin and hard spaces are spaces


def said(world):
    found = []
    for each in world.app.log.since(0, 10_000):
        value = msgspec.json.decode(each.payload)
        if each.source == "checks" and value["actor"]["account"]["name"] == "ben1":
            found.append(value["verb"]["id"].rpartition("/")[2])
    return found


@pytest.mark.mission("S040", "S042")
def test_scheduled_asked_answered_by_link_and_compared(ropes, box, visit):  # noqa: F811
    page = write_and_schedule(visit)
    assert Inviter(ropes.app).once() and Inviter(ropes.app).once()
    assert len(box.letters) == 40
    letter = next(each for each in box.letters if each["To"] == "ben1@story.example")
    link = re.search(r"https?://[^/\s]+(/checks/[\w-]{43})\s", letter.get_content()).group(1)
    answers_on_a_phone(visit, link)
    assert said(ropes) == ["assign", "attempted", "answered", "answered", "failed"]
    checks = ropes.app.checks
    for number in range(2, 31):
        (invitation,) = checks.records.of_person(ropes.key(f"ben{number}"))
        checks.answer(invitation.id, [{"a"}, {"b"}])
    assert Worker(ropes.app).once()
    page.reload()
    assert "30 of 40 people asked have answered (75 %)" in told_by(page)
    page.click("main .act:has-text('Did it last?')")
    told = told_by(page)
    assert "the same people scored 90 % on the day and 50 % later" in told
    assert "30 people" in told and "75 % 30 of 40" in told
    assert "−40 points" in told
