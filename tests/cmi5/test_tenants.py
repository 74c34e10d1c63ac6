"""Two organisations on one installation: by API each has its own courses, and no others exist."""

import pytest

from .campus import ANA, BEN
from .test_api import PRIVATE, Desk

ASKED = {"au": 0, "actor": BEN}
BODIES = {"registrations": {"actor": BEN}, "launch": ASKED, "waive": {"au": 0, "reason": "x"}}


@pytest.fixture
def tenants(one_campus):
    """A desk of the installation's own, and one of another organisation."""
    return Desk(one_campus), Desk(one_campus, tenant="north")


@pytest.mark.parametrize("own", [0, 1])
def test_each_tenant_does_everything_with_its_own_and_lists_nothing_else(tenants, own):
    mine, others = tenants[own], tenants[1 - own]
    course = mine.course()
    assert others.course()["id"] != course["id"]  # the same bytes: still a course for each
    assert mine.ask("GET", "/courses") == (200, {"courses": [course]})
    made = mine.launched(course)
    names = made | {"course": course["id"]}
    for method, path in sorted(within(names), key=lambda each: each[0] == "DELETE"):
        asked = BODIES.get(path.rpartition("/")[2], b"")
        assert mine.ask(method, path, asked)[0] in (200, 204), (method, path)


@pytest.mark.parametrize("own", [0, 1])
def test_what_is_another_tenants_is_not_there_and_stays_as_it_is(tenants, own):
    mine, others = tenants[own], tenants[1 - own]
    course = mine.course()
    made = mine.launched(course)
    registration = f"/registrations/{made['registration']}"
    before = mine.ask("GET", registration), mine.campus.log.head()
    tried = within(made | {"course": course["id"]})
    assert len(tried) == len(PRIVATE) - 2  # all but the list itself
    for method, path in tried:
        asked = BODIES.get(path.rpartition("/")[2], b"")
        status, refusal = others.ask(method, path, asked)
        assert (status, refusal["field"]) == (404, "path"), (method, path)
    assert others.ask("GET", "/courses") == (200, {"courses": []})
    assert mine.ask("GET", f"/courses/{course['id']}") == (200, course)
    assert (mine.ask("GET", registration), mine.campus.log.head()) == before


def test_a_registration_of_another_tenant_cannot_be_gone_on_with(tenants):
    ours, north = tenants
    made, theirs = ours.launched(ours.course()), north.course()
    asked = {"actor": ANA, "registration": made["registration"]}
    before = ours.campus.log.head()
    for path, more in (("registrations", {}), ("launch", {"au": 0})):
        assert north.ask("POST", f"/courses/{theirs['id']}/{path}", asked | more)[0] == 404
    assert ours.campus.log.head() == before


def within(names):
    """Every private address below the list of courses, of what these names name."""
    paths = [(method, path.split("/")) for method, path in PRIVATE if path != "/courses"]
    return [(method, "/".join(names.get(part, part) for part in path)) for method, path in paths]
