"""Each content rule by a switch: a good statement, and the same with one thing changed.

The changed one is refused with 403 and its section, nothing of it is stored, and the good one is
taken afterwards: so it was that one thing. (cmi5 9 and 10.2)"""

from copy import deepcopy

import pytest

from leadline.cmi5 import terms
from leadline.store import Database

from .campus import BEN, VERBS, Campus, change, refused
from .packages import au

MASTERY = 0.8
SCORES = {
    "passed": {"scaled": 0.9, "raw": 90, "min": 0, "max": 100},
    "failed": {"scaled": 0.5, "raw": 50, "min": 0, "max": 100},
}
MOVING = {"id": terms.MOVE_ON_CATEGORY}
CMI5 = {"id": terms.CATEGORY}
ELSEWHERE = {"objectType": "Activity", "id": "https://example.org/elsewhere"}
ANOTHER_UUID = "ccaf384c-f8d4-4e7a-8304-49af58f0b176"
WORDS = ("initialized", "completed", "passed", "failed", "terminated")


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """One campus for all; every test takes a new registration."""
    folder = tmp_path_factory.mktemp("school")
    database = Database.open(f"sqlite:///{folder / 'one.db'}")
    yield Campus(database, folder / "courses")
    database.close()


@pytest.fixture(scope="module")
def course(school):
    unit = au(1, moveOn="CompletedAndPassed", masteryScore=str(MASTERY))
    return school.course(unit, au(2, moveOn="Completed"), au(3, masteryScore="0"))


@pytest.fixture
def player(school, course):
    return school.started(school.register(course))


def good(player, word):
    """A good statement; passed and failed have a score that was held against the mastery score."""
    made = player.good(word)
    if word in SCORES:
        made["result"]["score"] = dict(SCORES[word])
        made["context"]["extensions"][terms.MASTERY] = MASTERY
    return made


def without(*path):
    return lambda made: change(made, path, None)


def put(value, *path):
    return lambda made: change(made, path, value)


def extension(iri, value):
    return put(value, "context", "extensions", iri)


def categories(*those):
    return put(list(those), "context", "contextActivities", "category")


ANY = ("experienced", "completed", "terminated")
CASES = [
    pytest.param(ANY, without("id"), "9.1", marks=pytest.mark.cmi5(103)),
    pytest.param(ANY, without("timestamp"), "9.7", marks=pytest.mark.cmi5(104)),
    pytest.param(
        ANY, put("2026-11-23T15:00:00-06:00", "timestamp"), "9.7", marks=pytest.mark.cmi5(105)
    ),
    pytest.param(ANY, put("2026-11-23T15:00:00", "timestamp"), "9.7", marks=pytest.mark.cmi5(105)),
    pytest.param(
        (*ANY, "passed", "failed"), put(BEN, "actor"), "8.1.3, 9.2", marks=pytest.mark.cmi5(65)
    ),
    pytest.param(
        (*ANY, "passed"),
        put({"mbox": "mailto:ana@example.org"}, "actor"),
        "8.1.3, 9.2",
        marks=pytest.mark.cmi5(42),
    ),
    pytest.param(
        (*ANY, "passed"), put("Group", "actor", "objectType"), "8.1.3, 9.2",
        marks=pytest.mark.cmi5(41),
    ),
    pytest.param(
        ("completed", "passed", "failed", "terminated"), put(ELSEWHERE, "object"), "8.1.5, 9.4",
        marks=pytest.mark.cmi5(106),
    ),
    pytest.param(
        ("completed",),
        put({"objectType": "StatementRef", "id": ANOTHER_UUID}, "object"),
        "8.1.5, 9.4",
        marks=pytest.mark.cmi5(106),
    ),
    pytest.param(
        ("experienced",), without("context"), "9.6.3.1", marks=pytest.mark.cmi5(109)
    ),
    pytest.param(
        (*ANY, "passed", "failed"), without("context", "registration"), "8.1.4, 9.6.1",
        marks=pytest.mark.cmi5(108),
    ),
    pytest.param(
        (*ANY, "passed", "failed"), put(ANOTHER_UUID, "context", "registration"), "8.1.4, 9.6.1",
        marks=pytest.mark.cmi5(66, 108),
    ),
    pytest.param(
        (*ANY, "passed", "failed"), without("context", "extensions", terms.SESSION), "9.6.3.1",
        marks=pytest.mark.cmi5(109),
    ),
    pytest.param(
        (*ANY, "passed", "failed"), extension(terms.SESSION, ANOTHER_UUID), "9.6.3.1",
        marks=pytest.mark.cmi5(109, 111),
    ),
    pytest.param(
        (*ANY, "passed"), without("context", "contextActivities", "grouping"), "9.6.2, 10.2.1",
        marks=pytest.mark.cmi5(110, 112),
    ),
    pytest.param(
        (*ANY, "passed"),
        put([ELSEWHERE], "context", "contextActivities", "grouping"),
        "9.6.2, 10.2.1",
        marks=pytest.mark.cmi5(111, 112),
    ),
    pytest.param(
        ("experienced",), categories(CMI5), "7.1.3", marks=pytest.mark.cmi5(113)
    ),
    pytest.param(
        ("completed", "passed", "failed"), categories(CMI5), "9.6.2.2", marks=pytest.mark.cmi5(114)
    ),
    pytest.param(
        ("terminated",), categories(CMI5, MOVING), "9.6.2.2", marks=pytest.mark.cmi5(115)
    ),
    pytest.param(("experienced",), categories(MOVING), "9.6.2.2", marks=pytest.mark.cmi5(115)),
    pytest.param(
        ("completed", "terminated"), put({"scaled": 0.9}, "result", "score"), "9.5.1",
        marks=pytest.mark.cmi5(117),
    ),
    pytest.param(
        ("passed", "failed"), without("result", "score", "min"), "9.5.1",
        marks=pytest.mark.cmi5(118),
    ),
    pytest.param(
        ("passed", "failed"), without("result", "score", "max"), "9.5.1",
        marks=pytest.mark.cmi5(118),
    ),
    pytest.param(
        ("failed",), put({"scaled": -0.1}, "result", "score"), "9.5.1", marks=pytest.mark.cmi5(116)
    ),
    pytest.param(
        ("passed",), put({"scaled": 0.79}, "result", "score"), "9.3.4, 9.5.1",
        marks=pytest.mark.cmi5(116, 119),
    ),
    pytest.param(
        ("passed",), put({"raw": 79, "min": 0, "max": 100}, "result", "score"), "9.3.4, 9.5.1",
        marks=pytest.mark.cmi5(116),
    ),
    pytest.param(
        ("failed",), put({"scaled": 0.8}, "result", "score"), "9.3.5, 9.5.1",
        marks=pytest.mark.cmi5(116, 120),
    ),
    pytest.param(
        ("failed",), put({"raw": 8, "min": 0, "max": 10}, "result", "score"), "9.3.5, 9.5.1",
        marks=pytest.mark.cmi5(116),
    ),
    pytest.param(("passed",), without("result", "success"), "9.5.2", marks=pytest.mark.cmi5(121)),
    pytest.param(
        ("passed",), put(False, "result", "success"), "9.5.2", marks=pytest.mark.cmi5(121)
    ),
    pytest.param(("failed",), without("result", "success"), "9.5.2", marks=pytest.mark.cmi5(122)),
    pytest.param(
        ("failed",), put(True, "result", "success"), "9.5.2", marks=pytest.mark.cmi5(122)
    ),
    pytest.param(
        ("completed", "terminated"), put(True, "result", "success"), "9.5.2",
        marks=pytest.mark.cmi5(123),
    ),
    pytest.param(
        ("completed",), without("result", "completion"), "9.5.3", marks=pytest.mark.cmi5(124)
    ),
    pytest.param(
        ("completed",), put(False, "result", "completion"), "9.5.3", marks=pytest.mark.cmi5(124)
    ),
    pytest.param(
        ("passed", "failed", "terminated"), put(True, "result", "completion"), "9.5.3",
        marks=pytest.mark.cmi5(125),
    ),
    pytest.param(
        ("terminated",), without("result", "duration"), "9.5.4.1", marks=pytest.mark.cmi5(126)
    ),
    pytest.param(("terminated",), without("result"), "9.5.4.1", marks=pytest.mark.cmi5(126)),
    pytest.param(
        ("completed",), without("result", "duration"), "9.5.4.1", marks=pytest.mark.cmi5(127)
    ),
    pytest.param(
        ("passed",), without("result", "duration"), "9.5.4.1", marks=pytest.mark.cmi5(128)
    ),
    pytest.param(
        ("failed",), without("result", "duration"), "9.5.4.1", marks=pytest.mark.cmi5(129)
    ),
    pytest.param(
        ("passed", "failed"), without("context", "extensions", terms.MASTERY), "9.6.3.2",
        marks=pytest.mark.cmi5(130),
    ),
    pytest.param(
        ("passed", "failed"), extension(terms.MASTERY, 0.7), "9.6.3.2",
        marks=pytest.mark.cmi5(130),
    ),
    pytest.param(
        ("passed", "failed"), extension(terms.MASTERY, "0.8"), "9.6.3.2",
        marks=pytest.mark.cmi5(130),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "spoil", "section"), CASES)
def test_one_thing_wrong(school, course, words, spoil, section):
    for word in words:
        player = school.started(school.register(course))
        sent = good(player, word)
        spoilt = deepcopy(sent)
        spoil(spoilt)
        head = school.log.head()

        assert refused(player.post(spoilt)) == (403, f"cmi5 {section}"), word
        assert school.log.head() == head, "nothing is stored"
        assert player.post(sent).status == 200, "the switch was that one thing"


@pytest.mark.cmi5(107)
def test_a_defined_statement_without_context_says_nothing_of_cmi5(player):
    """9.6: without a context there is no category either, so it is no cmi5 allowed one, as that
    has the session's id."""
    for word in WORDS[1:]:
        sent = good(player, word)
        del sent["context"]
        assert player.post(sent).status == 403


@pytest.mark.cmi5(9)
@pytest.mark.parametrize("defined", [True, False])
def test_a_unit_cannot_void(school, player, defined):
    """6.3: neither as a cmi5 defined nor as an allowed statement"""
    experienced = player.good("experienced")
    assert player.post(experienced).status == 200
    voiding = player.good("voided", object={"objectType": "StatementRef", "id": experienced["id"]})
    if defined:
        categories(CMI5)(voiding)

    assert refused(player.post(voiding)) == (403, "cmi5 6.3")
    assert school.log.get(experienced["id"]) is not None


@pytest.mark.cmi5(113)
@pytest.mark.parametrize("word", ["launched", "abandoned", "waived", "satisfied"])
def test_the_verbs_of_the_lms_are_not_a_units(player, word):
    """9.3: what the LMS obliges itself to say, no unit says with the cmi5 category"""
    sent = player.good(word, result={"success": True, "duration": "PT1S"})
    categories(CMI5)(sent)
    assert refused(player.post(sent)) == (403, "cmi5 7.1.3")


@pytest.mark.cmi5(106)
def test_a_unit_does_not_speak_about_other_parts_of_a_course(player, course):
    """9.4: not even in an allowed statement, whatever the verb"""
    for other in (course.lms_id, course.units[1].lms_id, f"{course.units[0].lms_id}0"):
        sent = player.good("satisfied", object={"id": other})
        assert refused(player.post(sent)) == (403, "cmi5 9.4"), other
    beneath = player.good("answered", object={"id": f"{player.activity}/questions/1"})
    assert player.post(beneath).status == 200


@pytest.mark.cmi5(11, 115)
def test_a_defined_verb_without_the_category_is_an_allowed_statement(school, player):
    """7.1.3: any verb may be allowed; no rule of 9.3 binds it, and it moves nobody on"""
    for _ in range(2):
        for word in WORDS:
            sent = player.good(word, object=ELSEWHERE)
            del sent["context"]["contextActivities"]["category"]
            assert player.post(sent).status == 200
    progress = school.lms.progress(player.registration)
    assert not progress.units[0].met
    assert progress.open_sessions == (player.launch.session,)


@pytest.mark.cmi5(103)
def test_the_id_of_a_put_stands_in_its_query(player):
    """9.1: named there, it was the unit that gave it"""
    sent = player.good("experienced")
    named = sent.pop("id")
    assert player.ask("PUT", "/statements", sent, statementId=named).status == 204


@pytest.mark.cmi5(105)
@pytest.mark.parametrize("timestamp", ["2026-11-23T15:00:00Z", "2026-11-23T15:00:00.123+00:00"])
def test_utc_may_be_written_in_both_ways(player, timestamp):
    """9.7"""
    assert player.say("experienced", timestamp=timestamp).status == 200


@pytest.mark.cmi5(105)
def test_xapi_2_0_brings_no_offset_in(player):
    """9.7: the store would turn it into UTC, but the unit has not sent it so"""
    player.version = "2.0.0"
    sent = player.good("experienced", timestamp="2026-11-23T15:00:00+01:00")
    assert refused(player.post(sent)) == (403, "cmi5 9.7")


@pytest.mark.cmi5(111)
def test_a_unit_may_add_to_the_template(player):
    """10.2.1"""
    sent = player.good("experienced")
    sent["context"]["contextActivities"]["grouping"].append(ELSEWHERE)
    sent["context"]["contextActivities"]["parent"] = [ELSEWHERE]
    sent["context"]["extensions"]["https://example.org/more"] = 1
    sent["context"]["language"] = "en"
    assert player.post(sent).status == 200


@pytest.mark.cmi5(119, 120, 130)
def test_a_mastery_score_of_0_is_a_mastery_score(school, course):
    """9.3.4, 9.3.5, 10.2.4: 0 is not “none”; whoever has 0 has passed, and nobody can fail"""
    player = school.started(school.register(course), 2)
    assert player.data["masteryScore"] == 0
    failed = player.good("failed", result__score={"scaled": 0})
    failed["context"]["extensions"][terms.MASTERY] = 0
    assert refused(player.post(failed)) == (403, "cmi5 9.3.5, 9.5.1")
    passed = player.good("passed", result__score={"scaled": 0})
    assert refused(player.post(passed)) == (403, "cmi5 9.6.3.2")
    passed["context"]["extensions"][terms.MASTERY] = 0
    assert player.post(passed).status == 200


@pytest.mark.cmi5(116)
def test_a_derived_score_is_compared_as_a_mastery_score_is_written(school):
    """13.1.4: four decimals, so two of three reaches 0.6667"""
    player = school.started(school.enrolled(au(1, masteryScore="0.6667")))
    passed = player.good("passed", result__score={"raw": 2, "min": 0, "max": 3})
    passed["context"]["extensions"][terms.MASTERY] = 0.6667
    assert player.post(passed).status == 200


@pytest.mark.cmi5(119, 130)
def test_without_a_mastery_score_any_score_may_pass(school, course):
    """9.3.4"""
    player = school.started(school.register(course), 1)
    passed = player.good("passed", result__score={"scaled": 0.1})
    spoilt = deepcopy(passed)
    spoilt["context"]["extensions"][terms.MASTERY] = 0.05
    assert refused(player.post(spoilt)) == (403, "cmi5 9.6.3.2"), "the LMS has given none"
    assert player.post(passed).status == 200


@pytest.mark.cmi5(130)
def test_without_a_score_nothing_was_held_against_the_mastery_score(player):
    """9.6.3.2: required when evaluated"""
    assert player.say("passed").status == 200


@pytest.mark.cmi5(132, 133, 134)
@pytest.mark.parametrize("mode", ["Browse", "Review"])
def test_nothing_that_satisfies_is_recorded_in_browse_and_review(school, course, mode):
    """10.2.2"""
    player = school.started(school.register(course), 0, mode=mode)
    assert player.data["launchMode"] == mode
    for word in ("completed", "passed", "failed"):
        assert refused(player.post(good(player, word))) == (403, "cmi5 10.2.2"), word
    assert player.say("experienced").status == 200
    assert player.say("terminated").status == 200


@pytest.mark.cmi5(131, 134)
def test_normal_mode_records_what_satisfies(school, course):
    """10.2.2"""
    registration = school.register(course)
    player = school.started(registration, 1)
    assert player.data["launchMode"] == "Normal"
    assert player.say("completed").status == 200
    assert school.lms.progress(registration.id).units[1].met


@pytest.mark.cmi5(103)
def test_a_batch_is_refused_whole_and_says_which(school, player):
    """6.3: all of a request or nothing of it"""
    wrong = player.good("experienced", timestamp="2026-11-23T15:00:00-06:00")
    head = school.log.head()
    reply = player.post([player.good("experienced"), wrong])
    assert refused(reply) == (403, "cmi5 9.7")
    assert b'"[1].timestamp"' in reply.body
    assert school.log.head() == head


def test_what_is_no_statement_is_xapis_to_refuse(player):
    """xAPI: 400, before any rule of cmi5"""
    for wrong in ({"verb": {"id": VERBS["completed"]}}, [1], "text"):
        assert player.post(wrong).status == 400
    assert player.say("passed", actor__objectType="Unknown").status == 400
