"""What the LMS writes: abandoned, waived, satisfied, voided (cmi5 6.3, 9.3.6 to 9.6)."""

import json
from datetime import datetime, timedelta

import pytest

from leadline.cmi5 import terms
from leadline.cmi5.lms import Unfit
from leadline.cmi5.speech import duration
from leadline.statements import read

from .campus import ANA, HOME, SECOND, basic, refused
from .packages import au, au_id, block, block_id, course_id


def by_word(campus, registration, word):
    """The statements of a word in a registration, in the order of the log."""
    iri = terms.LMS_VERBS[word]
    return [s for s in campus.log_of(registration) if s["verb"]["id"] == iri]


def ids(statement, relation):
    return [each["id"] for each in statement["context"]["contextActivities"][relation]]


def session_of(statement):
    return statement["context"]["extensions"][terms.SESSION]


# what all of them have


@pytest.mark.cmi5(106, 113, 153, 155)
def test_all_the_lms_says_is_cmi5_defined(campus):
    """9.3 to 9.6: actor, category, registration, session id, publisher's id"""
    registration = campus.enrolled(block(1, au(1, moveOn="Completed")), au(2, moveOn="Passed"))
    assert campus.started(registration).say("completed").status == 200
    campus.launch(registration)
    campus.lms.waive(registration.id, 1, "Tested Out")
    said = [s for s in campus.log_of(registration) if s["authority"]["account"]["name"] == "cmi5"]
    publisher = {"launched": au_id(1), "abandoned": au_id(1), "waived": au_id(2)}
    words = {iri: word for word, iri in terms.LMS_VERBS.items()}
    course = campus.library.course(registration.course_id)
    own = {block_id(1): course.blocks[0].lms_id, course_id(): course.lms_id}
    assert [words[s["verb"]["id"]] for s in said] == [
        *("launched", "satisfied", "abandoned", "launched", "waived", "satisfied"),
    ]
    for s, goal in zip(said, (None, block_id(1), None, None, None, course_id()), strict=True):
        assert s["actor"] == ANA
        assert s["authority"]["account"]["homePage"] == HOME
        assert terms.CATEGORY in ids(s, "category")
        assert session_of(s)
        assert ids(s, "grouping")[0] == (goal or publisher[words[s["verb"]["id"]]])
        assert goal is None or s["object"]["id"] == own[goal]
        assert s["timestamp"].endswith("Z")


# abandoned


@pytest.mark.cmi5(102, 142, 143, 144)
def test_abandoned_once(campus):
    """9.3.6"""
    registration = campus.enrolled(au(1))
    player = campus.started(registration)
    assert campus.lms.abandon(player.launch.session)
    assert not campus.lms.abandon(player.launch.session)
    (said,) = by_word(campus, registration, "abandoned")
    assert session_of(said) == player.launch.session
    assert said["object"]["id"] == player.activity
    assert refused(player.say("experienced")) == (403, "cmi5 9.3.6")


@pytest.mark.cmi5(143)
def test_a_terminated_session_is_not_abandoned(campus):
    """9.3.6, 9.3.8"""
    registration = campus.enrolled(au(1))
    player = campus.started(registration)
    assert player.say("terminated").status == 200
    assert not campus.lms.abandon(player.launch.session)
    campus.launch(registration)
    assert by_word(campus, registration, "abandoned") == []


@pytest.mark.cmi5(144, 145)
def test_abandoned_lasted_until_the_last_statement(campus):
    """9.5.4.2: from launched, of any kind, however late it is found abandoned"""
    registration = campus.enrolled(au(1))
    player = campus.started(registration)
    (start,) = by_word(campus, registration, "launched")
    began = datetime.fromisoformat(start["timestamp"])
    last = (began + timedelta(minutes=10, seconds=1.5)).isoformat().replace("+00:00", "Z")
    assert player.say("experienced", timestamp=last).status == 200
    campus.clock.now += timedelta(hours=3)
    campus.lms.abandon(player.launch.session)
    (said,) = by_word(campus, registration, "abandoned")
    assert said["result"] == {"duration": "PT601.5S"}


@pytest.mark.cmi5(144)
def test_a_launch_that_was_never_opened_lasted_no_time(campus):
    """9.5.4.2"""
    registration = campus.enrolled(au(1))
    campus.lms.abandon(campus.launch(registration).launch.session)
    assert by_word(campus, registration, "abandoned")[0]["result"] == {"duration": "PT0S"}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "PT0S"), (-5, "PT0S"), (60, "PT60S"), (0.25, "PT0.25S"), (100_000, "PT100000S")],
)
def test_durations(seconds, text):
    assert duration(timedelta(seconds=seconds)) == text


@pytest.mark.cmi5(167)
def test_a_launch_abandons_the_open_sessions_of_its_registration(campus):
    """9.3.6: of whichever unit; of no other registration; and before launched"""
    registration = campus.enrolled(au(1), au(2))
    other = campus.started(campus.register_again(registration, ANA))
    first = campus.started(registration, 0)
    second = campus.launch(registration, 1)
    assert campus.story(registration)[-2:] == ["abandoned", "launched"]
    assert session_of(by_word(campus, registration, "abandoned")[0]) == first.launch.session
    assert refused(first.say("experienced")) == (403, "cmi5 9.3.6")
    second.start()
    assert other.say("experienced").status == 200


# waived


@pytest.mark.cmi5(146, 147, 148, 150, 151, 152)
def test_waived(campus):
    """9.3.7, 9.5.2, 9.5.3, 9.5.5.2, 9.6.2.2"""
    registration = campus.enrolled(au(1, moveOn="Passed"), au(2, moveOn="Passed"))
    player = campus.started(registration, 1)
    assert campus.lms.waive(registration.id, 0, "Tested Out")
    (said,) = by_word(campus, registration, "waived")
    assert said["result"] == {
        "success": True,
        "completion": True,
        "extensions": {terms.REASON: "Tested Out"},
    }
    assert set(ids(said, "category")) == {terms.CATEGORY, terms.MOVE_ON_CATEGORY}
    same = [s for s in campus.log_of(registration) if session_of(s) == session_of(said)]
    assert same == [said]
    assert session_of(said) != player.launch.session
    assert player.say("experienced").status == 200, "an open session goes on"


@pytest.mark.cmi5(147)
def test_no_waiving_without_a_reason(campus):
    """9.3.7"""
    registration = campus.enrolled(au(1))
    with pytest.raises(Unfit):
        campus.lms.waive(registration.id, 0, " ")
    assert by_word(campus, registration, "waived") == []


@pytest.mark.cmi5(149)
def test_waived_once_a_unit_and_registration(campus):
    """9.3.7: and each with a session id of its own"""
    registration = campus.enrolled(au(1, moveOn="Passed"), au(2, moveOn="Passed"))
    assert campus.lms.waive(registration.id, 0, "Administrative")
    assert not campus.lms.waive(registration.id, 0, "Administrative")
    assert campus.lms.waive(registration.id, 1, "Administrative")
    sessions = {session_of(s) for s in by_word(campus, registration, "waived")}
    assert len(sessions) == 2
    assert campus.lms.waive(campus.register_again(registration, ANA).id, 0, "Equivalent AU")


@pytest.mark.cmi5(148, 168, 169)
def test_waiving_satisfies(campus):
    """9.3.9: a waived unit has met its moveOn, and what follows has the session id of waived"""
    registration = campus.enrolled(block(1, au(1, moveOn="CompletedAndPassed")))
    campus.lms.waive(registration.id, 0, "Tested Out")
    assert campus.story(registration) == ["waived", "satisfied", "satisfied"]
    assert len({session_of(s) for s in campus.log_of(registration)}) == 1
    again = campus.started(registration)
    assert again.say("completed").status == 200
    assert campus.story(registration).count("satisfied") == 2


# moveOn and satisfied

TABLE = [  # moveOn, and what it takes: nothing, completed, passed, both
    ("NotApplicable", True, True, True, True),
    ("Completed", False, True, False, True),
    ("Passed", False, False, True, True),
    ("CompletedAndPassed", False, False, False, True),
    ("CompletedOrPassed", False, True, True, True),
]


@pytest.mark.cmi5(156, 157, 158, 162)
@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_move_on(campus, row):
    """13.1.4: the truth table; failed never matters"""
    move_on, *expected = row
    course = campus.course(block(1, au(1, moveOn=move_on)))
    stories = ((), ("completed",), ("passed",), ("completed", "passed"))
    for words, satisfied in zip(stories, expected, strict=True):
        registration = campus.register(course)
        player = campus.started(registration)
        for word in words:
            assert player.say(word).status == 200
        assert campus.story(registration).count("satisfied") == (2 if satisfied else 0), words
        assert campus.lms.progress(registration.id).units[0].met is satisfied
    failed = campus.started(campus.register(course))
    assert failed.say("failed").status == 200
    assert campus.lms.progress(failed.registration).units[0].met is expected[0]


@pytest.mark.cmi5(158, 166)
def test_satisfied_comes_right_after_its_cause(campus):
    """9.3.9: block, then course, with the session's id, and dated at once after it"""
    registration = campus.enrolled(block(1, au(1, moveOn="CompletedAndPassed")))
    player = campus.started(registration)
    batch = [player.good(word) for word in ("completed", "passed", "experienced", "terminated")]
    assert player.post(batch).status == 200
    said = campus.log_of(registration)
    assert campus.story(registration)[3:6] == ["passed", "satisfied", "satisfied"]
    assert {session_of(s) for s in said} == {player.launch.session}
    stamps = [datetime.fromisoformat(s["timestamp"]) for s in said]
    assert stamps == sorted(stamps)


@pytest.mark.cmi5(158, 162)
def test_blocks_in_blocks(campus):
    """9.3.9: a block is satisfied when all units in it are, at whatever depth"""
    registration = campus.enrolled(
        block(1, au(1, moveOn="Completed"), block(2, au(2, moveOn="Completed"))),
        block(3, au(3, moveOn="Completed"), au(4)),
    )

    def satisfied_after(index):
        before = len(by_word(campus, registration, "satisfied"))
        assert campus.started(registration, index).say("completed").status == 200
        said = by_word(campus, registration, "satisfied")[before:]
        return [s["object"]["definition"]["name"]["en"] for s in said]

    assert satisfied_after(2) == ["Block 3"]
    assert satisfied_after(1) == ["Block 2"]
    assert satisfied_after(0) == ["Block 1", "Course"]


@pytest.mark.cmi5(159, 160, 161, 163, 164, 165, 170)
def test_blocks_and_courses_have_ids_of_ours(campus):
    """9.4, 9.3.9: generated, unique, not the publisher's, the same in every statement"""
    course = campus.course(block(1, au(1)), block(2, au(2)))
    ana, again = campus.register(course), campus.register(course)
    said = by_word(campus, ana, "satisfied")
    objects = [s["object"]["id"] for s in said]
    assert objects == [course.blocks[1].lms_id, course.blocks[0].lms_id, course.lms_id]
    assert len(set(objects)) == 3
    assert not {course_id(), block_id(1), block_id(2)} & set(objects)
    assert [s["object"]["definition"]["type"] for s in said] == [
        *(terms.BLOCK, terms.BLOCK, terms.COURSE)
    ]
    assert [s["object"] for s in by_word(campus, again, "satisfied")] == [s["object"] for s in said]


@pytest.mark.cmi5(172)
def test_satisfied_once_a_registration(campus):
    """9.3.9: whatever more is completed, passed or waived"""
    registration = campus.enrolled(block(1, au(1, moveOn="CompletedOrPassed")))
    player = campus.started(registration)
    for word in ("completed", "passed", "terminated"):
        assert player.say(word).status == 200
    campus.lms.waive(registration.id, 0, "Administrative")
    assert campus.story(registration).count("satisfied") == 2


@pytest.mark.cmi5(156)
def test_progress_is_what_is_on_record(campus):
    registration = campus.enrolled(au(1, moveOn="Completed"), au(2, moveOn="Passed"))
    player = campus.started(registration)
    sent = player.good("completed")
    assert player.post(sent).status == 200
    progress = campus.lms.progress(registration.id)
    assert [unit.met for unit in progress.units] == [True, False]
    assert progress.units[0].record.completed_at == datetime.fromisoformat(sent["timestamp"])
    assert progress.open_sessions == (player.launch.session,)
    assert progress.satisfied_at is None
    campus.lms.waive(registration.id, 1, "Administrative")
    assert campus.lms.progress(registration.id).satisfied_at == campus.clock.now
    assert campus.lms.registrations(ANA) == [registration]


@pytest.mark.cmi5(8, 38)
def test_more_than_a_thousand_units(campus):
    """6.1: and as many blocks, all satisfied at registration"""
    registration = campus.enrolled(*(block(n, au(n)) for n in range(1_001)))
    assert campus.story(registration) == ["satisfied"] * 1_002
    assert campus.started(registration, 1_000).say("completed").status == 200


# what slipped in


@pytest.fixture
def stranger(campus):
    """Sends a statement with a credential that is no session's."""

    def send(player, statement):
        credential, secret = campus.credentials.create("sim", ["all"])
        player.token = basic(credential.key, secret)
        assert player.post(statement).status == 200
        return statement["id"]

    return send


@pytest.mark.cmi5(10, 174)
def test_what_came_by_another_way_is_voided(campus, stranger):
    """6.3: it says it is cmi5 defined, but no session has heard it"""
    registration = campus.enrolled(au(1, moveOn="Completed"))
    player = campus.started(registration)
    stray = stranger(player, player.good("completed"))
    assert not campus.lms.progress(registration.id).units[0].met
    assert campus.lms.tidy().voided == 1
    assert campus.lms.tidy().voided == 0
    assert campus.log.get(stray) is None
    (voiding,) = [
        s
        for s in (json.loads(each.payload) for each in campus.log.since(0, 1_000))
        if s["verb"]["id"] == terms.LMS_VERBS["voided"]
    ]
    assert voiding["object"] == {"objectType": "StatementRef", "id": stray}
    assert voiding["actor"]["account"] == {"homePage": HOME, "name": "cmi5"}


@pytest.mark.cmi5(10)
def test_what_breaks_no_rule_stays(campus, stranger):
    """6.3, 7.1.3: allowed statements, those of sessions, those of another LMS's registrations"""
    registration = campus.enrolled(au(1, moveOn="Completed"))
    player = campus.started(registration)
    assert player.say("completed").status == 200
    allowed = player.good("experienced")
    elsewhere = player.good(
        "completed", context__registration="ccaf384c-f8d4-4e7a-8304-49af58f0b176"
    )
    mention = player.good("experienced", result={"response": terms.CATEGORY})
    for statement in (allowed, elsewhere, mention):
        stranger(player, statement)
    head = campus.log.head()
    assert campus.lms.tidy().voided == 0
    assert campus.log.head() == head


@pytest.mark.cmi5(10)
def test_every_stray_is_found_in_a_long_log(campus, stranger, monkeypatch):
    monkeypatch.setattr("leadline.cmi5.strays.BATCH_STATEMENTS", 3)
    registration = campus.enrolled(au(1))
    player = campus.started(registration)
    for _ in range(4):
        stranger(player, player.good("completed"))
        stranger(player, player.good("experienced"))
    assert campus.lms.tidy().voided == 4
    monkeypatch.setattr("leadline.cmi5.strays.LOOK_BATCHES", 1)
    for _ in range(2):
        stranger(player, player.good("experienced"))
        stranger(player, player.good("completed"))
    assert sum(campus.lms.tidy().voided for _ in range(6)) == 2, "a long log takes several looks"


def test_nothing_is_looked_through_before_the_first_registration(campus):
    """An old log may be long, and nothing in it can be about a registration that is new"""
    said = {"actor": ANA, "verb": {"id": "https://example.org/saw"}, "object": {"id": HOME}}
    campus.log.append([read(said, stored=campus.clock(), authority=ANA)], source="sim")
    assert campus.lms.tidy().voided == 0
    assert campus.database.execute("SELECT seq FROM cmi5_looked") == [(1,)]


@pytest.mark.cmi5(171)
def test_abandoned_is_never_dated_before_what_the_unit_said(campus):
    """9.3: a unit's clock may be ahead of ours"""
    registration = campus.enrolled(au(1))
    player = campus.started(registration)
    ahead = campus.clock.now + timedelta(minutes=5) + SECOND
    sent = player.good("experienced", timestamp=ahead.isoformat().replace("+00:00", "Z"))
    assert player.post(sent).status == 200
    campus.lms.abandon(player.launch.session)
    (said,) = by_word(campus, registration, "abandoned")
    assert datetime.fromisoformat(said["timestamp"]) == ahead
