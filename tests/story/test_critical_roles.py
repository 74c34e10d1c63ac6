"""A role in which forgetting is a risk: forklift operators keep 70 %, nurses all of it.

Forty of each took the test on 2 March and the check three weeks later."""

import pytest

from leadline.curriculum import Check, Critical
from leadline.insights import findings
from leadline.metrics.critical import CriticalRole
from leadline.metrics.retention import Declared
from leadline.privacy.refusals import Forbidden
from leadline.privacy.shown_critical import safe_roles
from leadline.privacy.viewer import Role
from leadline.sources.curriculum_csv import read_list
from story.world import days, instant, iri

COURSE, TEST, LATER = "course/trucks", "assessment/day", "assessment/weeks"
LEARNED = "2026-03-02 09:00"
CHECK = Declared(iri(LATER), iri(TEST), 14, 28)
FORKLIFT, NURSE = CriticalRole("forklift operator", 0.9), CriticalRole("nurse", 0.9)


def mark(world, tmp_path, *roles):
    """The file that somebody writes; a role may bring its share."""
    path = tmp_path / "critical.csv"
    path.write_text("role,keeps\n" + "".join(r if "," in r else f"{r},\n" for r in roles))
    found = read_list(path, Critical)
    assert not found.refused, found.refused
    world.app.curriculum.replace(Critical, found.rows)


def take(world, prefix, role, *, left, people=40, answer=36):
    for number, login in enumerate(world.people(prefix, people, unit="Org/North", role=role)):
        first = (0.8, 0.9, 1.0)[number % 3]
        sits(world, login, TEST, first)
        if number < answer:
            sits(world, login, LATER, round(first * left, 3), (15, 21, 27)[number // 3 % 3])


def sits(world, login, quiz, score, after=0.0):
    at = str(instant(LEARNED) + days(after))
    world.attempts(login, quiz, passed=score >= 0.7, score=score, at=at, course=COURSE)


@pytest.fixture
def port(world, tmp_path):
    world.app.curriculum.replace(Check, [Check(iri(LATER), iri(TEST))])
    mark(world, tmp_path, "forklift operator", "nurse")
    take(world, "fred", "forklift operator", left=0.7)
    take(world, "nora", "nurse", left=1.0)
    return world


def risks(lens):
    return [found for found in findings(lens) if found.insight == "critical_role"]


def test_what_a_critical_role_forgets_is_a_risk_and_its_null_twin_is_none(port):
    (found,) = risks(port.lens(Role.COMPLIANCE_OFFICER))
    assert "retention among forklift operator fell below the 90 %" in found.sentence
    assert "70 %" in found.sentence and "36 people" in found.sentence
    assert (found.part, found.about, found.course) == ("forklift operator", iri(TEST), iri(COURSE))
    audience = next(each for each in found.hypotheses if each.cause == "audience")
    assert audience.supported


def test_without_the_mark_nobody_is_alarmed(port, tmp_path):
    mark(port, tmp_path, "pilot")
    port.refresh()
    assert risks(port.lens(Role.COMPLIANCE_OFFICER)) == []


def test_a_lower_bar_is_met(port, tmp_path):
    mark(port, tmp_path, "forklift operator,0.6")
    port.refresh()
    assert risks(port.lens(Role.COMPLIANCE_OFFICER)) == []


def test_of_few_who_answered_nothing_is_claimed(world, tmp_path):
    world.app.curriculum.replace(Check, [Check(iri(LATER), iri(TEST))])
    mark(world, tmp_path, "forklift operator")
    take(world, "fred", "forklift operator", left=0.5, answer=25)
    assert risks(world.lens(Role.COMPLIANCE_OFFICER)) == []


def test_who_changed_roles_since_counts_where_they_learned(port):
    """Ten operators became nurses after the test; they stay operators of that day."""
    for number in range(1, 11):
        port.person(f"fred{number}", unit="Org/North", role="nurse", since="2026-03-10")
    port.refresh()
    shown = port.lens(Role.COMPLIANCE_OFFICER).critical()
    assert {role.role: each.tested for (role, _), each in shown.items()} == {
        "forklift operator": 36,
        "nurse": 36,
    }


def test_few_of_a_role_and_few_beside_it_are_not_told(port):
    """Eight pilots were tested as well: neither they nor, beside the whole, all the others."""
    take(port, "pia", "pilot", left=0.5, people=8, answer=8)
    port.refresh()
    shown = port.lens(Role.COMPLIANCE_OFFICER).critical()
    assert len(shown) == 1


def test_enough_beside_them_hides_nothing(port):
    take(port, "pia", "pilot", left=0.5, people=20, answer=20)
    port.refresh()
    assert len(port.lens(Role.COMPLIANCE_OFFICER).critical()) == 2


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        (Role.ANALYST, True),
        (Role.TRAINING_LEAD, True),
        (Role.HR_MANAGER, True),
        (Role.ADMINISTRATOR, False),
        (Role.PRIVACY_OFFICER, False),
    ],
)
def test_it_is_made_of_scores_and_roles(port, role, opens):
    lens = port.lens(role)
    if opens:
        assert len(lens.critical()) == 2
    else:
        with pytest.raises(Forbidden):
            lens.critical()


def test_a_manager_sees_the_own_team_alone(port):
    port.person("ana", unit="Org/South")
    port.refresh()
    assert dict(port.lens(port.viewer("ana", Role.DEPARTMENT_MANAGER)).critical()) == {}


def test_the_response_is_not_told_where_few_others_were_silent(port):
    """Each role has four silent people, so that neither response is told, nor may be worked out."""
    lens = port.lens(Role.COMPLIANCE_OFFICER)
    assert {each.due for each in lens.critical().values()} == {None}


def test_silent_people_of_the_others_are_protected_too(port):
    """Twelve operators are silent, which may be told; but beside the whole, so could be four."""
    take(port, "finn", "forklift operator", left=0.7, people=20, answer=12)
    port.refresh()
    shown = {
        role: each for (role, _), each in port.lens(Role.COMPLIANCE_OFFICER).critical().items()
    }
    assert shown[FORKLIFT].due is None
    found = port.lens(Role.COMPLIANCE_OFFICER).lasting()
    assert found[CHECK].due is not None
    assert safe_roles({}, found, 10) == ({}, 0)


@pytest.mark.parametrize("keeps", ["0", "1.2", "most"])
def test_a_bar_that_is_no_share_is_refused_with_its_line(tmp_path, keeps):
    path = tmp_path / "critical.csv"
    path.write_text(f"role,keeps\nnurse,{keeps}\n")
    (refused,) = read_list(path, Critical).refused
    assert refused.field == "keeps"
