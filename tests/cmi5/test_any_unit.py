"""A unit that does anything at all, against a model that a page can hold.

Whatever it sends, in whatever order, over however many sessions: the LMS says yes exactly where the
model does, and the log tells exactly the story of the model."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from leadline.store import Database

from .campus import Campus
from .packages import au, block

DEFINED = ("initialized", "completed", "passed", "failed", "terminated")
EXPERIENCED = "https://example.org/verbs/experienced"
WORDS = (*DEFINED, "experienced")


class School:
    """One campus for all runs; every run takes a new registration."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        self.campus = Campus(Database.open(f"sqlite:///{path / 'one.db'}"), path / "courses")
        self.course = self.campus.course(block(1, au(1, moveOn="CompletedAndPassed")))


class AnyUnit(RuleBasedStateMachine):
    """Sessions of one unit in one registration; the newest is the only one that can be open."""

    school = None
    sessions = Bundle("sessions")

    def __init__(self):
        super().__init__()
        AnyUnit.school = AnyUnit.school or School()
        self.campus = AnyUnit.school.campus
        self.registration = self.campus.register(AnyUnit.school.course)
        self.story = []
        self.open = None
        self.ever = set()
        self.goals = 0

    @rule(target=sessions, mode=st.sampled_from(["Normal", "Normal", "Normal", "Browse"]))
    def launch(self, mode):
        if self.open is not None:
            self.story.append("abandoned")
        self.story.append("launched")
        player = self.campus.launch(self.registration, mode=mode)
        player.fetch()
        player.read_launch_data()
        player.model = {"mode": mode, "asked": False, "said": []}
        self.open = player
        return player

    @rule(player=sessions)
    def ask_preferences(self, player):
        status = player.ask_preferences().status
        if player is self.open:
            assert status == 404
            player.model["asked"] = True
        else:
            assert status == 403

    @rule(player=sessions, words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
    def say(self, player, words):
        """One request of one or several statements: all of it or nothing."""
        said, ever, well = list(player.model["said"]), set(self.ever), player is self.open
        story, goals = [], self.goals
        for word in words:
            well = well and self.allowed(player, word, said, ever)
            said.append(word)
            ever |= {word} & {"completed", "passed"}
            story.append(EXPERIENCED if word == "experienced" else word)
            if not goals and {"completed", "passed"} <= ever:
                story += ["satisfied", "satisfied"]
                goals = 2
        status = player.post([player.good(word) for word in words]).status
        assert status == (200 if well else 403)
        if well:
            player.model["said"], self.ever, self.goals = said, ever, goals
            self.story += story
            if "terminated" in words:
                self.open = None

    @staticmethod
    def allowed(player, word, said, ever):
        if "terminated" in said or (word != "initialized" and "initialized" not in said):
            return False
        if word == "experienced":
            return True
        if word in said or (word == "initialized" and not player.model["asked"]):
            return False
        if word in ("completed", "passed", "failed") and player.model["mode"] != "Normal":
            return False
        if word in ("passed", "failed") and {"passed", "failed"} & set(said):
            return False
        return word not in ever and not (word == "failed" and "passed" in ever)

    @rule(player=sessions)
    def abandon(self, player):
        assert self.campus.lms.abandon(player.launch.session) is (player is self.open)
        if player is self.open:
            self.story.append("abandoned")
            self.open = None

    @rule()
    def waive(self):
        fresh = "waived" not in self.ever
        assert self.campus.lms.waive(self.registration.id, 0, "Administrative") is fresh
        if fresh:
            self.ever.add("waived")
            self.story.append("waived")
            if not self.goals:
                self.story += ["satisfied", "satisfied"]
                self.goals = 2

    @invariant()
    def on_record(self):
        progress = self.campus.lms.progress(self.registration.id)
        expected = () if self.open is None else (self.open.launch.session,)
        assert progress.open_sessions == expected
        assert progress.units[0].met is bool(self.goals)

    def teardown(self):
        assert self.campus.story(self.registration) == self.story


AnyUnit.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyUnit = AnyUnit.TestCase
