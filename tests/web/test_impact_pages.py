"""What the pages of impact say: the claim's verb and no other, and never "no effect"."""

import re
from dataclasses import replace

import pytest

from leadline.metrics.impact import Covariate
from leadline.privacy.shown_impact import safe_impact
from leadline.stats.claims import Check, claim
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from leadline.web.pages.outcomes import wording
from story.world import iri
from web.test_pages import AUDIT

PASSING = [Check(name, "pass", "") for name in ("balance", "overlap", "placebo", "unmeasured")]
VETOED = [*PASSING[:2], Check("placebo", "fail", "−1,139"), PASSING[3]]


@pytest.fixture(scope="module")
def shown(house):
    lens = house.lens()
    (outcome,) = lens.outcomes()
    return lens.impacts(outcome)[iri("course/data")]


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.mission("S051")
def test_two_groups_that_may_differ_in_all_else_are_only_associated(sign_in):
    said = text(sign_in("hr").get(f"/impact/outcomes/course?{AUDIT}"))
    assert "“Data” is associated with “Audit score”: a difference of" in said
    assert "caused" not in said and "effect on" not in said
    assert "Nothing is known of what was not recorded" in said
    assert re.search(r"of those who had not, \d+ did while the outcome was counted", said)


def test_the_list_gives_each_course_a_number_or_the_reason_why_not(sign_in):
    said = text(sign_in("lead").get("/impact/outcomes"))
    assert "“Data” is associated with “Audit score”" in said
    assert "50 of each are needed" in said
    assert "For 2 courses too little is known to tell" in said


def test_the_verb_is_the_claims(shown):
    weighted = replace(shown, claim=claim("weighted", PASSING))
    assert wording.verb(weighted) == claim("weighted", PASSING).wording
    vetoed = replace(shown, claim=claim("weighted", VETOED))
    assert wording.verb(vetoed) == ""
    assert wording.short(vetoed) == "not established: the groups differed before the course"


def test_nothing_seen_is_told_apart_from_too_little_to_tell(shown):
    nothing = replace(shown, headline=Interval(0.1, -0.4, 0.6, ""), verdict="inconclusive")
    few = replace(nothing, detectable=3.0, plausible=1.0)
    many = replace(nothing, detectable=0.5, plausible=1.0)
    assert wording.short(few) == "too little data to tell"
    assert wording.detectable(few) == "Only differences above 3.0 points would show among so few"
    assert wording.short(many) == "no difference is seen"
    assert wording.detectable(many) == "Differences above 0.500 points would have shown"
    assert "no effect" not in wording.short(few) + wording.short(many)


def test_groups_that_are_too_small_are_not_shown(shown):
    tiny = replace(shown.others, people=9)
    assert safe_impact(replace(shown, others=tiny), 10) is None
    hidden = safe_impact(
        replace(
            shown,
            later=3,
            left_out={"completed it earlier": 9, "not employed on the landmark day": 0},
            balance=(Covariate("role: pilot", 0.3, 0.1, 4), Covariate("years", 0.2, 0.0, 52)),
        ),
        10,
    )
    assert hidden.later is None
    assert list(hidden.left_out.values()) == [None, 0]
    assert [each.before for each in hidden.balance] == [None, 0.2]


def test_hours_of_a_few_are_not_correlated(shown):
    told = replace(shown.correlations, hours=Interval(0.5, 0.1, 0.8, ""), hours_people=9)
    hidden = safe_impact(replace(shown, correlations=told), 10)
    assert isinstance(hidden.correlations.hours, Refused)
    assert hidden.correlations.hours_people == 0


def test_an_unknown_course_is_not_there(sign_in):
    assert sign_in("hr").get("/impact/outcomes/course?course=x&outcome=y").status_code == 404
