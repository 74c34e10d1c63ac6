"""The policy, role by role, and what follows from it for every metric."""

from datetime import UTC, datetime

import ibis
import pytest
from ibis.common.exceptions import IbisError

from leadline.facts import Sensitivity as S
from leadline.facts import catalogue as facts
from leadline.metrics import Metric, catalogue
from leadline.metrics.obligation import OBLIGATION
from leadline.privacy.cut import CutFacts, may_ask
from leadline.privacy.document import document
from leadline.privacy.policy import POLICY, Place, Register, Rows
from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Purpose, Role
from leadline.refresh import schemas

NOBODYS = {Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}
COLUMNS = {name: fact.columns for name, fact in facts().items()} | {
    "obligation": OBLIGATION.columns
}
TYPES = schemas() | {"obligation": {name: c.type for name, c in OBLIGATION.columns.items()}}
LOOKING = [role for role in Role if role not in NOBODYS]


def test_every_role_has_its_line():
    assert set(POLICY) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_what_may_stand_beside_a_name_may_be_counted_or_is_a_name(role):
    rules = POLICY[role]
    assert rules.named - {S.IDENTITY} <= rules.columns
    assert rules.purposes and rules.places


@pytest.mark.parametrize("role", sorted(NOBODYS))
def test_who_runs_or_guards_the_system_sees_nobodys_records(role):
    rules = POLICY[role]
    assert (rules.rows, rules.columns, rules.named) == (Rows.NOBODY, frozenset(), frozenset())


def test_who_must_not_see_what():
    """EXPERIENCE, "First login", column "must not see", and MISSION M."""
    assert not POLICY[Role.COMPLIANCE_OFFICER].activities  # full activity logs
    assert S.ACTIVITY not in POLICY[Role.COMPLIANCE_OFFICER].columns
    assert S.HR not in POLICY[Role.TRAINING_LEAD].named  # HR ratings of named people
    assert "response" in POLICY[Role.HR_MANAGER].closed  # item-level answers
    assert POLICY[Role.DEPARTMENT_MANAGER].rows is Rows.TEAM  # any person outside the team
    assert "response" in POLICY[Role.DEPARTMENT_MANAGER].closed
    assert POLICY[Role.LEARNER].rows is Rows.SELF  # other people
    assert POLICY[Role.ANALYST].named == frozenset()  # names
    assert S.PREDICTION not in POLICY[Role.HR_MANAGER].columns  # predictions never in HR exports
    assert [r for r in Role if Register.LOOKS in POLICY[r].registers] == [Role.PRIVACY_OFFICER]
    assert all(Place.PEOPLE not in POLICY[role].places for role in (*NOBODYS, Role.ANALYST))


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_metric_is_open_only_where_every_column_it_uses_is(name):
    """Which columns it uses is worked out a second way: take each away, see whether it still builds."""
    used = uses(catalogue()[name])
    assert used
    for role in LOOKING:
        rules = POLICY[role]
        open_to_role = all(
            rules.opens(fact, column, COLUMNS[fact][column].sensitivity)
            for fact, column in used
            if fact in COLUMNS
        )
        assert may_ask(role, name) <= open_to_role, role


def uses(metric: Metric) -> set[tuple[str, str]]:
    """(fact, column) without which the metric's expression cannot be built."""
    opened: set[str] = set()
    build(metric, opened)
    return {
        (fact, column)
        for fact in opened & set(COLUMNS)
        for column in COLUMNS[fact]
        if not build(metric, set(), without=(fact, column))
    } | {(fact, "") for fact in opened - set(COLUMNS)}


def build(metric: Metric, opened: set[str], without: tuple[str, str] = ("", "")) -> bool:
    class Facts(CutFacts):
        def __getattr__(self, name):
            opened.add(name)
            table = ibis.table(ibis.schema(TYPES[name]), name=name)
            if name == "event":
                table = table.mutate(person=table.actor)
            return table.drop(without[1]) if name == without[0] else table

    facts_given = Facts(None, POLICY[Role.LEARNER], None, datetime(2026, 1, 1, tzinfo=UTC), "UTC")
    try:
        metric.rows(facts_given)
    except (AttributeError, IbisError):
        return False
    return True


def test_the_compliance_officer_may_ask_about_records_and_not_about_activity():
    allowed = {name for name in catalogue() if may_ask(Role.COMPLIANCE_OFFICER, name)}
    assert {"completion_rate", "first_attempt_pass_rate", "overdue_rate"} <= allowed
    assert not allowed & {"logins", "statements", "video_viewers", "watched_time"}


def test_a_closed_fact_is_forbidden_and_not_merely_empty():
    closed = CutFacts(lambda name: None, POLICY[Role.HR_MANAGER], None, None, "UTC")
    with pytest.raises(Forbidden):
        _ = closed.response


def test_the_documentation_names_every_role_fact_column_and_metric():
    page = document()
    lines = page.splitlines()
    assert all(any(line.startswith(f"| {name} |") for line in lines) for name in catalogue())
    for fact in facts().values():
        said = "".join(line for line in lines if line.startswith(f"| {fact.name} | `"))
        assert all(said.count(f"`{column}`") == 1 for column in fact.columns), fact.name
    assert all(any(line.startswith(f"| {role} |") for line in lines) for role in Role)
    assert all(purpose in page for purpose in Purpose)


def test_the_documentation_says_what_is_protected_and_what_is_not():
    page = document()
    assert page.index("How small groups are protected") < page.index("What is not protected yet")
    line = next(x for x in page.splitlines() if x.startswith("| activity detail |"))
    columns = dict(
        zip(["", "kind", *Role], (cell.strip() for cell in line.split("|")), strict=False)
    )
    assert columns[Role.COMPLIANCE_OFFICER] == columns[Role.PRIVACY_OFFICER] == "closed"
    assert columns[Role.DEPARTMENT_MANAGER] == "in groups"
