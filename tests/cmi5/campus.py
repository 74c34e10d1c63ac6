"""A campus: an LMS with courses, learners, and units that speak to it in-process.

Ana is the learner. A unit (`Player`) does what a good unit does unless it is told otherwise."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from leadline.cmi5 import terms
from leadline.cmi5.launches import Addresses, Manner
from leadline.cmi5.lms import Launch, Lms, Parts
from leadline.directory import Directory
from leadline.lrs import call as lrs
from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request
from leadline.store import Credentials, Log, Sources
from leadline.store.documents import Documents

from .packages import Packages

HOME = "https://lms.example"
ADDRESSES = Addresses(HOME, f"{HOME}/xapi", f"{HOME}/cmi5/fetch", "https://content.example")
TENANT = "default"
ANA = {"objectType": "Agent", "account": {"homePage": HOME, "name": "4711"}}
BEN = {"objectType": "Agent", "account": {"homePage": HOME, "name": "4712"}}
LMS_VERBS = terms.LMS_VERBS
VERBS = {word: iri for iri, word in terms.AU_VERBS.items()} | LMS_VERBS
WORDS = {iri: word for word, iri in VERBS.items()}
SECOND = timedelta(seconds=1)
WELL = {"languagePreference": "en-US,fr", "audioPreference": "on"}


class Clock:
    """Time goes on by a second at each look."""

    def __init__(self):
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self):
        self.now += SECOND
        return self.now


class Campus:
    """An LMS on a database of its own."""

    def __init__(self, database, folder):
        self.clock = Clock()
        self.log, self.documents = Log(database), Documents(database)
        self.database, self.directory = database, Directory(database)
        self.library = Packages.library(database, folder)
        self.lms = Lms(
            Parts(
                database,
                self.log,
                self.documents,
                self.library,
                self.directory,
                ADDRESSES,
            ),
            self.clock,
        )
        self.credentials = Credentials(database)
        self.parts = lrs.Parts(
            self.log,
            self.documents,
            Sources(database),
            self.credentials,
            HOME,
            self.lms.gate,
        )

    def course(self, *children, **more):
        """A course of these units and blocks (see packages.py)."""
        package = Packages.read(Packages.xml(*children, **more))
        return self.library.add(package, by="ana")

    def enrolled(self, *children, actor=ANA, **more):
        """Ana's registration in a new course of these units and blocks."""
        return self.register(self.course(*children, **more), actor)

    def register(self, course, actor=ANA, **more):
        return self.lms.register(course.course_id, actor, tenant=TENANT, **more)

    def register_again(self, registration, actor):
        """Another learner's registration in the same course."""
        course = self.library.course(registration.course_id)
        return self.register(course, actor)

    def launch(self, registration, index=0, **manner):
        """A unit that was launched, and has done nothing yet."""
        key = registration if isinstance(registration, str) else registration.id
        return Player(self, self.lms.launch(key, index, Manner(**manner)))

    def started(self, registration, index=0, **manner):
        """A unit that has said initialized."""
        player = self.launch(registration, index, **manner)
        player.start()
        return player

    def log_of(self, registration):
        """All statements of a registration, decoded, in the order of the log; not voided ones."""
        payloads = [each.payload for each in self.log.since(0, 10_000)]
        decoded = map(json.loads, payloads)
        return [s for s in decoded if s.get("context", {}).get("registration") == registration.id]

    def story(self, registration):
        """The words of a registration, in the order of the log."""
        return [WORDS.get(s["verb"]["id"], s["verb"]["id"]) for s in self.log_of(registration)]


@dataclass
class Player:
    """One launched unit in a browser. Timestamps grow by a second a statement."""

    campus: Campus
    launch: Launch
    token: str = ""
    template: dict = field(default_factory=dict)
    data: dict = field(default_factory=dict)
    version: str = "1.0.3"

    def __post_init__(self):
        query = parse_qs(urlsplit(self.launch.url).query)
        self.parameters = {name: values[0] for name, values in query.items()}
        self.actor = json.loads(self.parameters["actor"])
        self.activity = self.parameters["activityId"]
        self.registration = self.parameters["registration"]
        self.fetch_token = self.parameters["fetch"].rpartition("/")[2]

    def start(self):
        """Fetch, launch data, preferences, initialized."""
        self.prepare()
        assert self.say("initialized").status == 200

    def prepare(self):
        """Fetch, launch data, preferences."""
        self.fetch()
        self.read_launch_data()
        assert self.ask_preferences().status in (200, 404)

    def fetch(self):
        answered = self.campus.lms.fetch(self.fetch_token)
        self.token = answered.get("auth-token", self.token)
        return answered

    def read_launch_data(self):
        reply = self.state("GET", terms.LAUNCH_DATA)
        assert reply.status == 200, reply.body
        self.data = json.loads(reply.body)
        self.template = self.data["contextTemplate"]
        return self.data

    def ask_preferences(self):
        return self.profile("GET")

    def ask(self, method, path, body=b"", headers=(), /, **query):
        signed = {
            "authorization": f"Basic {self.token}",
            "content-type": "application/json",
            "x-experience-api-version": self.version,
        }
        query = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in query.items()}
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = Request(method, path, urlencode(query), signed | dict(headers), body)
        return answer(request, self.campus.parts)

    def state(self, method, document="bookmark", body=b"", **query):
        query = {
            "activityId": self.activity,
            "agent": self.actor,
            "registration": self.registration,
            "stateId": document,
        } | query
        return self.ask(method, "/activities/state", body, **_told(query))

    def profile(self, method, body=b"", headers=(), **query):
        query = {"agent": self.actor, "profileId": terms.PREFERENCES} | query
        return self.ask(method, "/agents/profile", body, headers, **_told(query))

    def say(self, word, **changes):
        """Send a good statement; changes: paths, dots as __, to other values (None: taken out)."""
        return self.post(self.good(word, **changes))

    def post(self, statement):
        return self.ask("POST", "/statements", statement)

    def put(self, statement):
        return self.ask("PUT", "/statements", statement, statementId=statement["id"])

    def good(self, word, **changes):
        """The statement that a good unit sends; a word that is none is a cmi5 allowed verb."""
        context = json.loads(json.dumps(self.template))
        context["registration"] = self.registration
        made = {
            "id": str(uuid4()),
            "actor": self.actor,
            "verb": {"id": VERBS.get(word, f"https://example.org/verbs/{word}")},
            "object": {"objectType": "Activity", "id": self.activity},
            "context": context,
            "timestamp": self.campus.clock().isoformat().replace("+00:00", "Z"),
        }
        if word in RESULTS:
            made["result"] = dict(RESULTS[word])
        if word in terms.AU_VERBS.values():
            categories = [{"id": terms.CATEGORY}]
            if word in ("completed", "passed", "failed"):
                categories.append({"id": terms.MOVE_ON_CATEGORY})
            context["contextActivities"]["category"] = categories
        for path, value in changes.items():
            change(made, path.split("__"), value)
        return made


RESULTS = {
    "completed": {"completion": True, "duration": "PT1M"},
    "passed": {"success": True, "duration": "PT1M"},
    "failed": {"success": False, "duration": "PT1M"},
    "terminated": {"duration": "PT2M"},
}


def change(made, path, value):
    """Set what a path names, or take it out."""
    *above, last = path
    for step in above:
        made = made.setdefault(step, {})
    if value is None:
        made.pop(last, None)
    else:
        made[last] = value


def _told(query):
    return {name: value for name, value in query.items() if value is not None}


def basic(key, secret):
    return base64.b64encode(f"{key}:{secret}".encode()).decode()


def refused(reply):
    """Status and section of a refusal."""
    body = json.loads(reply.body)
    assert body["reason"], body
    assert body["remedy"], body
    return reply.status, body["section"]
