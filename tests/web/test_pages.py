"""Every page for every role: who gets in, and what every page has."""

import re
from urllib.parse import urlencode

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import URLPattern, get_resolver, path

from leadline.actions.decisions import Decisions, Kind
from leadline.actions.grounds import of_course
from leadline.insights import findings
from leadline.privacy.viewer import Role
from leadline.web.declared import insist, undeclared
from leadline.web.page import Page
from story.world import iri
from web.planted import LOGINS, PASSWORD

COURSE = urlencode({"course": iri("course/data")})
PATH = urlencode({"course": iri("course/path")})
AUDIT = urlencode({"outcome": "urn:leadline:outcome:audit-score", "course": iri("course/data")})
TRIAL = urlencode(
    {"outcome": "urn:leadline:outcome:audit-score", "trial": "urn:leadline:trial:coaching"}
)
DATA = urlencode({"programme": "Data protection"})
VIDEO = urlencode({"video": iri("video/personal")})
ADDRESSES = {  # page: the address that shows it in the planted world
    "home": "/",
    "programmes": "/programmes",
    "course": f"/programmes/course?{PATH}",
    "course-trend": f"/programmes/course/months?{COURSE}",
    "course-groups": f"/programmes/course/groups?{COURSE}",
    "video": f"/programmes/video?{VIDEO}",
    "questions": f"/programmes/questions?{COURSE}",
    "retention": f"/programmes/retention?{COURSE}",
    "completions": f"/programmes/completions?{COURSE}",
    "new-check": f"/programmes/checks/new?{COURSE}",
    "delayed-check": "/programmes/checks/{check}",
    "goals": "/programmes/goals",
    "programme": f"/programmes/programme?{DATA}",
    "baseline": f"/programmes/programme/baseline?{DATA}",
    "budget": f"/impact/budget?{DATA}",
    "packages": "/programmes/packages",
    "package": "/programmes/packages/{package}",
    "competency": "/impact/competency?role=pilot",
    "outcomes": "/impact/outcomes",
    "customers": "/impact/customers",
    "customers-kept": "/impact/customers/kept",
    "portfolio": "/impact/portfolio",
    "outcome-effect": f"/impact/outcomes/course?{AUDIT}",
    "outcome-trial": f"/impact/outcomes/trial?{TRIAL}",
    "incidents": "/compliance/incidents",
    "findings": "/programmes/findings",
    "finding": "/programmes/findings/one?finding={finding}",
    "decisions": "/reviews/decisions",
    "decision": "/reviews/decisions/one?number={decision}",
    "people": "/people",
    "my-team": "/people/my-team",
    "my-learning": "/people/my-learning",
    "my-check": "/people/my-learning/checks/{asked}",
    "person": "/people/{ben}",
    "compliance": "/compliance",
    "compliance-calendar": "/compliance/calendar",
    "obligations": "/compliance/people",
    "obligation": "/compliance/person?person={ben}&requirement=data",
    "compliance-forecast": "/compliance/forecast",
    "alerts": "/compliance/alerts",
    "evidence": "/compliance/evidence",
    "requirements": "/compliance/requirements",
    "trust": "/trust",
    "files": "/trust/files",
    "credentials": "/trust/credentials",
    "credential": "/trust/credentials/{lms}",
    "quarantine": "/trust/quarantine",
    "unmatched": "/trust/unmatched",
    "depth": "/trust/depth",
    "definitions": "/trust/definitions",
    "definition": "/trust/definitions/completion_rate",
    "who-sees-what": "/trust/who-sees-what",
    "access-log": "/trust/access-log",
}
DECLARED = {p.name: p.callback for p in get_resolver().url_patterns if isinstance(p, URLPattern)}
PAGES = {name: view for name, view in DECLARED.items() if isinstance(view, Page)}
CASES = [(login, name) for login in LOGINS for name in ADDRESSES]


def finding_of(house) -> str:
    """One that everybody who may see any finds: what was learned is gone weeks later."""
    found = house.lens(Role.ANALYST, now=house.now).recent("findings", findings)
    gone = next(each for each in found if each.insight == "decayed")
    return house.app.findings.keys([gone])[0]


def decision_of(house) -> int:
    """The first one; made where there is none yet."""
    if not house.app.ledger.decisions():
        lens = house.lens(Role.TRAINING_LEAD, now=house.now)
        known = of_course(lens, iri("course/data"), "/programmes")
        Decisions(house.app, lens).decide(Kind.KEEP, known, "It is well liked.", known.seal)
    return house.app.ledger.decisions()[-1].number


def address(house, name: str) -> str:
    parts = {
        "{ben}": house.key("north1"),
        "{lms}": house.app.credentials.list()[0].key,
        "{finding}": finding_of(house),
        "{decision}": decision_of(house),
        "{package}": house.app.library.courses()[0].course_id,
        "{check}": house.app.checks.records.quizzes("scheduled")[-1].key,
        "{asked}": house.app.checks.records.of_person(house.key("north1"))[-1].id,
    }
    found = ADDRESSES[name]
    for part, value in parts.items():
        found = found.replace(part, str(value))
    return found


def test_every_page_of_the_house_is_tried_here():
    assert set(PAGES) == set(ADDRESSES)


@pytest.mark.parametrize(("login", "name"), CASES, ids=[f"{a}-{b}" for a, b in CASES])
def test_a_page_opens_for_the_roles_that_it_declares_and_for_nobody_else(
    house, sign_in, login, name
):
    role = LOGINS[login][0]
    response = sign_in(login).get(address(house, name))
    assert response.status_code == (200 if role in PAGES[name].sees else 403)


@pytest.mark.parametrize("name", ADDRESSES)
def test_who_is_not_signed_in_is_led_to_the_door(house, name):
    response = Client(SERVER_NAME="localhost").get(address(house, name))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_login_without_a_role_sees_nothing(house, sign_in, name):
    response = sign_in("eve").get(address(house, name))
    assert response.status_code == 403
    assert "personal" not in response.content.decode().casefold()


def somebody_who_sees(name: str) -> str:
    return next(login for login, (role, _) in LOGINS.items() if role in PAGES[name].sees)


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_asks_its_question_and_obeys_the_strict_policy(house, sign_in, name):
    response = sign_in(somebody_who_sees(name)).get(address(house, name))
    html = response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert re.search(r"<h1>[^<]+\?</h1>", html)
    assert not re.search(r"\sstyle\s*=", html)
    assert not re.search(r"\son[a-z]+\s*=", html)
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert "<style" not in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert response["Cache-Control"] == "private, no-store"


def test_the_record_store_describes_itself_to_whoever_asks(house):
    response = Client(SERVER_NAME="localhost").get("/openapi.json")
    assert response["Content-Type"] == "application/json"
    assert set(response.json()["paths"]["/statements"]) == {"get", "put", "post"}


def test_the_start_up_check_finds_no_address_without_a_declaration():
    assert [e for e in run_checks() if e.id == "leadline.E001"] == []


def test_an_address_without_a_declaration_is_named():
    assert undeclared([path("x/secret", lambda request: None)]) == ["x/secret"]


def test_a_server_does_not_start_with_an_address_that_nobody_declared():
    with pytest.raises(ImproperlyConfigured, match="x/secret"):
        insist([path("x/secret", lambda request: None)])


def test_a_page_only_reads(house, sign_in):
    assert sign_in("lead").post("/programmes").status_code == 405


def test_a_page_does_not_say_whether_what_it_hides_exists(house, sign_in):
    client = sign_in("ana")
    hidden = client.get(f"/people/{house.key('south1')}")
    missing = client.get("/people/123456789")
    assert hidden.status_code == missing.status_code == 404
    strip = re.compile(r'value="[^"]+"')
    assert strip.sub("", hidden.content.decode()) == strip.sub("", missing.content.decode())


@pytest.mark.parametrize("name", ["my-team", "completions", "programmes", "home"])
def test_a_manager_meets_nobody_from_outside_the_team(house, sign_in, name):
    client = sign_in("ana")
    for query in ("", "?as=csv", "?page=2", "?sort=-people&q=south"):
        html = client.get(address(house, name).split("?")[0] + query).content.decode()
        assert not re.search(r"South\d|Zoe|Org / South", html)


def test_choosing_a_role_changes_what_opens_and_only_ones_own_can_be_chosen(house, sign_in):
    client = sign_in("lead")
    assert client.get("/people").status_code == 200
    form = client.get("/").content.decode()
    options = re.findall(r'<option value="(\d+)"[^>]*>([^<]+)', form)
    offered = {name: int(key) for key, name in options}
    assert set(offered) == {Role.TRAINING_LEAD, Role.ANALYST}
    client.post("/role", {"grant": offered[Role.ANALYST]})
    assert client.get("/people").status_code == 403
    client.post("/role", {"grant": offered[Role.ANALYST] + 1000})
    assert client.get("/people").status_code == 403
    client.post("/role", {"grant": offered[Role.TRAINING_LEAD]})
    assert client.get("/people").status_code == 200


def test_the_quarantine_is_tried_again_by_those_who_run_the_system_only(house, sign_in):
    assert sign_in("lead").post("/trust/quarantine/replay").status_code == 403
    assert sign_in("admin").get("/trust/quarantine/replay").status_code == 405
    response = sign_in("admin").post("/trust/quarantine/replay", follow=True)
    assert "0 records were let in; 1 still break a rule." in response.content.decode()


def test_a_post_without_its_token_is_refused(house):
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert client.login(username="admin", password=PASSWORD)
    assert client.post("/trust/quarantine/replay").status_code == 403
    assert client.post("/sign-in", {"login": "admin", "password": PASSWORD}).status_code == 403


def test_an_export_goes_the_same_way_as_the_page(house, sign_in):
    shown = sign_in("ana").get(f"/programmes/completions?{COURSE}&as=csv")
    assert shown["Content-Type"].startswith("text/csv")
    lines = shown.content.decode().splitlines()
    assert len(lines) == 51
    assert sign_in("analyst").get(f"/programmes/completions?{COURSE}&as=csv").status_code == 403


@pytest.mark.parametrize(
    "query",
    ["?page=99999", "?sort=nonsense", "?q=%00", "?page=-1", "?q=" + "x" * 5000, "?sort=-name"],
)
def test_odd_questions_to_a_table_never_break_the_page(house, sign_in, query):
    assert sign_in("lead").get("/programmes" + query).status_code == 200


@pytest.mark.parametrize(
    "where",
    [
        "/programmes/course",
        "/programmes/course?course=",
        "/programmes/course?course=x%00",
        "/programmes/video?video=nope",
        "/trust/definitions/nope",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_a_404(house, sign_in, where):
    assert sign_in("lead").get(where).status_code == 404


@pytest.mark.mission("S065")
def test_from_a_course_s_pass_rate_one_click_opens_its_diagnosis(house, sign_in):
    """Questions ranked, the content that teaches them, and the groups that were searched."""
    lead = sign_in("lead")
    shown = lead.get(address(house, "course-groups").replace("/groups", "")).content.decode()
    (href,) = re.findall(r'class="small" href="([^"]+)">See why<span class="sr">: Pass at', shown)
    diagnosis = lead.get(href.replace("&amp;", "&")).content.decode()
    assert "suspect: “Q10”" in diagnosis
    assert diagnosis.index("fix the question first") < diagnosis.index("nothing to do")
    assert "40 had used it and 60 had not; 50 of each are needed" in diagnosis
    assert "groups by unit, role and location" in diagnosis


def test_a_tab_that_a_role_may_not_open_is_not_offered(house, sign_in):
    manager = sign_in("ana").get(address(house, "course-trend")).content.decode()
    assert "Completions" in manager and "/programmes/questions" not in manager
