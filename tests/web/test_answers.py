"""What the pages say about the planted world, from the statement to the sentence."""

import csv
import re
from urllib.parse import urlencode

import pytest

from story.world import iri
from web.planted import ago
from web.test_pages import COURSE, PATH, VIDEO


def text(response) -> str:
    """What a reader sees, tags taken out and spaces made plain."""
    html = re.sub(r"<svg.*?</svg>", " ", response.content.decode(), flags=re.S)
    html = re.sub(r'<span role="tooltip".*?</span>', " ", html, flags=re.S)
    plain = re.sub(r"<[^>]+>", " ", html)
    return re.sub(r"[\s\u202f\xa0]+", " ", plain).replace("&#x27;", "'").replace("&quot;", '"')


def test_the_video_page_names_the_cliff_and_its_place(house, sign_in):
    said = text(sign_in("lead").get(f"/programmes/video?{VIDEO}"))
    assert re.search(r"60 of 100 viewers leave between 3:1\d and 3:2\d", said)
    assert "50 to 69 %" in said


@pytest.mark.mission("S010")
def test_the_finding_blames_the_content_first_and_names_nobody(house, sign_in):
    said = text(sign_in("lead").get(f"/programmes/video?{VIDEO}"))
    why = said[said.index("Why?") :]
    assert why.index("content") < min(why.find(w) for w in ("player", "group of people"))
    assert "Checked:" in why
    assert not re.search(r"(North|South)\d", said)


@pytest.mark.mission("S001")
def test_a_training_lead_reaches_the_worst_module_within_two_clicks(house, sign_in):
    client = sign_in("lead")
    home = client.get("/").content.decode()
    links = re.findall(r'class="act second" href="([^"]+)"', home)
    pages = [text(client.get(link.replace("&amp;", "&"))) for link in links]
    assert any("leave at “Third”" in page for page in pages)
    assert any("viewers leave between" in page for page in pages)


def test_the_worst_module_is_named_and_those_still_active_are_apart(house, sign_in):
    said = text(sign_in("lead").get(f"/programmes/course?{PATH}"))
    assert "25 of 60 leave at “Third”" in said


@pytest.mark.mission("S013")
def test_completion_stands_beside_first_attempt_pass_with_its_caveat(house, sign_in):
    said = text(sign_in("lead").get(f"/programmes/course?{COURSE}"))
    assert "Pass at the first attempt 90 %" in said
    assert "Completed activity, not learning 100 %" in said
    assert "not proof of having learned" in said


@pytest.mark.mission("S017")
def test_the_completion_table_says_who_completed_on_which_day(house, sign_in):
    response = sign_in("lead").get(f"/programmes/completions?{COURSE}&as=csv")
    rows = list(csv.DictReader(response.content.decode().splitlines()))
    assert len(rows) == 101  # a hundred assigned, and the stranger who completed anyway
    shown = {row["Person"]: row["Completed"] for row in rows}
    learners = [f"{side}{n}" for side in ("North", "South") for n in range(1, 51)]
    done = {name: ago(house, 77 - n % 30) for n, name in enumerate(learners)}
    assert {name: shown[name] for name in learners} == {
        name: f"{day:%-d %b %Y}" for name, day in done.items()
    }
    assert {row["Best score"] for row in rows} == {"80\u202f%", "40\u202f%", "–"}


def test_people_see_one_identity_with_everything_under_it(house, sign_in):
    said = text(sign_in("ana").get(f"/people/{house.key('north1')}"))
    assert "North1" in said
    for part in ("Courses", "Quiz attempts", "Data", "Path"):
        assert part in said


@pytest.mark.mission("S007")
def test_a_person_page_names_the_module_where_the_course_was_left(house, sign_in):
    said = text(sign_in("lead").get(f"/people/{house.key('north1')}"))
    assert "“Path” was left at “Third”" in said


def test_a_learner_sees_the_own_record_and_who_looked(house, sign_in):
    sign_in("lead").get(f"/people/{house.key('north1')}")
    said = text(sign_in("ben").get("/people/my-learning"))
    assert "courses are on your record" in said
    assert "Training lead" in said[said.index("Who looked") :]


def test_home_shows_what_is_connected_and_when_it_last_loaded(house, sign_in):
    assert re.search(r"lms .*last load \d+ \w+ \d{4}, \d\d:\d\d", text(sign_in("lead").get("/")))


@pytest.mark.mission("S035")
@pytest.mark.parametrize(
    "login", ["lead", "dov", "hr", "ana", "ben", "analyst", "admin", "privacy"]
)
def test_home_counts_no_activity(house, sign_in, login):
    said = text(sign_in(login).get("/"))
    assert "activity, not learning" not in said
    for word in ("log-ins", "Completed", "Watched"):
        assert word not in said


@pytest.mark.mission("S016")
def test_each_descriptive_page_has_a_next_step_or_says_that_none_is_justified(house, sign_in):
    client = sign_in("lead")
    for where in (f"/programmes/course?{COURSE}", f"/programmes/video?{VIDEO}"):
        assert "Next step" in text(client.get(where))


def test_the_quarantine_says_field_reason_and_remedy_and_hides_the_record(house, sign_in):
    response = sign_in("analyst").get("/trust/quarantine")
    said = text(response)
    assert "lms.jsonl:7" in said
    assert "actor.mbox" in said
    assert "secret-course" not in said


def test_an_unmatched_identifier_is_listed(house, sign_in):
    assert "mailto:stranger@story.example" in text(sign_in("admin").get("/trust/unmatched"))


def test_the_footnote_says_as_of_coverage_quality_and_definition(house, sign_in):
    said = text(sign_in("lead").get(f"/programmes/course?{COURSE}"))
    foot = said[said.rindex("As of") :]
    for part in ("sources heard up to", "of learners", "data quality", "definition 1"):
        assert part in foot


def test_a_compliance_officer_gets_no_activity_by_the_video_page(house, sign_in):
    assert sign_in("dov").get(f"/programmes/video?{VIDEO}").status_code == 403


def test_search_and_sort_work_on_the_server(house, sign_in):
    client = sign_in("lead")
    only = text(client.get("/programmes?" + urlencode({"q": "path"})))
    assert "Path" in only
    assert iri("course/data") not in only
    rows = re.findall(
        r'rowheader"><a[^>]*>([^<]+)', client.get("/programmes?sort=name").content.decode()
    )
    assert rows == sorted(rows)


@pytest.mark.mission("S034")
def test_how_deep_records_go_is_told_by_what_was_received(house, sign_in):
    """Every one is a course by its label; videos and questions were received of one only."""
    response = sign_in("analyst").get("/trust/depth?as=csv")
    rows = list(csv.DictReader(response.content.decode().splitlines()))
    signs = ("Completions", "Modules", "Scores", "Single answers", "Video watching")
    there = {row["Course"]: [row[sign] == "received" for sign in signs] for row in rows}
    assert there["Data"] == [True, True, True, True, True]
    assert there["Path"] == [True, True, False, False, False]
    assert there["Pilot"] == [True, False, False, False, False]
    assert "send everything" in text(sign_in("analyst").get("/trust/depth"))
