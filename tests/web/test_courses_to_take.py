"""Courses that can be launched: adding one, sending people on it, and the way in.

Ben of North takes the demo's mooring course; Ana leads North, Zoe leads South."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from leadline.cmi5.package import read
from leadline.demo.course_package import mooring
from leadline.privacy.policy import POLICY, Deed
from web.planted import LOGINS
from web.test_answers import text

MINIMAL = """<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">
<course id="https://story.example/{name}"><title><langstring lang="en">{name}</langstring></title>
<description><langstring lang="en">Words</langstring></description></course>
<au id="https://story.example/{name}/au" moveOn="{move_on}"><title><langstring lang="en">Unit of {name}</langstring>
</title><description><langstring lang="en">Words</langstring></description>
<url>{url}</url></au></courseStructure>"""


def structure(name: str, url: str, move_on: str = "Completed") -> bytes:
    return MINIMAL.format(name=name, url=url, move_on=move_on).encode()


@pytest.fixture
def mooring_course(house):
    return house.app.library.courses()[0]


@pytest.fixture
def course(house):
    """A course of the test's own, without anybody on it, and offered no more afterwards."""
    xml = structure("rope", "https://story.example/rope.html")
    added = house.app.library.add(read(io.BytesIO(xml), "text/xml"), by="lead")
    yield added
    house.app.library.retire(added.course_id)


def upload(client: Client, content: bytes, name: str = "course.zip") -> str:
    media_type = "application/zip" if name.endswith("zip") else "application/octet-stream"
    file = SimpleUploadedFile(name, content, media_type)
    return text(client.post("/programmes/packages/add", {"package": file}, follow=True))


def assign(client: Client, course, **fields: str) -> str:
    address = f"/programmes/packages/{course.course_id}/assign"
    return text(client.post(address, fields, follow=True))


def own(house, login: str, course) -> list:
    found = house.app.enrolment.of(house.key(login), course.tenant)
    return [each for each in found if each.course.course_id == course.course_id]


def looks(house, what: str) -> list:
    return [look for look in house.app.audit.looks(limit=200) if look.what.startswith(what)]


def test_a_package_that_breaks_a_rule_says_where_why_and_what_to_do(house, sign_in):
    client = sign_in("lead")
    said = upload(
        client, structure("bad", "nowhere.html"), "cmi5.xml"
    )  # a browser that does not know XML: the name tells
    assert "The package was not added" in said
    assert "Where au https://story.example/bad/au url" in said
    assert "no file comes with a bare cmi5.xml. (cmi5 14.2)" in said
    assert "What to do Write the full address" in said
    assert "was not added" not in text(client.get("/programmes/packages"))  # said once


def test_what_is_no_package_at_all_is_refused_in_words(house, sign_in):
    before = len(house.app.library.courses())
    for content, name in ((b"", "a.zip"), (b"hello", "a.zip"), (b"hello", "a.md")):
        assert "The package was not added" in upload(sign_in("lead"), content, name)
    empty = sign_in("lead").post("/programmes/packages/add", follow=True)
    assert "No file was chosen." in text(empty)
    assert len(house.app.library.courses()) == before


def test_the_same_package_again_is_the_course_that_is_there(house, sign_in):
    before = [course.course_id for course in house.app.library.courses()]
    assert "can be launched now" in upload(sign_in("lead"), mooring())
    assert [course.course_id for course in house.app.library.courses()] == before


def test_words_from_an_address_never_stand_on_the_page(house, sign_in):
    said = text(sign_in("lead").get("/programmes/packages?refused=Send+money&added=Evil"))
    assert "Send money" not in said
    assert "Evil" not in said


@pytest.mark.parametrize("login", LOGINS)
def test_only_who_may_adds_assigns_or_retires(house, sign_in, course, login):
    deeds = POLICY[LOGINS[login][0]].deeds
    here = f"/programmes/packages/{course.course_id}"
    client = sign_in(login)
    added = client.post("/programmes/packages/add")
    assert added.status_code == (302 if Deed.ADD_COURSES in deeds else 403)
    sent = client.post(f"{here}/assign", {"people": "nobody"})
    assert sent.status_code == (302 if Deed.ASSIGN in deeds else 403)
    launched = client.post("/people/my-learning/launch", {"registration": "x", "unit": "0"})
    assert launched.status_code == (404 if Deed.TAKE in deeds else 403)
    retired = client.post(f"{here}/retire")
    assert retired.status_code == (302 if Deed.ADD_COURSES in deeds else 403)
    assert (house.app.library.course(course.course_id).retired_at is None) == (
        Deed.ADD_COURSES not in deeds
    )


def test_people_are_sent_by_number_address_and_unit_and_each_once(house, sign_in, course):
    client = sign_in("lead")
    said = assign(client, course, people="north2, NORTH3@story.example\nzzz", due="2030-01-31")
    assert "2 people were sent on it." in said
    assert "Nobody in your view is called zzz" in said
    said = assign(client, course, unit="Org/North")
    assert "took it already." in said
    assert "51 people take “rope”; 0 have completed it." in said  # fifty operators and Ana
    assert len(own(house, "north2", course)) == 1
    assert own(house, "south1", course) == []
    newest = looks(house, f"assign a course [course={course.course_id}]")[0]
    assert (newest.login, newest.rows, len(newest.people)) == ("lead", 51, 51)


def test_a_manager_sends_and_sees_only_their_team(house, sign_in, course):
    assign(sign_in("lead"), course, people="south1")
    said = assign(sign_in("ana"), course, people="north1 south2", unit="Org")
    assert "50 people were sent on it." in said  # the team of Ana; not Ana, not South
    assert "called south2;" in said
    assert "50 people take “rope”" in said
    assert own(house, "south2", course) == []


def test_who_sees_no_names_is_told_so_and_shown_none(house, sign_in, mooring_course):
    said = text(sign_in("analyst").get(f"/programmes/packages/{mooring_course.course_id}"))
    assert "who takes it is not for your role to see" in said
    assert "North1" not in said
    assert "Registered" not in text(sign_in("analyst").get("/programmes/packages"))


def test_a_day_that_is_none_is_refused_and_nobody_is_sent(house, sign_in, course):
    assert "“soon” is no day" in assign(sign_in("lead"), course, people="north1", due="soon")
    assert own(house, "north1", course) == []


def test_a_course_offered_no_more_goes_on_for_who_takes_it(house, sign_in, course):
    client = sign_in("lead")
    assign(client, course, people="north4")
    client.post(f"/programmes/packages/{course.course_id}/retire")
    said = text(client.get(f"/programmes/packages/{course.course_id}"))
    assert "It is offered no more" in said
    assert "Send people on it" not in said
    assert "retired" in assign(client, course, people="north5")
    assert own(house, "north5", course) == []


def test_launching_leads_out_with_the_learners_language_and_back(house, sign_in, mooring_course):
    (mine,) = own(house, "north1", mooring_course)
    response = sign_in("ben").post(
        "/people/my-learning/launch",
        {"registration": mine.registration.id, "unit": "0"},
        headers={"Accept-Language": "de-CH, fr;q=0.5"},
    )
    address = response["Refresh"].removeprefix("0; url=")
    assert address.startswith(f"{house.app.settings.content_address}/content/")
    assert address in response.content.decode().replace("&amp;", "&")
    assert looks(house, "launch")[0].people == (house.key("north1"),)


@pytest.mark.parametrize("unit", ["2", "-1", "", "x", "9" * 400, "²"])
def test_a_unit_that_is_not_there_is_not_launched(house, sign_in, mooring_course, unit):
    (mine,) = own(house, "north1", mooring_course)
    asked = {"registration": mine.registration.id, "unit": unit}
    assert sign_in("ben").post("/people/my-learning/launch", asked).status_code == 404


def test_nobody_launches_for_somebody_else(house, sign_in, course):
    assign(sign_in("lead"), course, people="north6")
    (theirs,) = own(house, "north6", course)
    asked = {"registration": theirs.registration.id, "unit": "0"}
    assert sign_in("ben").post("/people/my-learning/launch", asked).status_code == 404
    assert theirs.open_sessions == own(house, "north6", course)[0].open_sessions == ()


def test_my_learning_says_how_far_one_is_and_what_is_asked(house, sign_in):
    said = text(sign_in("ben").get("/people/my-learning"))
    assert "Mooring lines: stand clear 0 of 2 units done" in said
    assert "done when: passed, at 60 % or more" in said


def test_a_zip_that_explodes_is_refused_in_words(house, sign_in):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../cmi5.xml", "x")
    assert "The package was not added" in upload(sign_in("lead"), packed.getvalue())
