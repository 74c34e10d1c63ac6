"""Bringing in files by hand, and what is then told of customers; in a browser, as an admin would."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client, override_settings
from django.test.testcases import LiveServerThread

from leadline.privacy.files import WAITING_SECONDS_MAX, let_go
from leadline.privacy.viewer import Role
from story import customers_world
from story.customers_world import QUARTERS
from story.world import World, iri
from web.planted import PASSWORD
from web.test_browser import violations

pytestmark = pytest.mark.xdist_group("browser")
HR = (
    "Personalnummer;Vollname;E-Mail;Department;Job title;Reports to;Since;Shoe size\n"
    "1;Ana;ana@harbour.example;Harbour/North;lead;;01.02.2020;38\n"
    "2;Ben Köhler;ben@harbour.example;Harbour/North;nurse;1;03.04.2021;44\n"
    "3;Cleo;cleo@harbour.example;Harbour//South;nurse;1;03.04.2021;41\n"
).encode("cp1252")
SETUP = iri("course/setup")
CRM = (
    "Customer no\tCompany\tTier\tCustomer since\tMain contact\tBusiness email\n"
    + "".join(
        f"K{n}\tKunde {n}\t{('gold', 'iron')[n % 2]}\t2023-01-01\tPat {n}\tpat{n}@kunde{n}.example\n"
        for n in range(12)
    )
).encode()
TICKETS = ("Client;Quarter end;Opened\n" + "".join(
    f"K{n};31/03/2026;{n},5\n" for n in range(12)
) + "K1;31/06/2026;4\n").encode("utf-16")  # fmt: skip


@pytest.fixture(scope="module")
def market(house: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Customers half of whom were trained, for the logins of the planted house."""
    folder = tmp_path_factory.mktemp("market")
    world = World(folder)
    customers_world.tickets(world, folder, left=0.6)
    for account in range(110):
        customers_world.completes(world, account, "course/tips", QUARTERS[2] + timedelta(account))
    world.says("", "completed", "course/few", at="2025-01-01", actor=_mailbox("c1-0"))
    world.refresh()
    with override_settings(LEADLINE=world.app):
        yield world
    world.close()


def _mailbox(name: str) -> dict[str, str]:
    return {"mbox": f"mailto:{name}@customer.example"}


@pytest.fixture
def desk(house: World, tmp_path) -> Iterator[World]:
    """An installation with nothing in it."""
    world = World(tmp_path)
    with override_settings(LEADLINE=world.app):
        yield world
    world.close()


@pytest.fixture(scope="module")
def served(house: World) -> Iterator[str]:
    """The pages on loopback, of whatever installation a test has put in place."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None, thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def visit(browser, served):
    opened = []

    def go(login: str, where: str, width: int = 1280):
        client = Client(SERVER_NAME="localhost")
        assert client.login(username=login, password=PASSWORD)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": served}])
        opened.append(context)
        page = context.new_page()
        page.goto(served + where)
        return page

    yield go
    for context in opened:
        context.close()


def sound(page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def send(page, kind: str, source: str, name: str, content: bytes) -> None:
    page.check(f"[name=kind][value={kind}]")
    page.fill("#source", source)
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Look at its columns").click()
    page.wait_for_selector("#columns")


def take_in(page) -> str:
    page.get_by_role("button", name="Take in").click()
    page.wait_for_selector("#send")
    return page.locator(".notice").inner_text()


@pytest.mark.browser
@pytest.mark.mission("S020")
def test_three_files_with_strange_columns_are_loaded_by_hand_in_minutes(desk, visit):
    began = time.monotonic()
    page = visit("admin", "/trust/files")
    sound(page)
    send(page, "people", "HR", "hr export.csv", HR)
    assert page.locator("#column-person_id").input_value() == "personalnummer"
    assert page.locator("#column-name").input_value() == ""  # Vollname is nothing we know
    page.select_option("#column-name", "vollname")
    assert page.locator("#days").input_value() == "DD.MM.YYYY"
    page.get_by_role("button", name="Try it").click()
    page.wait_for_selector("text=2 rows can be taken in, and 1 cannot")
    assert "Harbour//South" in page.content()
    sound(page)
    assert desk.app.directory.positions() == []
    assert "2 are new" in take_in(page)
    (ana, ben) = sorted(desk.app.directory.positions(), key=lambda each: each.valid_from)
    assert (str(ana.valid_from), ben.role, ben.unit_path) == (
        "2020-02-01",
        "nurse",
        "Harbour/North",
    )
    assert desk.app.directory.names([ben.person])[ben.person].display == "Ben Köhler"

    send(page, "customers", "CRM", "kunden.csv", CRM)
    page.get_by_role("button", name="Try it").click()
    page.wait_for_selector("text=All 12 rows")
    take_in(page)
    accounts = desk.app.customers.accounts()
    assert (len(accounts), accounts[0].account, accounts[0].segment) == (12, "K0", "gold")
    assert sum(each.account is not None for each in desk.app.directory.positions()) == 12

    send(page, "outcomes", "Service desk", "tickets.csv", TICKETS)
    page.get_by_role("button", name="Try it").click()
    page.wait_for_selector("text=Say which column holds: What was measured, Value")
    sound(page)
    page.fill("#all-outcome", "Support tickets")
    page.fill("#all-exposure", "1")
    page.fill("#all-measure", "tickets a quarter")
    page.select_option("#all-better", "down")
    page.select_option("#column-value", "opened")
    assert page.locator("#decimal").input_value() == ","
    page.get_by_role("button", name="Try it").click()
    page.wait_for_selector("text=12 rows can be taken in, and 1 cannot")
    assert "12 were taken in" in take_in(page)
    desk._fresh = False
    (outcome,) = desk.lens(Role.TRAINING_LEAD).shared("account")
    assert (outcome.groups, outcome.measure, outcome.better, outcome.counted) == (
        12, "tickets a quarter", "down", True,
    )  # fmt: skip
    assert time.monotonic() - began < 15 * 60

    again = TICKETS.decode("utf-16").replace("31/03", "30/09").encode("utf-16")
    send(page, "outcomes", "Service desk", "next.csv", again)
    assert page.locator("#all-outcome").input_value() == "Support tickets"
    assert page.locator("#column-value").input_value() == "opened"


@pytest.mark.browser
def test_a_phone_has_room_for_the_columns(desk, visit):
    page = visit("admin", "/trust/files", width=360)
    send(page, "customers", "CRM", "kunden.csv", CRM)
    sound(page)


def sign(login: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    assert client.login(username=login, password=PASSWORD)
    return client


def upload(client: Client, content: bytes = CRM, **fields: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    told = {"kind": "customers", "source": "CRM"} | fields
    return client.post("/trust/files/add", {**told, "file": SimpleUploadedFile("a.csv", content)})


def test_a_file_is_its_senders_alone_and_looks_are_written_down(desk):
    admin = sign("admin")
    key = upload(admin)["Location"].partition("file=")[2]
    assert key
    for login in ("lead", "hr"):
        other = sign(login)
        for act in ("try", "bring", "drop"):
            assert other.post(f"/trust/files/{act}", {"file": key}).status_code == 404
        assert "Kunde" not in other.get(f"/trust/files?file={key}").content.decode()
    said = [look.what for look in desk.app.audit.looks()]
    assert any(what.startswith("send a file") and "source=CRM" in what for what in said)
    assert admin.post("/trust/files/drop", {"file": "../../secrets"}).status_code == 404
    assert admin.post("/trust/files/drop", {"file": key}).status_code == 302
    assert not list((desk.app.settings.home / "uploads").iterdir())


def test_a_file_that_nobody_comes_back_for_is_deleted_after_a_day(desk):
    old, new = (upload(sign("admin"))["Location"].partition("file=")[2] for _ in range(2))
    folder = desk.app.settings.home / "uploads"
    assert (folder.stat().st_mode | (folder / old).stat().st_mode) & 0o077 == 0
    yesterday = time.time() - WAITING_SECONDS_MAX - 60
    os.utime(folder / old, (yesterday, yesterday))
    let_go(desk.app.settings.home)
    assert [each.name for each in folder.iterdir()] == [new]


def test_who_may_not_bring_in_people_cannot_by_a_form_of_their_own(desk):
    assert upload(sign("lead"), HR, kind="people").status_code == 403
    assert not list((desk.app.settings.home / "uploads").glob("*"))
    for login in ("dov", "ana", "ben", "analyst", "privacy"):
        client = sign(login)
        assert client.get("/trust/files").status_code == 403
        assert upload(client).status_code == 403


@pytest.mark.parametrize("content", [b"", b"just words", b"\x00\x01\x02", b'a,b\n"'])
def test_what_is_no_table_is_refused_with_a_remedy(desk, content):
    client = sign("admin")
    upload(client, content)
    page = client.get("/trust/files").content.decode()
    assert "does not work yet" in page
    assert not list((desk.app.settings.home / "uploads").glob("*"))


def test_what_training_changed_at_customers_is_said_to_who_may_tell_them_apart(market):
    lead = sign("lead")
    page = lead.get("/impact/customers").content.decode()
    assert "“Setup” has an estimated effect on “Support tickets”" in page
    assert "60 accounts with training and 60 without" in page
    tips = lead.get(
        f"/impact/customers?{urlencode({'course': iri('course/tips')})}"
    ).content.decode()
    assert "cannot be said" in tips and "20 of each are needed" in tips
    assert "course/few" not in page and "Few" not in page
    for login, told in (("hr", 200), ("dov", 403), ("ana", 403)):
        response = sign(login).get("/impact/customers")
        assert response.status_code == told
        assert "Support tickets" not in response.content.decode()
    assert sign("hr").get("/impact/customers/kept").status_code == 403
    download = lead.get("/impact/customers?as=csv").content.decode()
    assert download.startswith("Course,What may be said") and "Setup" in download


def test_a_course_is_split_by_customer_for_who_may_tell_them_apart(market):
    asked = urlencode({"course": SETUP, "by": "account", "measure": "completion_rate"})
    lead = sign("lead").get(f"/programmes/course/groups?{asked}&as=csv").content.decode()
    assert lead.startswith("Customer,") and "Customer 2," in lead
    assert "fewer than 10 people" in lead  # two contacts each
    others = sign("dov").get(f"/programmes/course/groups?{asked}").content.decode()
    assert "Customer 2" not in others and ">Customer<" not in others


@pytest.mark.browser
def test_the_pages_of_customers_are_sound(market, visit):
    for where in ("/impact/customers", "/impact/customers/kept"):
        for width in (1280, 360):
            sound(visit("lead", where, width=width))
