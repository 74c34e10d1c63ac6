"""Registration, launch URL, LMS.LaunchData and `launched` (cmi5 8.1, 9.2, 9.3.1, 9.6.3, 10)."""

import json
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest

from leadline.cmi5 import terms
from leadline.cmi5.lms import NoSuch, Unfit

from .campus import ADDRESSES, ANA, BEN, HOME, TENANT
from .packages import Packages, au, au_id, block, course_id

URL = "https://content.example/au/index.html"


def launched(campus, registration):
    """The last `launched` statement."""
    said = campus.log_of(registration)
    return [s for s in said if s["verb"]["id"] == terms.LMS_VERBS["launched"]][-1]


def launched_extensions(campus, registration):
    return launched(campus, registration)["context"]["extensions"]


# registration, actor, activity ids


@pytest.mark.cmi5(36, 37)
def test_a_registration_is_an_enrolment_in_a_course(campus):
    """8.1.4, 9.6.1: the LMS makes the UUID, and every launch in the course passes it"""
    course = campus.course(au(1), au(2))
    ana, again = campus.register(course), campus.register(course)
    assert len({ana.id, again.id}) == 2
    assert str(UUID(ana.id)) == ana.id
    for index in (0, 1):
        assert campus.launch(ana, index).registration == ana.id


@pytest.mark.cmi5(36)
def test_a_registration_may_be_named_by_who_enrols(campus):
    """The same call again finds it; for another learner or course it is taken"""
    course, other = campus.course(au(1)), campus.course(au(2))
    named = str(uuid4())
    made = campus.register(course, registration=named.upper())
    assert made.id == named
    assert campus.register(course, registration=named) == made
    for wrong in (lambda: campus.register(course, BEN, registration=named),
                  lambda: campus.register(other, registration=named)):  # fmt: skip
        with pytest.raises(Unfit):
            wrong()
    with pytest.raises(Unfit):
        campus.register(course, registration="7")


@pytest.mark.cmi5(36)
def test_what_is_not_there_is_said_to_be_not_there(campus):
    registration = campus.enrolled(au(1))
    for wrong in (
        lambda: campus.lms.register("0" * 24, ANA, tenant=TENANT),
        lambda: campus.lms.register(registration.course_id, ANA, tenant="another"),
        lambda: campus.lms.registration(registration.id, "another"),
        lambda: campus.lms.launch(registration.id, 1),
        lambda: campus.lms.launch(registration.id, -1),
        lambda: campus.lms.launch(str(uuid4()), 0),
        lambda: campus.lms.launch(registration.id, 0, tenant="another"),
        lambda: campus.lms.waive(registration.id, 0, "Administrative", tenant="another"),
        lambda: campus.lms.progress(registration.id, tenant="another"),
        lambda: campus.lms.abandon(str(uuid4())),
    ):
        with pytest.raises(NoSuch):
            wrong()
    session = campus.launch(registration).launch.session
    with pytest.raises(NoSuch):
        campus.lms.abandon(session, tenant="another")


def test_a_retired_course_takes_nobody_new(campus):
    course = campus.course(au(1))
    ana = campus.register(course)
    campus.library.retire(course.course_id)
    with pytest.raises(Unfit):
        campus.register(course, BEN)
    assert campus.started(ana).say("terminated").status == 200


@pytest.mark.cmi5(38)
def test_what_asks_for_nothing_is_satisfied_at_registration(campus):
    """9.6.1, 9.3.9: before any launch, inner blocks first, all with one session id of their own"""
    registration = campus.enrolled(block(1, block(2, au(1))), au(2))
    said = campus.log_of(registration)
    assert [s["object"]["definition"]["type"] for s in said] == [*[terms.BLOCK] * 2, terms.COURSE]
    assert [s["object"]["definition"]["name"] for s in said[:2]] == [
        {"en": "Block 2"},
        {"en": "Block 1"},
    ]
    sessions = {s["context"]["extensions"][terms.SESSION] for s in said}
    assert len(sessions) == 1
    player = campus.launch(registration)
    assert player.launch.session not in sessions
    assert campus.story(registration) == [*["satisfied"] * 3, "launched"]


@pytest.mark.cmi5(39, 40, 41, 42)
def test_the_actor_is_an_agent_with_an_account(campus):
    """8.1.3, 9.2: the LMS defines it, and it says nothing of the person"""
    for wrong in (
        {"mbox": "mailto:ana@example.org"},
        {"objectType": "Group", "account": ANA["account"]},
        {"account": {"name": "4711"}},
        {},
    ):
        with pytest.raises(Unfit):
            campus.enrolled(au(1), actor=wrong)
    registration = campus.enrolled(au(1))
    assert campus.launch(registration).actor == ANA
    assert [s["actor"] for s in campus.log_of(registration)] == [ANA] * 2


@pytest.mark.cmi5(39)
def test_an_actor_without_object_type_stays_as_it_is(campus):
    """What the API was given is what units and statements get"""
    bare = {"account": ANA["account"]}
    player = campus.started(campus.enrolled(au(1), actor=bare))
    assert player.actor == bare
    assert player.say("terminated", actor=ANA).status == 200


@pytest.mark.cmi5(39)
def test_a_person_is_one_account_a_tenant(campus):
    """8.1.3: opaque, always the same, and the directory knows whose it is"""
    ana, ben = 1001, 1002
    mine = campus.lms.learner(ana, "default")
    assert mine["account"]["homePage"] == HOME
    assert campus.lms.learner(ana, "default") == mine
    others = [campus.lms.learner(ben, "default"), campus.lms.learner(ana, "academy")]
    assert len({json.dumps(each) for each in [mine, *others]}) == 3
    assert sorted(person for _, person in campus.directory.all_links()) == [ana, ana, ben]
    assert "1001" not in json.dumps(mine)


@pytest.mark.cmi5(43, 44, 45, 46)
def test_each_unit_has_an_activity_id_of_ours_for_good(campus):
    """8.1.5: unique, not the publisher's, the same for every launch and registration"""
    course = campus.course(au(1), au(2))
    other = campus.course(au(1), au(2), id=course_id(2))
    ana, ben = campus.register(course), campus.register(course, BEN)
    again = campus.register(other)
    ids = [campus.launch(ana, 0).activity, campus.launch(ana, 1).activity]
    assert [campus.launch(ana, 0).activity, campus.launch(ben, 1).activity] == ids
    ids.append(campus.launch(again).activity)
    assert len(set(ids)) == 3
    assert not {au_id(1), au_id(2)} & set(ids)
    assert all(urlsplit(each).scheme for each in ids)


# the launch URL


@pytest.mark.cmi5(50, 51, 53, 54)
def test_the_launch_url_carries_what_8_1_names(campus):
    """8.1: name and value pairs, each value URL-encoded"""
    registration = campus.enrolled(au(1, URL))
    url = campus.lms.launch(registration.id, 0).url
    parts = urlsplit(url)
    assert url.startswith(f"{URL}?")
    pairs = dict(parse_qsl(parts.query, strict_parsing=True))
    assert set(pairs) == {"endpoint", "fetch", "actor", "registration", "activityId"}
    assert pairs["endpoint"] == f"{HOME}/xapi", "units append /statements to it"
    assert pairs["fetch"].startswith(f"{HOME}/cmi5/fetch/")
    assert json.loads(pairs["actor"]) == ANA
    assert pairs["registration"] == registration.id
    assert not set(' "{}:/') & set(parts.query)


@pytest.mark.cmi5(52)
@pytest.mark.parametrize(
    ("url", "query", "fragment"),
    [
        (f"{URL}?paramA=1&paramB=2", "paramA=1&paramB=2", ""),
        (f"{URL}?a=%20&a=+&b", "a=%20&a=+&b", ""),
        (f"{URL}?a=1#/page/2", "a=1", "/page/2"),
        (f"{URL}#top", "", "top"),
    ],
)
def test_a_units_own_query_is_kept_as_it_is(campus, url, query, fragment):
    """8.1, 13.1.4"""
    registration = campus.enrolled(au(1, url))
    parts = urlsplit(campus.lms.launch(registration.id, 0).url)
    own, _, ours = parts.query.partition("endpoint=")
    assert own.rstrip("&") == query
    assert ours
    assert parts.fragment == fragment
    assert launched_extensions(campus, registration)[terms.LAUNCH_URL] == url


@pytest.mark.cmi5(47, 49)
@pytest.mark.parametrize("method", ["OwnWindow", "AnyWindow"])
def test_a_launch_tells_how_the_unit_wants_to_be_opened(campus, method):
    """8.1"""
    registration = campus.enrolled(au(1, launchMethod=method))
    assert campus.lms.launch(registration.id, 0).method == method


# LMS.LaunchData


def data_of(campus, *children, **manner):
    player = campus.launch(campus.enrolled(*children), **manner)
    player.fetch()
    return player.read_launch_data()


@pytest.mark.cmi5(4, 67, 68, 69, 70, 71)
def test_launch_data_is_a_json_document_of_this_launch(campus):
    """10.1: under its activityId, actor and registration, before each launch"""
    registration = campus.enrolled(au(1), au(2))
    player = campus.launch(registration)
    player.fetch()
    reply = player.state("GET", terms.LAUNCH_DATA)
    assert reply.headers["content-type"] == "application/json"
    again = campus.launch(registration, mode="Browse")
    again.fetch()
    assert again.read_launch_data()["launchMode"] == "Browse"
    for wrong in (
        {"activityId": campus.launch(registration, 1).activity},
        {"agent": BEN},
        {"registration": str(uuid4())},
    ):
        assert again.state("GET", terms.LAUNCH_DATA, **wrong).status == 403


@pytest.mark.cmi5(72, 73, 74, 154)
def test_the_context_template(campus):
    """10.2.1, 9.6.2.3, 9.6.3.1: session id, and the publisher's id as it was"""
    registration = campus.enrolled(block(1, au(1)))
    player = campus.launch(registration)
    player.fetch()
    template = player.read_launch_data()["contextTemplate"]
    assert template["extensions"] == {terms.SESSION: player.launch.session}
    grouping = [each["id"] for each in template["contextActivities"]["grouping"]]
    course = campus.library.course(registration.course_id)
    assert grouping == [au_id(1), course.lms_id, course.blocks[0].lms_id]
    assert template["registration"] == registration.id
    assert "category" not in template["contextActivities"]
    other = campus.launch(registration)
    assert other.launch.session != player.launch.session


@pytest.mark.cmi5(76, 79)
@pytest.mark.parametrize("mode", ["Normal", "Browse", "Review"])
def test_launch_mode_and_move_on_always_stand_there(campus, mode):
    """10.2.2, 10.2.5"""
    data = data_of(campus, au(1), mode=mode)
    assert (data["launchMode"], data["moveOn"]) == (mode, "NotApplicable")
    assert data_of(campus, au(1, moveOn="Passed"))["moveOn"] == "Passed"
    assert set(data) == {"contextTemplate", "launchMode", "moveOn"}, "and nothing that is not set"


def test_another_mode_is_refused(campus):
    with pytest.raises(Unfit):
        campus.launch(campus.enrolled(au(1)), mode="Peek")


@pytest.mark.cmi5(77, 78, 80, 81, 82)
def test_what_the_structure_has(campus):
    """10.2.3, 10.2.4, 10.2.7; an alternate entitlement key is agreed with nobody"""
    unit = au(1, masteryScore="0.9", launch_parameters="a=1&b", entitlement_key="xyz-123")
    data = data_of(campus, unit)
    assert data["masteryScore"] == 0.9
    assert data["launchParameters"] == "a=1&b"
    assert data["entitlementKey"] == {"courseStructure": "xyz-123"}
    assert data_of(campus, au(1, masteryScore="0"))["masteryScore"] == 0
    assert data_of(campus, unit, launch_parameters="")["launchParameters"] == ""


@pytest.mark.cmi5(176)
def test_a_return_url_is_handed_over(campus):
    """10.2.6"""
    data = data_of(campus, au(1), return_url=f"{HOME}/learn")
    assert data["returnURL"] == f"{HOME}/learn"


@pytest.mark.cmi5(90)
def test_preferences_of_the_launch_in_the_learners_order(campus):
    """11.1; what a learner has told already is not overwritten"""
    registration = campus.enrolled(au(1))
    player = campus.launch(registration, languages=("fr-BE", "en"), audio="off")
    player.fetch()
    first = player.ask_preferences()
    assert json.loads(first.body) == {"languagePreference": "fr-BE,en", "audioPreference": "off"}
    again = campus.launch(registration, languages=("de",))
    again.fetch()
    assert again.ask_preferences().body == first.body


# launched


@pytest.mark.cmi5(135, 136, 138, 139, 140, 155)
def test_launched_is_recorded_before_the_unit_is_opened(campus):
    """9.3.1, 9.6.3: once a session"""
    registration = campus.enrolled(au(1, f"{URL}?a=1", moveOn="Passed"))
    player = campus.launch(registration, mode="Review")
    assert campus.story(registration) == ["launched"]
    said = launched(campus, registration)
    assert said["context"]["extensions"] == {
        terms.SESSION: player.launch.session,
        terms.MODE: "Review",
        terms.LAUNCH_URL: f"{URL}?a=1",
        terms.MOVE_ON: "Passed",
    }
    assert said["object"]["id"] == player.activity
    assert said["context"]["registration"] == registration.id
    assert "result" not in said
    player.start()
    assert player.say("terminated").status == 200
    assert campus.story(registration).count("launched") == 1


@pytest.mark.cmi5(137, 141)
@pytest.mark.parametrize("mastery", ["0.9", "0"])
def test_launched_tells_mastery_score_and_parameters_where_there_are(campus, mastery):
    """9.6.3.2, 9.6.3.7"""
    registration = campus.enrolled(au(1, masteryScore=mastery, launch_parameters="a"))
    campus.launch(registration)
    told = launched_extensions(campus, registration)
    assert (told[terms.MASTERY], told[terms.PARAMETERS]) == (float(mastery), "a")


def test_a_unit_in_a_package_is_launched_from_the_content_server(campus):
    course = campus.library.add(Packages.read(Packages.zip()), by="ana")
    player = campus.launch(campus.register(course))
    address, _, query = player.launch.url.partition("?")
    assert address == f"{ADDRESSES.content}/content/{course.course_id}/index.html"
    assert parse_qs(query)["activityId"] == [course.units[0].lms_id]
