"""Programmes on the page: goal first, only what answers the question, baseline, budget, paper."""

import re
from datetime import timedelta

import pytest

from leadline.actions.programmes import Programmes
from leadline.curriculum import Cost, Programme, Question
from leadline.privacy.viewer import Role
from leadline.web.page import Page
from story.printed import pages
from web.test_pages import DATA, PAGES

PROGRAMME, BASELINE = f"/programmes/programme?{DATA}", f"/programmes/programme/baseline?{DATA}"
BUDGET, GOALS = f"/impact/budget?{DATA}", "/programmes/goals"


def shown(sign_in, login, address):
    response = sign_in(login).get(address)
    assert response.status_code == 200
    return response.content.decode()


def words(html):
    """What a reader reads, in order."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u202f", " ").split())


def tiles(html):
    """(name, what it is about) of each tile, in the order of the document."""
    listed = re.search(r'<dl class="companions tiles">(.*?)</dl>', html, re.S)
    assert listed
    found = re.findall(r'<dt>(.*?) <span class="kind">(.*?)</span>', listed[1], re.S)
    return [(name.strip(), kind) for name, kind in found]


@pytest.mark.mission("S036")
def test_tiles_go_from_outcome_over_retention_and_assessment_to_activity(sign_in):
    for address in (PROGRAMME, f"{PROGRAMME}&more=all"):
        kinds = [kind for _, kind in tiles(shown(sign_in, "lead", address))]
        order = ["outcome", "retention", "assessment", "activity, not learning"]
        places = [order.index(kind) for kind in kinds]
        assert places == sorted(places)
        assert set(kinds) == set(order)
        assert kinds[0] == "outcome"


@pytest.mark.mission("S037")
def test_only_what_answers_its_question_is_shown_until_more_is_asked_for(sign_in):
    html = shown(sign_in, "lead", PROGRAMME)
    assert "Do they know it, and does it last?" in html
    asked = [name for name, _ in tiles(html)]
    assert asked == [
        "Audit score",
        "Left at the delayed check",
        "Pass at the first attempt",
        "Completed",
    ]
    more = re.search(r'<a href="([^"]+)">Show every figure', html)
    assert more
    everything = [name for name, _ in tiles(shown(sign_in, "lead", more[1].replace("&amp;", "&")))]
    assert set(asked) < set(everything)
    assert "Average score, first attempt" in everything


def test_the_goal_says_where_it_stands_against_its_target(sign_in):
    said = words(shown(sign_in, "lead", PROGRAMME))
    assert re.search(r"Audit score 8\d\.\d points \(8[\d.]+ to 8[\d.]+, 100 people\)", said), said
    assert "the target is 90.0 points by" in said


@pytest.mark.mission("S011")
def test_completion_passing_and_the_business_share_one_axis_of_months(sign_in):
    html = shown(sign_in, "lead", PROGRAMME)
    drawn = re.search(r"<svg data-chart.*?</svg>", html, re.S)
    assert drawn
    for name in ("Completed", "Pass at the first attempt", "Audit score"):
        assert f">{name}</text>" in drawn[0]
    lines = sign_in("lead").get(f"{PROGRAMME}&as=csv").content.decode().splitlines()
    assert lines[0] == "Month,Completed,Pass at the first attempt,Audit score"
    months = [line.split(",")[0] for line in lines[1:]]
    assert len(months) == len(set(months)) >= 2
    labels = [label for label in months if f">{label}</text>" in drawn[0]]
    assert labels == months


@pytest.mark.mission("S018")
def test_the_completion_report_says_how_much_of_it_was_tested(sign_in):
    said = words(shown(sign_in, "lead", "/programmes/completions?course=https%3A%2F%2Fstory.example%2Fcourse%2Fdata"))  # fmt: skip
    assert "not that anything was learned" in said
    assert re.search(r"with a score [\d.]+ % \(101 people\)", said), said
    assert re.search(r"with a score from weeks later [\d.]+ % \(101 people\)", said), said


def test_the_goals_are_listed_with_target_and_state(sign_in):
    said = words(shown(sign_in, "hr", GOALS))
    assert "0 of 2 programmes are at their target." in said
    assert "Days until a pilot is competent" in said
    assert "60.0 days" in said and "not at target yet" in said


def test_a_department_manager_reads_neither_outcome_nor_baseline(sign_in):
    said = words(shown(sign_in, "ana", PROGRAMME))
    assert "Audit score is not for your role to see." in said
    assert "84" not in said.split("Does this programme reach its goal?")[1].split("Its courses")[0]
    assert "No baseline" in words(shown(sign_in, "ana", BASELINE))
    assert sign_in("ana").get(BUDGET).status_code == 403


@pytest.mark.mission("S062")
def test_a_baseline_stands_while_late_records_come_in(sign_in, house):
    before = words(shown(sign_in, "lead", BASELINE))
    assert "No late record would change it." in before
    door = Programmes(house.app, house.lens(house.viewer("lead", Role.TRAINING_LEAD)))
    frozen = door.baseline(door.one("Data protection"))
    passed = next(f for f in frozen.figures if f.metric == "first_attempt_pass_rate")
    for number in range(12):
        house.attempts(
            f"late{number}",
            "assessment/check",
            passed=False,
            score=0.1,
            at=str(house.now - timedelta(days=60)),
            course="course/data",
        )
    house.refresh()
    after = words(shown(sign_in, "lead", BASELINE))
    assert "Late records would change" in after
    then = f"{100 * passed.estimate:.0f} %"
    assert f"Pass at the first attempt stays {then}; made today it would be" in after
    assert door.baseline(door.one("Data protection")) == frozen
    assert f"baseline {then}" in words(shown(sign_in, "lead", PROGRAMME))


def test_freezing_is_a_deed_with_its_line_in_the_log(sign_in, house):
    day = (house.now - timedelta(days=3)).date().isoformat()
    form = {"programme": "Pilots", "on": day}
    assert sign_in("analyst").post("/programmes/programme/freeze", form).status_code == 403
    done = sign_in("hr").post("/programmes/programme/freeze", form, follow=True)
    said = words(done.content.decode())
    assert "Days until a pilot is competent was" in said
    looks = [k for k in house.app.audit.looks() if k.what.startswith("freeze baseline/Pilots")]
    assert [look.login for look in looks] == ["hr"]
    digest = re.search(r"SHA-256 ([0-9a-f]{64})", said)
    assert digest and digest[1] in looks[0].what


def test_a_day_that_is_not_over_cannot_be_frozen(sign_in, house):
    form = {"programme": "Pilots", "on": house.now.date().isoformat()}
    done = sign_in("lead").post("/programmes/programme/freeze", form, follow=True)
    assert "is not over" in words(done.content.decode())


@pytest.mark.mission("S056")
def test_the_budget_is_one_page_on_paper_with_cost_change_interval_and_people(sign_in, house):
    said = words(shown(sign_in, "lead", BUDGET))
    assert re.search(r"has cost 4,\d\d\d EUR so far", said)
    response = sign_in("lead").get(f"{BUDGET}&as=pdf")
    assert response["Content-Type"] == "application/pdf"
    (sheet,) = pages(response.content)
    sheet = " ".join(sheet.split()).replace("\u202f", " ")
    assert "Budget: Data protection" in sheet
    assert re.search(r"4,\d\d\d EUR", sheet)
    assert re.search(r"\+\d\.\d points", sheet)
    assert re.search(r"\d\.\d to \d\.\d", sheet)
    assert re.search(r"\d+ people who had completed it and \d+ who had not", sheet)
    assert "ROI not estimable" in sheet
    assert sign_in("lead").get(f"{BUDGET}&as=pdf").content == response.content
    assert any(look.what.startswith("budget on paper") for look in house.app.audit.looks())


def test_a_programme_and_what_belongs_to_it_are_declared_on_the_page(sign_in, house):
    form = {
        "programme": "Safe paths",
        "audience": "employees",
        "courses": ["https://story.example/course/path"],
        "owner": "Ana",
        "aim": "metric completion_rate",
        "target": "0.9",
        "due": "2027-06-30",
        "valid_from": house.now.date().isoformat(),
    }
    assert sign_in("analyst").post("/programmes/goals/declare", form).status_code == 403
    lead = sign_in("lead")
    refused = lead.post("/programmes/goals/declare", form | {"target": "high"}, follow=True)
    assert "target: " in words(refused.content.decode())
    done = words(lead.post("/programmes/goals/declare", form, follow=True).content.decode())
    assert "It is declared" in done
    cost = {
        "programme": "Safe paths", "kind": "platform", "amount": "1200", "currency": "EUR",
        "per": "whole", "since": "2026-01-01", "until": "2027-01-01",
    }  # fmt: skip
    assert "platform" in words(lead.post("/impact/budget/cost", cost, follow=True).content.decode())
    ask = {
        "programme": "Safe paths", "question": "Do they finish?", "metrics": ["completion_rate"],
    }  # fmt: skip
    asked = lead.post("/programmes/programme/ask", ask, follow=True)
    assert "Do they finish?" in words(asked.content.decode())
    rows = house.app.curriculum.rows
    assert "Safe paths" in [each.programme for each in rows(Programme)]
    assert ("Safe paths", 1200.0) in [(each.programme, each.amount) for each in rows(Cost)]
    assert "Do they finish?" in [each.question for each in rows(Question)]


@pytest.mark.parametrize("name", ["programme", "baseline", "budget"])
def test_a_programme_that_is_not_declared_is_not_there(sign_in, name):
    address = PAGES[name]
    assert isinstance(address, Page)
    where = {"programme": PROGRAMME, "baseline": BASELINE, "budget": BUDGET}[name]
    assert sign_in("lead").get(where.replace("Data", "Wish")).status_code == 404


def test_the_catalogue_of_metrics_is_grouped_by_the_four_areas(sign_in):
    html = shown(sign_in, "lead", "/trust/definitions")
    counts = re.findall(r'<a href="\?q=[^"]+">([^<]+)</a> <span class="muted">(\d+)', html)
    assert [name for name, _ in counts] == [
        "Learner behaviour",
        "Performance outcomes",
        "Content effectiveness",
        "Programme trends",
    ]
    assert min(int(count) for _, count in counts) >= 3


@pytest.mark.mission("S028")
def test_home_says_which_systems_are_connected_and_when_each_came_in_last(sign_in, house):
    from leadline.store import System

    def connected():
        html = shown(sign_in, "hr", "/")
        listed = re.search(r'id="connected".*?</section>', html, re.S)
        pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", listed[0], re.S)
        return {name: words(said) for name, said in pairs}

    said = connected()
    assert set(said) >= {"LMS", "HR", "CRM", "tickets"}
    assert re.search(r"lms last load \d+ \w+ \d{4}, \d\d:\d\d", said["LMS"])
    assert re.search(r"people last load \d+ \w+ \d{4}, \d\d:\d\d", said["HR"])
    assert said["CRM"] == said["tickets"] == "not connected"
    house.app.systems.declare("lots", System.TICKETS)
    assert re.search(r"lots last load", connected()["tickets"])
