"""Findings are kept with their history: found, gone, back; by one worker or two; killed or not."""

import multiprocessing
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from leavers import leave, plant

from leadline.app import build
from leadline.backup import backup, restore
from leadline.config import Settings
from leadline.insights.stored import Event, Status, UnknownFinding
from leadline.insights.survey import AUDIENCES, seen, survey
from leadline.privacy.viewer import Role, Viewer
from story.world import NOW

DAY = timedelta(days=1)


@pytest.fixture
def left(world):
    """A hundred learners in North and South; sixty leave one video at 3:20. Gives what they said."""
    said = plant(world)
    world.refresh()
    return said


def looked(world, days=0):
    world.refresh()
    return survey(world.app, at_once=True, now=NOW + days * DAY)


def cliff(world, role=Role.TRAINING_LEAD):
    (found,) = [s for s in of(world, role) if s.finding.insight == "video_drop"]
    return found


def of(world, viewer):
    return seen(world.lens(viewer), world.app.findings)


def told(world, key, role=Role.TRAINING_LEAD):
    return [event.what for event in reversed(world.app.findings.events(key, role))]


def test_what_is_found_is_kept_with_its_causes_and_since_when(world, left):
    looked(world)
    found = cliff(world)
    assert (found.status, found.first_seen, found.gone_at) == (Status.OPEN, NOW, None)
    assert "60 % of those who start the video" in found.finding.sentence
    content = found.finding.hypotheses[0]
    assert content.cause == "content" and content.evidence_for
    assert found.finding.doubts
    looked(world, days=1)
    again = cliff(world)
    assert (again.key, again.first_seen, again.last_seen) == (found.key, NOW, NOW + DAY)
    assert told(world, found.key) == ["found"]


def test_in_the_null_twin_nothing_is_kept(world):
    plant(world, leaving=0)
    looked(world)
    assert of(world, Role.TRAINING_LEAD) == []


def test_a_survey_names_nobody_and_has_its_line_for_each_audience(world, left):
    looked(world)
    lines = world.app.audit.looks(limit=len(AUDIENCES))
    assert {(line.login, line.what, line.people) for line in lines} == {
        ("leadline", "look for findings", ())
    }
    assert {line.role for line in lines} == set(AUDIENCES)
    kept = str(world.app.database.execute("SELECT body FROM finding_seen"))
    assert "story.example/video" in kept
    assert not any(f"ben{n}" in kept.casefold() for n in range(1, 51))


def test_what_is_gone_is_no_longer_seen_and_what_comes_back_is_open_again(world, left):
    looked(world)
    key = cliff(world).key
    by = Event(NOW, "rejected", "ana", "training lead", None, "The credits begin there.")
    world.app.findings.judge(key, Status.REJECTED, by)
    for statement in left:
        world.voids(statement)
    looked(world, days=1)
    gone = cliff(world)
    assert (gone.key, gone.gone_at, gone.status) == (key, NOW + DAY, Status.REJECTED)
    for number in range(60):
        leave(world, number)
    looked(world, days=2)
    back = cliff(world)
    assert (back.key, back.gone_at, back.status) == (key, None, Status.OPEN)
    assert back.first_seen == NOW
    assert told(world, key) == ["found", "rejected", "no longer seen", "seen again"]


def test_one_cause_is_confirmed_at_a_time_and_rejecting_it_opens_the_finding_again(world, left):
    looked(world)
    key, kept = cliff(world).key, world.app.findings

    def judged(status, cause):
        kept.judge(key, status, Event(NOW, status.value, "ana", "training lead", cause, "Why"))
        return kept.standings()[key]

    assert judged(Status.CONFIRMED, "technology").cause == "technology"
    second = judged(Status.CONFIRMED, "content")
    assert (second.status, second.cause) == (Status.CONFIRMED, "content")
    assert second.causes["technology"] is Status.OPEN
    third = judged(Status.REJECTED, "content")
    assert (third.status, third.cause) == (Status.OPEN, None)
    assert third.causes["content"] is Status.REJECTED
    with pytest.raises(UnknownFinding, match="weather"):
        judged(Status.CONFIRMED, "weather")
    with pytest.raises(UnknownFinding):
        kept.judge("no-such-key", Status.OPEN, Event(NOW, "open", "", "", None, ""))


def test_a_passage_that_moves_a_little_is_the_same_finding(world, left):
    looked(world)
    found = cliff(world)
    start, end = found.finding.start_s, found.finding.end_s
    near = replace(found.finding, start_s=end - 1, end_s=end + 9)
    far = replace(found.finding, start_s=end, end_s=end + 9)
    assert world.app.findings.keys([near]) == [found.key]
    assert world.app.findings.keys([far]) != [found.key]
    assert start < end


def test_who_covers_one_unit_is_told_what_the_own_lens_finds_and_no_date_of_others(world, left):
    """In North all fifty left; of South's fifty ten: only North finds the cliff by itself."""
    looked(world)
    everyone = cliff(world)
    assert everyone.finding.n == 100
    north = Viewer("ana", Role.TRAINING_LEAD, unit="Org/North")
    mine = cliff(world, north)
    assert (mine.key, mine.finding.n, mine.first_seen) == (everyone.key, 50, None)
    assert "100 people" not in str(mine)
    assert of(world, Viewer("cleo", Role.TRAINING_LEAD, unit="Org/West")) == []
    assert world.app.findings.events(everyone.key, None) == []


def test_who_may_not_see_activity_is_not_told_of_it(world, left):
    looked(world)
    assert all(s.finding.insight != "video_drop" for s in of(world, Role.COMPLIANCE_OFFICER))
    assert cliff(world, Role.HR_MANAGER).finding.n == 100


def test_other_rules_than_those_it_was_found_by_find_anew(world, left):
    looked(world)
    settings = world.app.settings
    object.__setattr__(settings, "smallest_group", 101)
    assert of(world, Role.TRAINING_LEAD) == []
    object.__setattr__(settings, "smallest_group", 10)
    assert cliff(world).first_seen == NOW


def test_nothing_new_is_not_looked_at_again_and_a_dear_look_waits(world, left):
    assert looked(world) is not None
    assert survey(world.app, at_once=True, now=NOW) is None
    assert survey(world.app, now=NOW + DAY) is None  # another day, but a minute has not passed
    assert survey(world.app, at_once=True, now=NOW + DAY) is not None


KILLED = """
import os, signal, sys
from pathlib import Path
from leadline.app import build
from leadline.config import Settings
from leadline.insights.stored import Findings
from leadline.insights.survey import survey

calls = 0
note = Findings.note

def deadly(*args):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    note(*args)

Findings.note = deadly
survey(build(Settings(home=Path(sys.argv[1]))), at_once=True)
"""


@pytest.mark.parametrize("step", [1, 3])
def test_killed_between_finding_and_storing_it_leaves_nothing_and_the_next_look_finds_it(
    world, left, step
):
    before = world.app.audit.head()
    home = str(world.app.settings.home)
    died = subprocess.run([sys.executable, "-c", KILLED, home, str(step)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert world.app.database.execute("SELECT * FROM finding") == []
    assert world.app.audit.head() == before
    looked(world)
    assert told(world, cliff(world).key) == ["found"]


def works(home: Path) -> None:
    app = build(Settings(home=home))
    survey(app, at_once=True)
    app.database.close()


def test_two_workers_find_it_once(world, left):
    home = world.app.settings.home
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=works, args=(home,)) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(120)
    assert [each.exitcode for each in workers] == [0, 0]
    (key,) = world.app.findings.standings()
    assert [told(world, key, role) for role in (Role.ANALYST, Role.TRAINING_LEAD)] == [
        ["found"]
    ] * 2
    assert sum(line.what == "look for findings" for line in world.app.audit.looks()) == 4


def test_findings_come_back_from_a_backup(world, left, tmp_path):
    looked(world)
    key = cliff(world).key
    backup(world.app, tmp_path / "copy", lambda part, share: None)
    settings = Settings(home=tmp_path / "other")
    restore(settings, tmp_path / "copy", lambda part, share: None)
    other = build(settings)
    assert other.findings.standings() == world.app.findings.standings()
    assert [e.what for e in other.findings.events(key, Role.ANALYST)] == ["found"]
    other.database.close()
