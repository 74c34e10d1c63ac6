"""From a red figure to a decision: its causes weighed, judged, decided upon, changed, all kept."""

import re
from datetime import date
from html import unescape

import pytest

from leadline.actions.frozen import Altered
from leadline.curriculum import Standard
from leadline.insights.stored import Status
from leadline.privacy.viewer import Role
from leadline.web import words
from story.world import iri

COURSE = {"course": iri("course/path")}


@pytest.fixture(scope="module")
def surveyed(house):
    """The planted world as the worker leaves it: findings stored."""
    house.app.survey(at_once=True)
    return house


@pytest.fixture
def fresh(surveyed):
    """Nothing judged, decided or changed yet."""
    assert surveyed.app.ledger.changes() is not None and surveyed.app.archive.altered() is not None
    surveyed.app.database.execute("DELETE FROM frozen WHERE subject LIKE 'decision/%'")
    tables = ("decision", "change_made", "finding_cause")
    for table in tables:
        surveyed.app.database.execute(f"DELETE FROM {table}")
    surveyed.app.database.execute("UPDATE finding SET status = 'open'")
    surveyed.app.database.execute("DELETE FROM finding_event WHERE audience IS NULL")
    return surveyed


def html_of(response):
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


def follow(client, html, text):
    """What the link with this text opens."""
    hrefs = re.findall(r'href="([^"]+)"[^>]*>\s*' + re.escape(text), html)
    return html_of(client.get(hrefs[0]))


def opened(client):
    """The page of the first finding to review."""
    return follow(client, html_of(client.get("/programmes/findings")), "Weigh and decide")


def form(html, action):
    """The hidden fields of a form."""
    inside = html[html.index(f'action="{action}"') :]
    inside = inside[: inside.index("</form>")]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def judged(client, html, **said):
    said = form(html, "/programmes/findings/judge") | said
    return client.post("/programmes/findings/judge", said, follow=True)


def decided(client, html, **said):
    said = form(html, "/reviews/decisions/decide") | said
    return client.post("/reviews/decisions/decide", said, follow=True)


def changed(client, html, **said):
    said = form(html, "/reviews/changes/log") | said
    return client.post("/reviews/changes/log", said, follow=True)


@pytest.mark.mission("S070")
def test_a_finding_has_causes_with_evidence_and_a_status_that_people_set(fresh, sign_in):
    client = sign_in("lead")
    html = opened(client)
    assert "No cause is confirmed yet" in html
    assert re.search(r"To settle it:", html)
    assert re.search(r"people beyond the usual", html, re.IGNORECASE)
    first, second, *_ = re.findall(r'name="cause" value="([^"]+)"', html)
    without = judged(client, html, cause=first, verdict="confirm")
    assert without.status_code == 400
    html = html_of(judged(client, html, cause=first, verdict="confirm", reason="I watched it."))
    assert "Confirmed cause:" in html
    html = html_of(judged(client, html, cause=second, verdict="reject", reason="It plays."))
    assert "Rejected: " in html
    assert "I watched it." in html and "It plays." in html
    key = form(html, "/programmes/findings/judge")["finding"]
    standing = fresh.app.findings.standings()[key]
    assert (standing.status, standing.cause) == (Status.CONFIRMED, first)
    assert standing.causes[second] is Status.REJECTED
    html = html_of(judged(client, html, cause=first, verdict="reject", reason="I was wrong."))
    assert "No cause is confirmed yet" in html
    told = [look.what for look in fresh.app.audit.looks(limit=40) if look.outcome == "changed"]
    assert told[:3] == [
        f"finding {key} rejected [cause={first}]",
        f"finding {key} rejected [cause={second}]",
        f"finding {key} confirmed [cause={first}]",
    ]


@pytest.mark.mission("S057")
def test_the_list_to_review_is_ranked_and_an_item_leaves_it_by_a_logged_decision(fresh, sign_in):
    client = sign_in("lead")
    before = html_of(client.get("/programmes/findings"))
    strengths = [
        s.finding.strength for s in fresh.app.findings.seen(Role.TRAINING_LEAD, stamp_of(fresh))
    ]
    assert strengths == sorted(strengths, reverse=True) and len(strengths) >= 3
    assert f"{len(strengths)} things wait to be reviewed" in before
    html = opened(client)
    key = form(html, "/programmes/findings/judge")["finding"]
    assert decided(client, html, kind="fix").status_code == 400  # without a reason
    assert decided(client, html, reason="Why").status_code == 400  # nothing decided
    assert fresh.app.findings.standings()[key].status is Status.OPEN
    page = html_of(decided(client, html, kind="fix", reason="The third module is too long."))
    assert "Fix it: decided about" in page
    assert fresh.app.findings.standings()[key].status is Status.RESOLVED
    after = html_of(client.get("/programmes/findings"))
    assert f"{len(strengths) - 1} things wait to be reviewed" in after
    (made,) = fresh.app.ledger.decisions(finding=key)
    line = next(k for k in fresh.app.audit.looks(limit=20) if k.what.startswith("decide"))
    assert made.digest in line.what and line.login == "lead"
    assert key in html_of(client.get("/programmes/findings?list=all"))


def stamp_of(house):
    from leadline.insights.survey import stamp

    return stamp(house.lens(Role.TRAINING_LEAD, now=house.now))


@pytest.mark.mission("S054")
def test_faster_onboarding_is_saved_as_expand_with_its_figures_frozen(fresh, sign_in):
    client = sign_in("hr")
    html = html_of(client.get("/impact/competency", {"role": "pilot"}))
    page = html_of(decided(client, html, kind="expand", reason="It works; all sites take it."))
    assert "Expand it to more people: decided about" in page
    (made,) = fresh.app.ledger.decisions()
    frozen = fresh.app.archive.named(fresh.lens(Role.HR_MANAGER, now=fresh.now), made.digest)
    commit = fresh.lens(now=fresh.now).commit
    assert (frozen.mark, frozen.commit) == (commit.mark, commit.number)
    (figure,) = frozen.figures
    assert (figure.metric, figure.asked["role"], figure.n) == ("competency", "pilot", 60)
    assert figure.low < figure.estimate < figure.high
    assert frozen.as_of and frozen.definitions and figure.definition >= 1
    shown = words.measured(figure.estimate)
    for said in ("records up to number", "Asked as of", "definitions", made.digest, shown):
        assert said in page
    later = {"number": str(made.number)}
    fresh.app.database.execute("UPDATE frozen SET content = REPLACE(content, ':60,', ':61,')")
    assert fresh.app.archive.altered() == [made.digest]
    with pytest.raises(Altered):
        client.get("/reviews/decisions/one", later)


def test_an_effect_on_an_outcome_can_be_decided_upon(fresh, sign_in):
    client = sign_in("hr")
    asked = {"outcome": "urn:leadline:outcome:audit-score", "course": iri("course/data")}
    html = html_of(client.get("/impact/outcomes/course", asked))
    page = html_of(decided(client, html, kind="keep", reason="Too few to compare yet."))
    assert re.search(r"\d\d in the smaller group; 100 are needed", page)
    (made,) = fresh.app.ledger.decisions()
    assert made.course == asked["course"]


def test_a_decision_on_figures_that_have_moved_is_asked_again(fresh, sign_in):
    client = sign_in("lead")
    html = opened(client)
    said = {"kind": "keep", "reason": "Fine", "seal": "0" * 16}
    moved = decided(client, html, **said)
    assert moved.status_code == 400
    assert "have moved since" in moved.content.decode()
    assert fresh.app.ledger.decisions() == []


@pytest.mark.mission("S069")
def test_a_change_without_a_diagnosis_is_asked_why_and_the_answer_is_kept(fresh, sign_in):
    client = sign_in("lead")
    html = opened(client)
    said = {"what": "Split the module in two", "effective": "2026-04-01"}
    asked = html_of(changed(client, html, **said))
    assert "Why change it without a diagnosis?" in asked
    assert "Split the module in two" in asked
    assert fresh.app.ledger.changes() == []
    html = html_of(changed(client, asked, **said, reason="The site opens on Monday."))
    assert "without a diagnosis: The site opens on Monday." in html
    (change,) = fresh.app.ledger.changes()
    assert (change.cause, change.reason) == (None, "The site opens on Monday.")
    assert any(k.what.startswith("log a change") for k in fresh.app.audit.looks(limit=20))


def test_a_change_with_a_confirmed_cause_is_not_asked_why(fresh, sign_in):
    client = sign_in("lead")
    html = html_of(
        judged(client, opened(client), cause="content", verdict="confirm", reason="I saw it.")
    )
    assert "Why change it all the same?" not in html
    html_of(changed(client, html, what="Shortened it", effective="2026-04-01"))
    (change,) = fresh.app.ledger.changes()
    assert change.cause == "content"


@pytest.mark.parametrize(
    ("login", "status"), [("analyst", 403), ("ana", 403), ("ben", 403), ("hr", 302)]
)
def test_who_may_not_decide_changes_nothing(fresh, sign_in, login, status):
    key = next(iter(fresh.app.findings.standings()))
    seen = {s.key for s in fresh.app.findings.seen(Role.HR_MANAGER, hr_stamp(fresh))}
    key = next(k for k in fresh.app.findings.standings() if k in seen)
    said = {"finding": key, "cause": "content", "verdict": "confirm", "reason": "So it is."}
    assert sign_in(login).post("/programmes/findings/judge", said).status_code == status
    confirmed = fresh.app.findings.standings()[key].cause
    assert confirmed == ("content" if status == 302 else None)


def hr_stamp(house):
    from leadline.insights.survey import stamp

    return stamp(house.lens(Role.HR_MANAGER, now=house.now))


def test_what_is_closed_to_a_role_can_neither_be_read_nor_judged_by_it(fresh, sign_in):
    """The passage of a video is activity, which the compliance officer does not see."""
    lead, dov = sign_in("lead"), sign_in("dov")
    rows = fresh.app.database.execute("SELECT key FROM finding WHERE insight = 'video_drop'")
    ((key,),) = rows
    html = html_of(lead.get("/programmes/findings/one", {"finding": key}))
    html_of(decided(lead, html, kind="fix", reason="Sixty of a hundred leave at 3:20."))
    assert dov.get("/programmes/findings/one", {"finding": key}).status_code == 404
    said = {"finding": key, "verdict": "reopen", "reason": "No."}
    assert dov.post("/programmes/findings/judge", said).status_code == 404
    for address in ("/reviews/decisions", "/programmes/findings?list=all"):
        assert "3:20" not in html_of(dov.get(address))
    page = html_of(dov.get("/reviews/decisions/one?number=1"))
    assert "3:20" not in page and "not for your role to read" in page
    assert "60 %" not in page
    assert "3:20" in html_of(lead.get("/reviews/decisions"))


@pytest.mark.mission("S065", "S016")
def test_the_diagnosis_is_one_click_from_the_figure_and_the_judgement_one_more(fresh, sign_in):
    client = sign_in("lead")
    home = html_of(client.get("/"))
    first = follow(client, home, "See why")
    assert "Next step" in first and "Judge it and decide" in first
    assert "Which cause is it?" in follow(client, first, "Judge it and decide")


@pytest.mark.mission("S107")
def test_the_portfolio_ends_in_fix_keep_and_build_each_line_with_its_evidence(fresh, sign_in):
    client = sign_in("hr")
    html = html_of(client.get("/impact/portfolio"))
    lists = re.findall(r"<section><h2>(Fix|Keep|Build)</h2>(.*?)</section>", html, re.DOTALL)
    assert [title for title, _ in lists] == ["Fix", "Keep", "Build"]
    fix, _, build = (lines for _, lines in lists)
    for lines in (fix, build):
        items = re.findall(r'<li>.*?class="quiet">(.+?)</p>.*?href="([^"]+)"', lines, re.DOTALL)
        assert items
        for evidence, proof in items:
            assert re.search(r"\d", evidence)
            assert client.get(proof).status_code == 200
    assert html.rindex("<h2>Build</h2>") > html.index("Courses and their evidence")


def test_what_a_standard_needs_and_nobody_has_made_is_to_be_built(fresh, sign_in):
    needs = Standard("pilot", date(2020, 1, 1), "course", iri("course/pilot"))
    absent = Standard("pilot", date(2020, 1, 1), "course", iri("course/ice"))
    fresh.app.curriculum.replace(Standard, [needs, absent])
    fresh.refresh()
    client = sign_in("hr")
    html = html_of(client.get("/impact/portfolio"))
    fresh.app.curriculum.replace(Standard, [needs])
    fresh.refresh()
    build = html[html.index("<h2>Build</h2>") :]
    assert "The standard of the role “pilot” needs it, and no record is about it." in build
    assert "ice" in build
    assert "/course/pilot" not in build
