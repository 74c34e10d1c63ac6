"""When a unit may say what: the state machine of a session and of a unit in a registration.

(cmi5 7.1, 9.3, 11)"""

from datetime import timedelta

import pytest

from leadline.cmi5 import terms

from .campus import SECOND, refused
from .packages import au, block

WORDS = ("initialized", "completed", "passed", "failed", "terminated")


@pytest.fixture
def registration(campus):
    return campus.enrolled(block(1, au(1, moveOn="Completed")), au(2))


def said(player, *words):
    """Say them; the sections of those that were refused, by word."""
    answers = {word: player.say(word) for word in words}
    return {word: refused(each) for word, each in answers.items() if each.status != 200}


@pytest.mark.cmi5(5, 6, 91, 100)
def test_a_good_session(campus, registration):
    player = campus.started(registration)
    assert said(player, "experienced", "completed", "passed", "answered", "terminated") == {}
    assert campus.lms.progress(registration.id).open_sessions == ()


@pytest.mark.cmi5(86)
def test_initialized_comes_after_the_preferences_were_asked_for(campus, registration):
    player = campus.launch(registration)
    player.fetch()
    player.read_launch_data()
    assert refused(player.say("initialized")) == (403, "cmi5 11.0")
    assert player.profile("GET").status == 404, "there are none, but they were asked for"
    assert player.say("initialized").status == 200


@pytest.mark.cmi5(85)
@pytest.mark.parametrize(
    "asked",
    [
        {"profileId": None},
        {"profileId": "another"},
        {"agent": None},
        {"agent": {"mbox": "mailto:eve@example.org"}},
    ],
)
def test_something_else_was_asked_for(campus, registration, asked):
    """11: the document cmi5LearnerPreferences of the learner, and nothing else"""
    player = campus.launch(registration)
    player.fetch()
    player.read_launch_data()
    assert player.profile("GET", **asked).status in (400, 403)
    assert refused(player.say("initialized")) == (403, "cmi5 11.0")


@pytest.mark.cmi5(92)
@pytest.mark.parametrize("word", ["experienced", *WORDS[1:]])
def test_nothing_comes_before_initialized(campus, registration, word):
    """7.1.1, 9.3: whatever else is right about it"""
    player = campus.launch(registration)
    player.prepare()
    sent = player.good(word)
    assert refused(player.post(sent)) == (403, "cmi5 7.1.1, 9.3")
    assert player.say("initialized").status == 200
    sent["timestamp"] = player.good(word)["timestamp"]
    assert player.post(sent).status == 200


@pytest.mark.cmi5(92, 171)
def test_nothing_is_dated_before_initialized(campus, registration):
    """9.3: the order is that of the timestamps"""
    player = campus.launch(registration)
    player.prepare()
    early = player.good("experienced")
    assert player.say("initialized").status == 200
    assert refused(player.post(early)) == (403, "cmi5 9.3")


@pytest.mark.cmi5(171)
def test_a_batch_is_in_order_if_its_timestamps_are(campus, registration):
    """9.3: not that of arrival"""
    player = campus.launch(registration)
    player.prepare()
    batch = [player.good(word) for word in ("initialized", "experienced", "completed")]
    last = player.good("terminated")
    reply = player.post([last, *reversed(batch)])
    assert reply.status == 200
    assert campus.story(registration)[1:] == [
        *("initialized", "https://example.org/verbs/experienced", "completed"),
        *("satisfied", "satisfied", "terminated"),
    ]


@pytest.mark.cmi5(171)
def test_terminated_has_the_latest_timestamp(campus, registration):
    """9.3"""
    player = campus.started(registration)
    terminated = player.good("terminated")
    assert player.say("experienced").status == 200
    assert refused(player.post(terminated)) == (403, "cmi5 9.3")
    assert player.say("terminated").status == 200


@pytest.mark.cmi5(171)
def test_equal_timestamps_are_in_order(campus, registration):
    """9.7: they need not be unique"""
    player = campus.launch(registration)
    player.prepare()
    now = player.good("initialized")["timestamp"]
    for word in ("initialized", "experienced", "completed", "terminated"):
        assert player.say(word, timestamp=now).status == 200, word


@pytest.mark.cmi5(94, 95)
@pytest.mark.parametrize("word", WORDS[:-1])
def test_each_verb_once_a_session(campus, registration, word):
    """9.3"""
    player = campus.started(registration)
    if word != "initialized":
        assert player.say(word).status == 200
    assert refused(player.say(word)) == (403, "cmi5 9.3")


@pytest.mark.cmi5(96)
@pytest.mark.parametrize(("first", "second"), [("passed", "failed"), ("failed", "passed")])
def test_one_judgement_a_session(campus, registration, first, second):
    """9.3"""
    player = campus.started(registration)
    assert player.say(first).status == 200
    assert refused(player.say(second)) == (403, "cmi5 9.3")


@pytest.mark.cmi5(97, 98)
@pytest.mark.parametrize(("word", "section"), [("completed", "9.3.3"), ("passed", "9.3.4")])
def test_once_a_registration(campus, registration, word, section):
    """9.3: over all sessions of the unit; another unit and another registration are free"""
    player = campus.started(registration)
    assert said(player, word, "terminated") == {}
    again = campus.started(registration)
    assert refused(again.say(word)) == (403, f"cmi5 {section}")
    assert again.say("terminated").status == 200
    assert campus.started(registration, 1).say(word).status == 200
    course = campus.library.course(registration.course_id)
    assert campus.started(campus.register(course)).say(word).status == 200


@pytest.mark.cmi5(99)
def test_nothing_is_failed_once_it_is_passed(campus, registration):
    """9.3: failed may come before passed, in another session, as often as it likes"""
    for _ in range(2):
        assert said(campus.started(registration), "failed", "terminated") == {}
    assert said(campus.started(registration), "passed", "terminated") == {}
    again = campus.started(registration)
    assert refused(again.say("failed")) == (403, "cmi5 9.3")


@pytest.mark.cmi5(99, 171)
def test_a_failure_dated_before_the_pass_does_not_follow_it(campus, registration):
    """9.3: order is by timestamp, also over sessions"""
    first = campus.started(registration)
    ahead = (campus.clock() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    assert first.say("passed", timestamp=ahead).status == 200
    assert campus.started(registration).say("failed").status == 200


@pytest.mark.cmi5(101)
@pytest.mark.parametrize("word", ["experienced", *WORDS])
def test_nothing_comes_after_terminated(campus, registration, word):
    """9.3.8: the time we wait is none"""
    player = campus.started(registration)
    assert player.say("terminated").status == 200
    assert refused(player.say(word)) == (403, "cmi5 9.3.8")


@pytest.mark.cmi5(63, 101, 102)
@pytest.mark.parametrize("end", ["terminated", "abandoned"])
def test_what_was_stored_is_not_even_taken_again(campus, registration, end):
    """8.2.1: the session is asked before xAPI finds the statement stored, and everything is shut"""
    player = campus.started(registration)
    sent = player.good("experienced")
    assert player.put(sent).status == 204
    assert player.put(sent).status == 204, "xAPI lets it be repeated while the session goes on"
    if end == "terminated":
        assert player.say("terminated").status == 200
    else:
        assert campus.lms.abandon(player.launch.session)
    head = campus.log.head()
    for reply in (
        player.put(sent),
        player.post(sent),
        player.ask("GET", "/statements"),
        player.state("GET", terms.LAUNCH_DATA),
        player.state("PUT", body={}),
        player.profile("GET"),
        player.ask("GET", "/agents", agent=player.actor),
        player.ask("GET", "/activities", activityId=player.activity),
        player.ask("GET", "/activities/profile", activityId=player.activity),
    ):
        assert reply.status == 403
    assert campus.log.head() == head


@pytest.mark.cmi5(94, 95)
@pytest.mark.parametrize("word", ["initialized", "completed"])
def test_a_statement_sent_again_is_the_same_statement(campus, registration, word):
    """xAPI 2.1.1: after an answer that was lost; another one under its id is a conflict"""
    player = campus.launch(registration)
    player.prepare()
    first = player.good("initialized")
    assert player.post(first).status == 200
    sent = first if word == "initialized" else player.good(word)
    assert player.post(sent).status == 200
    before = campus.story(registration)
    assert player.post(sent).status == 200
    assert (
        player.post(sent | {"result": {**sent.get("result", {}), "response": "other"}}).status
        == 409
    )
    assert campus.story(registration) == before


@pytest.mark.cmi5(11)
def test_a_conflict_changes_no_state(campus, registration):
    """A statement whose id is taken is not stored, so nothing was said"""
    player = campus.started(registration)
    experienced = player.good("experienced")
    assert player.post(experienced).status == 200
    assert player.say("completed", id=experienced["id"]).status == 409
    assert not campus.lms.progress(registration.id).units[0].met
    assert player.say("completed").status == 200


@pytest.mark.cmi5(11)
def test_a_batch_that_is_refused_changes_no_state(campus, registration):
    """The third of three breaks a rule: the first two were not said either"""
    player = campus.started(registration)
    batch = [player.good(word) for word in ("completed", "passed", "failed")]
    assert refused(player.post(batch)) == (403, "cmi5 9.3")
    assert not campus.lms.progress(registration.id).units[0].met
    assert campus.story(registration)[-1] == "initialized"
    assert said(player, "completed", "passed") == {}


@pytest.mark.cmi5(62, 93)
def test_a_session_ends_with_its_time(campus, registration):
    """8.2.1, 9.3.2: it is shut at once, and abandoned at the next tidying"""
    player = campus.started(registration)
    campus.clock.now += timedelta(hours=24) + SECOND
    assert refused(player.say("experienced")) == (403, "cmi5 8.2.1")
    assert campus.lms.tidy().abandoned == 1
    assert campus.lms.tidy().abandoned == 0
    assert campus.story(registration)[-1] == "abandoned"


@pytest.mark.cmi5(93)
def test_a_launch_that_nobody_opens_in_an_hour_is_over(campus, registration):
    """9.3.2: initialized follows launched within a reasonable time"""
    player = campus.launch(registration)
    campus.clock.now += timedelta(hours=1)
    assert player.fetch()["error-code"] == "1"
