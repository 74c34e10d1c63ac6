"""Delayed checks on pages: a lead writes and schedules one, a learner answers, others see counts.

Ben of North was sent a check of `course/data`; Ana leads North, Zoe leads South."""

import uuid
from urllib.parse import urlencode

import pytest
from django.test import Client

from leadline.checks.records import Invitation
from leadline.privacy.policy import POLICY, Deed
from leadline.privacy.viewer import Role
from story.world import days, iri
from web.planted import LOGINS
from web.test_answers import text

COURSE = urlencode({"course": iri("course/data")})
NEW = f"/programmes/checks/new?{COURSE}"
FORM = {
    "course": iri("course/data"),
    "of": iri("assessment/check"),
    "title": "Data, weeks later",
    "pass_mark": "50",
    "from_day": "14",
    "to_day": "28",
    "share": "100",
    "text": ["Who may see it?", ""],
    "answers": ["* Whom it concerns\nEverybody", ""],
}


def save(client, **more):
    return text(client.post("/programmes/checks/save", {**FORM, **more}, follow=True))


def newest(house):
    return house.app.checks.records.quizzes()[0]


@pytest.fixture
def quiz(house, sign_in):
    """A scheduled check of the test's own, ended afterwards."""
    save(sign_in("lead"))
    made = newest(house)
    sign_in("lead").post(f"/programmes/checks/{made.key}/schedule")
    yield newest(house)
    house.app.checks.end(newest(house))


def key_of(quiz, login):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{quiz.key} {login}"))


def ask(house, quiz, login, learned=16):
    """Have somebody asked; gives their invitation."""
    checks = house.app.checks
    at = house.now - days(learned)
    key = key_of(quiz, login)
    closes = at + days(28)
    one = Invitation(key, quiz.key, house.key(login), 1, at, at + days(14), closes)
    checks.records.replan(quiz.key, [one])
    checks.issue()
    return checks.records.invitation(key)


def test_a_lead_goes_from_did_it_last_to_a_scheduled_check(house, sign_in):
    lead = sign_in("lead")
    page = lead.get(f"/programmes/retention?{COURSE}").content.decode()
    assert f'href="{NEW}"' in page.replace("&amp;", "&")
    draft = save(lead)
    assert "This is a draft; nobody is asked yet" in draft
    assert "Who may see it?" in draft and "Schedule it" in draft
    key = newest(house).key
    shown = text(lead.post(f"/programmes/checks/{key}/schedule", follow=True))
    assert "It is scheduled" in shown and "Nobody has been asked yet" in shown
    ended = text(lead.post(f"/programmes/checks/{key}/end", follow=True))
    assert "nobody more is asked" in ended


def test_what_will_not_do_is_said_and_what_was_typed_is_not_lost(house, sign_in):
    lead = sign_in("lead")
    before = len(house.app.checks.records.quizzes())
    sent = {**FORM, "answers": ["Nobody\nEverybody", ""]}
    shown = lead.post("/programmes/checks/save", sent, follow=True).content.decode()
    assert "question 1" in shown and "Put a * before each right one" in shown
    assert "Nobody\nEverybody" in shown and 'value="Who may see it?"' in shown
    assert "no whole number" in save(lead, from_day="soon")
    assert "no window" in save(lead, from_day="28", to_day="14")
    assert "no test of this course" in save(lead, of=iri("assessment/other"))
    assert len(house.app.checks.records.quizzes()) == before


def test_a_draft_can_be_changed_and_is_shown_as_it_was_written(house, sign_in):
    lead = sign_in("lead")
    save(lead)
    key = newest(house).key
    form = lead.get(f"{NEW}&check={key}").content.decode()
    assert "* Whom it concerns\nEverybody" in form
    save(lead, check=key, title="Data again", to_day="35")
    changed = newest(house)
    assert (changed.key, changed.content.title, changed.plan.to_day) == (key, "Data again", 35)


@pytest.mark.parametrize("login", LOGINS)
def test_only_who_may_schedule_writes_reads_keys_and_schedules(house, sign_in, quiz, login):
    role = LOGINS[login][0]
    client, may = sign_in(login), Deed.SCHEDULE_CHECKS in POLICY[role].deeds
    assert client.post("/programmes/checks/save", FORM).status_code == (302 if may else 403)
    for deed in ("schedule", "end"):
        answer = client.post(f"/programmes/checks/{quiz.key}/{deed}")
        assert answer.status_code == (302 if may else 403)
    page = client.get(f"/programmes/checks/{quiz.key}").content.decode()
    assert ("Whom it concerns" in page) is may


def test_a_draft_is_nobodys_business_but_the_writers(house, sign_in):
    save(sign_in("lead"))
    key = newest(house).key
    assert sign_in("analyst").get(f"/programmes/checks/{key}").status_code == 404
    listed = sign_in("analyst").get(f"/programmes/retention?{COURSE}").content.decode()
    assert key not in listed


def test_a_learner_finds_it_on_home_and_my_learning_and_answers_once(house, sign_in, quiz):
    ben = sign_in("ben")
    invitation = ask(house, quiz, "north1")
    address = f"/people/my-learning/checks/{invitation.id}"
    for page in ("/", "/people/my-learning"):
        assert address in ben.get(page).content.decode()
    shown = text(ben.get(address))
    assert "Who may see it?" in shown
    assert "can be seen by: training lead, compliance officer, department manager of" in shown
    assert "single answers, with your name, can be seen by: training lead" in shown
    done = text(ben.post(f"{address}/send", {"q0": "a"}, follow=True))
    assert "You answered this on" in done
    again = text(ben.post(f"{address}/send", {"q0": "b"}, follow=True))
    assert "there is nothing else to do" in again
    assert house.app.checks.records.invitation(invitation.id).correct == 1
    assert address not in ben.get("/people/my-learning").content.decode()


def test_nobody_answers_for_somebody_else(house, sign_in, quiz):
    invitation = ask(house, quiz, "south1")
    address = f"/people/my-learning/checks/{invitation.id}"
    assert sign_in("ben").get(address).status_code == 404
    assert sign_in("ben").post(f"{address}/send", {"q0": "a"}).status_code == 404
    assert sign_in("lead").get(address).status_code == 403
    assert house.app.checks.records.invitation(invitation.id).answered_at is None


def by_link(house, invitation):
    return f"/checks/{house.app.checks.records.link(invitation.id)}"


def test_the_link_opens_without_signing_in_names_nobody_and_takes_one_answer(house, quiz):
    visitor = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    invitation = ask(house, quiz, "north1")
    link = by_link(house, invitation)
    opened = visitor.get(link)
    assert opened["Referrer-Policy"] == "no-referrer"
    assert opened["Cache-Control"] == "private, no-store"
    assert "North1" not in opened.content.decode()
    assert "sessionid" not in opened.cookies
    assert "You had 1 of 1 question right" in text(visitor.post(link, {"q0": "a"}))
    assert "You answered this on" in text(visitor.post(link, {"q0": "b"}))
    assert "You answered this on" in text(visitor.get(link))
    assert house.app.checks.records.invitation(invitation.id).correct == 1


def test_a_link_whose_days_are_over_says_so_and_takes_nothing(house, quiz):
    invitation = ask(house, quiz, "north1", learned=27.99)
    link, checks = by_link(house, invitation), house.app.checks
    now = checks.now
    try:
        for moment, said in ((days(2), "can no longer be answered"), (-days(20), "opens on")):
            checks.now = lambda moment=moment: house.now + moment
            visitor = Client(SERVER_NAME="localhost")
            assert said in text(visitor.get(link))
            assert said in text(visitor.post(link, {"q0": "a"}))
    finally:
        checks.now = now
    assert checks.records.invitation(invitation.id).answered_at is None


def test_an_unknown_link_leads_nowhere(house):
    visitor = Client(SERVER_NAME="localhost")
    for token in ("a", "x" * 43, "%00"):
        assert visitor.get(f"/checks/{token}").status_code == 404


def test_others_see_counts_of_enough_people_in_their_own_view(house, sign_in, quiz):
    """Twelve of North and two of South are asked, eleven of North answer."""
    checks = house.app.checks
    people = [f"north{n}" for n in range(1, 13)] + ["south1", "south2"]
    at = house.now - days(16)
    planned = [
        Invitation(key_of(quiz, p), quiz.key, house.key(p), 1, at, at + days(14), at + days(28))
        for p in people
    ]
    checks.records.replan(quiz.key, planned)
    assert checks.issue() == 14
    for person in people[:11]:
        checks.answer(key_of(quiz, person), [{"a"}])
    address = f"/programmes/checks/{quiz.key}"
    assert "11 of 14 people asked have answered" in text(sign_in("lead").get(address))
    ana = text(sign_in("ana").get(address))
    assert "12 people were asked; how many answered is withheld" in ana
    assert "14" not in ana.partition("As of now")[0].replace("14 to 28", "")
    analyst = text(sign_in("analyst").get(address))
    assert "how many answered is withheld" in analyst
    assert "North1" not in analyst


def test_every_look_and_deed_is_written_down(house, sign_in, quiz):
    sign_in("ana").get(f"/programmes/checks/{quiz.key}")
    looks = house.app.audit.looks(limit=20)
    what = [(look.login, look.what, look.outcome) for look in looks]
    assert ("ana", f"delayed check [check={quiz.key}]", "shown") in what
    assert ("lead", f"schedule a delayed check [check={quiz.key}]", "shown") in what


def test_who_sees_the_answers_is_said_as_the_policy_has_it(house):
    from leadline.web.checking import notice

    result, answers, _ = notice()
    for role in (Role.TRAINING_LEAD, Role.COMPLIANCE_OFFICER, Role.DEPARTMENT_MANAGER):
        assert role in result
    assert Role.DEPARTMENT_MANAGER not in answers
    assert Role.ANALYST not in result + answers
