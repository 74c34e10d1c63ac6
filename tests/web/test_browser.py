"""The pages in a real browser: no axe violation, keyboard alone suffices, tips speak, phones fit."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page

from web.planted import LOGINS, PASSWORD
from web.test_pages import COURSE, PAGES, PATH, VIDEO, address, somebody_who_sees

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def served(house) -> Iterator[str]:
    """The pages on loopback, in a thread of this process."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None, thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="session")
def cookies(house) -> dict[str, str]:
    """A session of every login, made once."""
    from django.test import Client

    made = {}
    for login in LOGINS:
        client = Client(SERVER_NAME="localhost")
        assert client.login(username=login, password=PASSWORD)
        made[login] = client.cookies["sessionid"].value
    return made


@pytest.fixture
def visit(browser, served, cookies):
    """Open an address as a login, at a width, in a colour scheme."""
    opened = []

    def go(login: str | None, where: str, *, width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        if login:
            context.add_cookies([{"name": "sessionid", "value": cookies[login], "url": served}])
        opened.append(context)
        page = context.new_page()
        page.goto(served + where)
        return page

    yield go
    for context in opened:
        context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for each in found
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_light_dark_and_on_a_phone(house, visit, name):
    login = somebody_who_sees(name)
    for width, scheme in ((1280, "light"), (1280, "dark"), (360, "light")):
        page = visit(login, address(house, name), width=width, scheme=scheme)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert violations(page) == [], (width, scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name} scrolls sideways at {width}"


@pytest.mark.parametrize("name", ["packages", "package"])
def test_axe_finds_nothing_in_the_forms_of_who_sends_people_on_courses(house, visit, name):
    for width, scheme in ((1280, "light"), (360, "dark")):
        page = visit("lead", address(house, name), width=width, scheme=scheme)
        if name == "packages":
            file = {"name": "a.zip", "mimeType": "application/zip", "buffer": b"none"}
            page.set_input_files("#package", file)
            page.get_by_role("button", name="Add").click()
            assert page.get_by_role("alert").is_visible()
        assert violations(page) == [], (width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_axe_finds_nothing_at_the_door(visit):
    for scheme in ("light", "dark"):
        assert violations(visit(None, "/sign-in", width=360, scheme=scheme)) == []


def test_a_secret_is_shown_once_and_a_second_look_cannot_bring_it_back(visit):
    page = visit("admin", "/trust/credentials", width=360)
    page.locator("summary", has_text="Give a program access").press("Enter")
    page.fill("#source", "browser")
    page.get_by_role("button", name="Give access").press("Enter")
    page.wait_for_selector(".secret")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    secret = page.locator(".secret code").nth(2).inner_text()
    page.get_by_role("link", name="I have kept it").click()
    assert page.locator("h1").inner_text() == "What may this program do?"
    assert secret not in page.content()


def test_signing_in_by_keyboard_leads_home(visit):
    page = visit(None, "/programmes")
    page.keyboard.type("lead")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/programmes")
    assert page.locator("h1").inner_text() == "Which training needs a look?"


def test_a_wrong_password_is_said_in_words(visit):
    page = visit(None, "/sign-in")
    page.fill("#login", "nobody-of-that-name")
    page.fill("#password", "wrong-password")
    page.keyboard.press("Enter")
    assert "do not belong together" in page.get_by_role("alert").inner_text()


def test_the_keyboard_reaches_every_link_and_button(visit):
    page = visit("lead", f"/programmes/course?{PATH}")
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, select, summary, input')]
        .filter(e => e.checkVisibility() && e.type !== 'hidden').length"""
    )
    page.evaluate(
        "window.reached = new Set(); addEventListener('focusin', e => reached.add(e.target))"
    )
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
    missed = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, select, summary')]
        .filter(e => e.checkVisibility() && !window.reached.has(e)).map(e => e.outerHTML)"""
    )
    assert missed == []


def test_the_skip_link_comes_first_and_leads_to_the_answer(visit):
    page = visit("lead", f"/programmes/course?{COURSE}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#answer")


def test_arrow_keys_walk_the_chart_and_its_tip_speaks(visit):
    page = visit("lead", f"/programmes/video?{VIDEO}")
    page.locator(".wide svg[data-chart]").focus()
    page.keyboard.press("ArrowRight")
    first = page.locator(".tip:visible").inner_text()
    page.keyboard.press("ArrowRight")
    second = page.locator(".tip:visible").inner_text()
    assert first.startswith("0:00 to 0:06: 100 watching for the first time")
    assert second.startswith("0:06 to 0:12")
    page.keyboard.press("Escape")
    assert page.locator(".tip:visible").count() == 0


def test_hovering_a_mark_shows_its_words(visit):
    page = visit("lead", f"/programmes/video?{VIDEO}")
    box = page.locator(".wide svg[data-chart]").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "watching for the first time" in page.locator(".tip:visible").inner_text()


def test_a_term_explains_itself_on_focus_and_hover_and_closes_with_escape(visit):
    page = visit("lead", f"/programmes/video?{VIDEO}")
    term = page.locator(".answer .term").first
    tip = term.locator("[role=tooltip]")
    assert not tip.is_visible()
    term.locator("button").focus()
    assert tip.is_visible()
    assert "95 times in 100" in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.evaluate("document.activeElement.blur()")
    term.hover()
    assert tip.is_visible()


def test_a_phone_has_a_menu_that_opens_without_a_script(browser, served, cookies):
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    context.add_cookies([{"name": "sessionid", "value": cookies["lead"], "url": served}])
    page = context.new_page()
    page.goto(served + "/")
    assert not page.get_by_role("link", name="Programmes").is_visible()
    page.locator(".menu-button").click()
    assert page.get_by_role("link", name="Programmes").is_visible()
    context.close()


def test_on_paper_the_rail_goes_and_the_chart_stays(visit):
    page = visit("lead", f"/programmes/video?{VIDEO}", width=700)
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert page.locator(".chart .wide").is_visible()


def test_no_page_breaks_the_content_policy(house, visit):
    for name in ("home", "course", "video", "trust"):
        said: list[str] = []
        page = visit(somebody_who_sees(name), "/sign-in")
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto(page.url.removesuffix("/sign-in") + address(house, name))
        assert [line for line in said if "Content Security Policy" in line] == []
