"""A course from the upload to the facts: a lead adds and assigns it, a learner takes it, everybody
sees what came of it. The whole installation, served, in a real browser (MISSION S033)."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from leadline.cmi5 import terms
from leadline.demo.course_package import mooring
from leadline.web.words import THIN

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LEADLINE = str(Path(sys.executable).parent / "leadline")
PASSWORD = "a-long-password-1"
PEOPLE = """person_id,name,email,unit,role,manager
ana,Ana,ana@story.example,Org/North,lead,
ben,Ben,ben@story.example,Org/North,operator,ana
cleo,Cleo,cleo@story.example,Org/South,operator,
"""
WAIT_SECONDS = 60


@dataclass(frozen=True)
class House:
    """A served installation: its address, and a credential that may launch and read all."""

    address: str
    key: str
    secret: str

    def ask(
        self, method: str, path: str, value: object = None, media_type: str = "application/json"
    ) -> tuple[int, object]:
        """One request with the credential; status and decoded body."""
        token = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        return sent(method, self.address + path, f"Basic {token}", value, media_type)


def sent(
    method: str,
    url: str,
    authorization: str = "",
    value: object = None,
    media_type: str = "application/json",
) -> tuple[int, object]:
    body = value if value is None or isinstance(value, bytes) else json.dumps(value).encode()
    headers = {"Content-Type": media_type, "X-Experience-API-Version": "1.0.3"}
    if authorization:
        headers["Authorization"] = authorization
    asked = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(asked) as answer:
            status, found = answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        status, found = refused.code, refused.read()
    return status, json.loads(found) if found else None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ana is training lead and Ben a learner; both have a login."""
    folder = tmp_path_factory.mktemp("journey")
    port, content = free_ports()
    env = os.environ | {
        "LEADLINE_HOME": str(folder / "home"),
        "LEADLINE_PORT": str(port),
        "LEADLINE_CONTENT_PORT": str(content),
        "LEADLINE_REFRESH_SECONDS": "1",
    }
    env.pop("DJANGO_SETTINGS_MODULE", None)

    def type_in(*words: str) -> str:
        done = subprocess.run(
            [LEADLINE, *words],
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    (folder / "people.csv").write_text(PEOPLE)
    (folder / "password").write_text(PASSWORD)
    told = ("--password-file", str(folder / "password"))
    type_in("import", "people", str(folder / "people.csv"))
    type_in("user", "add", "ana", "--role", "training lead", "--person", "ana", *told)
    type_in("user", "add", "ben", "--role", "learner", "--person", "ben", *told)
    made = json.loads(type_in("credential", "add", "hr", "--scope=cmi5", "--scope=all", "--json"))
    served = subprocess.Popen([LEADLINE, "serve"], env=env)
    try:
        address = f"http://127.0.0.1:{port}"
        until(lambda: reached(f"{address}/xapi/about"))
        yield House(address, made["key"], made["secret"])
    finally:
        served.terminate()
        served.wait(WAIT_SECONDS)


def free_ports() -> tuple[int, int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        return one.getsockname()[1], two.getsockname()[1]


def reached(url: str) -> bool:
    try:
        return sent("GET", url)[0] == 200
    except OSError:
        return False


def until(true) -> None:
    """Wait for the worker, but not for ever."""
    end = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.5)


def signed_in(browser: Browser, house: House, login: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{house.address}/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.address}/")
    return page


def reads(page: Page, words: str) -> bool:
    page.reload()
    return words in page.locator("main").inner_text()


@pytest.mark.mission("S033")
@pytest.mark.cmi5(8, 48, 176)
def test_a_learner_takes_a_course_and_what_came_of_it_is_seen_by_all(house, browser):
    lead, ben = signed_in(browser, house, "ana"), signed_in(browser, house, "ben")

    lead.goto(f"{house.address}/programmes/packages")
    lead.set_input_files(
        "#package", {"name": "mooring.zip", "mimeType": "application/zip", "buffer": mooring()}
    )
    lead.get_by_role("button", name="Add").click()
    assert "“Mooring lines: stand clear” can be launched now." in lead.locator("main").inner_text()
    lead.get_by_role("link", name="Mooring lines: stand clear").click()
    lead.fill("#people", "ben@story.example")
    lead.fill("#due", "2030-01-31")
    lead.get_by_role("button", name="Send").click()
    assert "1 person was sent on it." in lead.locator("main").inner_text()
    package = lead.url

    ben.goto(f"{house.address}/people/my-learning")
    assert "0 of 2 units done" in ben.locator("main").inner_text()
    until(lambda: reads(ben, "due on 31 Jan 2030"))
    take(ben, house, "Four rules at the quay")
    ben.get_by_role("button", name="I have read this").click()
    ben.wait_for_url(f"{house.address}/people/my-learning")
    assert "1 of 2 units done" in ben.locator("main").inner_text()
    take(ben, house, "Check: where do you stand?")
    for answer in ("Anywhere the line could sweep", "Never", "It smokes"):  # two of three are right
        ben.get_by_label(answer).check()
    ben.get_by_role("button", name="Hand in").click()
    ben.wait_for_url(f"{house.address}/people/my-learning")
    assert "completed on" in ben.locator("#to-take + article").inner_text()

    assert verbs_of(house, package.rpartition("/")[2]) == [
        *("registered", "launched", "initialized", "experienced", "completed", "terminated"),
        *("launched", "initialized", "answered", "answered", "answered"),
        *("passed", "satisfied", "satisfied", "terminated"),
    ]
    lead.goto(package)
    assert "1 person takes “Mooring lines: stand clear”; 1 completed it." in (
        lead.locator("#answer").inner_text()
    )
    until(lambda: reads(ben, f"67{THIN}%"))  # the score of the check, in Ben's own record
    until(lambda: reads(lead, "What happened in it"))
    lead.get_by_role("link", name="What happened in it").click()
    lead.get_by_role("link", name="Completions").click()
    row = lead.get_by_role("row").filter(has_text="Ben")
    assert f"{datetime.now(UTC):%Y}" in row.inner_text()


@pytest.mark.mission("S033")
def test_a_unit_that_breaks_a_rule_is_refused_and_the_refusal_is_on_record(house, browser):
    _, course = house.ask("POST", "/api/cmi5/courses", mooring(), "application/zip")
    actor = {"account": {"homePage": "https://hr.example", "name": "cleo"}}
    wanted = {"au": 0, "actor": actor}
    status, made = house.ask("POST", f"/api/cmi5/courses/{course['id']}/launch", wanted)
    assert status == 200
    told = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(made["url"]).query))
    token = sent("POST", told["fetch"])[1]["auth-token"]
    too_early = {
        "id": str(uuid.uuid4()),
        "actor": actor,
        "verb": {"id": terms.LMS_VERBS["launched"]},
        "object": {"id": told["activityId"]},
        "timestamp": datetime.now(UTC).isoformat(),
    }
    status, refusal = sent("POST", f"{told['endpoint']}/statements", f"Basic {token}", too_early)
    assert (status, refusal["section"][:4]) == (403, "cmi5")
    lead = signed_in(browser, house, "ana")
    lead.goto(f"{house.address}/trust")
    row = lead.get_by_role("row").filter(has_text="cmi5")
    assert "1" in row.locator("[data-head=Refused]").inner_text()


def take(page: Page, house: House, unit: str) -> None:
    """Launch a unit of My learning: it opens in the same window, on an origin of its own."""
    page.get_by_role("button", name=f"Launch “{unit}”").click()
    page.wait_for_url("**/content/**")
    assert not page.url.startswith(house.address)
    assert len(page.context.pages) == 1
    page.wait_for_selector("#done:enabled")


def verbs_of(house: House, course: str) -> list[str]:
    """The last parts of the verbs of whoever was sent on the course, in the order of the log."""
    found = house.ask("GET", f"/api/cmi5/courses/{course}")[1]["activityId"]
    asked = urllib.parse.urlencode(
        {"activity": found, "related_activities": "true", "ascending": "true"}
    )
    statements = house.ask("GET", f"/xapi/statements?{asked}")[1]["statements"]
    said = [
        (statement["verb"]["id"].rpartition("/")[2], statement["context"]["registration"])
        for statement in statements
    ]
    (registration,) = (whose for verb, whose in said if verb == "registered")
    return [verb for verb, whose in said if whose == registration]
