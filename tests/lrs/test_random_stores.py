"""GET /statements on random stores: every filter and every combination, against plain reading.

The truth is written from Communication 2.1.3 and 2.1.4 (IEEE 9274.1.1 4.1.6.1): it looks at every
statement that was sent, one after the other, and knows nothing of an index."""

import json
import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .conftest import parts_on
from .world import ANA, BEN, CLEO, DOV, HOME, VERBS, Player, activity, number, read

STORES = int(os.environ.get("RANDOM_STORES", "12"))
STATEMENTS = 9
QUESTIONS = 9
LAST = (
    3 * STORES * STATEMENTS // 2
)  # numbers that statements may point at, some of which never come
VOIDED = VERBS + "voided"
TYPED = [ANA, BEN, CLEO, DOV]
HASHED = {"mbox_sha1sum": "0123456789abcdef0123456789abcdef01234567"}
ACCOUNT = {"account": {"homePage": "https://hr.example.org", "name": "ben"}}
OPEN = {"openid": "https://example.org/ben"}
AGENTS = [*TYPED, HASHED, ACCOUNT, OPEN]
NORTH = {"objectType": "Group", "mbox": "mailto:north@example.org"}
THINGS = [activity(name) for name in ("ladders", "knots", "boats")]
DID = [VERBS + name for name in ("completed", "attempted", "praised")]
REGISTRATIONS = [number(n) for n in (900, 901)]


# --- random statements


def group(r):
    """Identified or not, with members or not."""
    members = r.sample(AGENTS, r.randrange(1, 4))
    if r.randrange(2):
        return {"objectType": "Group", "member": members}
    return NORTH | ({"member": members} if r.randrange(2) else {})


def someone(r):
    return group(r) if r.randrange(4) == 1 else r.choice(AGENTS)


def context(r, version):
    found = {}
    if r.randrange(3) == 1:
        found["registration"] = r.choice(REGISTRATIONS)
    if r.randrange(4) == 1:
        found["instructor"] = someone(r)
    if r.randrange(4) == 1:
        found["team"] = group(r)
    if r.randrange(4) == 1:
        found["statement"] = reference(r)
    places = r.sample(("parent", "grouping", "category", "other"), r.randrange(3))
    if places:
        found["contextActivities"] = {
            place: r.choice((r.choice(THINGS), r.sample(THINGS, 2))) for place in places
        }
    if version == "2.0.0" and r.randrange(3) == 1:
        found["contextAgents"] = [{"objectType": "contextAgent", "agent": r.choice(AGENTS)}]
    if version == "2.0.0" and r.randrange(3) == 1:
        found["contextGroups"] = [{"objectType": "contextGroup", "group": group(r)}]
    return found


def reference(r):
    return {"objectType": "StatementRef", "id": number(r.randrange(1, LAST))}


def saying(r, version, thing):
    found = {"actor": someone(r), "verb": {"id": r.choice(DID)}, "object": thing}
    about = context(r, version)
    return found | ({"context": about} if about else {})


def random_statement(r, version):
    match r.randrange(8):
        case 0:
            return saying(r, version, {"objectType": "Agent", **r.choice(AGENTS)})
        case 1:
            return saying(r, version, group(r))
        case 2:
            inner = saying(r, version, r.choice((r.choice(THINGS), reference(r), group(r))))
            return saying(r, version, {"objectType": "SubStatement", **inner})
        case 3 | 4:
            return saying(r, version, reference(r))
        case 5 if r.randrange(3) == 1:
            return saying(r, version, reference(r)) | {"verb": {"id": VOIDED}}
        case _:
            return saying(r, version, r.choice(THINGS))


# --- the truth


def name_of(agent):
    """Who an agent is: its one identifier, in a form that compares."""
    kinds = ("mbox", "mbox_sha1sum", "openid", "account")
    return next((json.dumps({k: agent[k]}, sort_keys=True) for k in kinds if k in agent), None)


def is_or_holds(agent, wanted):
    """The agent or group itself, or a member of the group."""
    return name_of(wanted) in {name_of(each) for each in (agent, *agent.get("member", ()))}


def agents_in(statement, *, broadly):
    yield statement["actor"]
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind in ("Agent", "Group"):
        yield thing
    if broadly:
        about = statement.get("context", {})
        yield from (about[name] for name in ("instructor", "team") if name in about)
        yield from (each["agent"] for each in about.get("contextAgents", ()))
        yield from (each["group"] for each in about.get("contextGroups", ()))
        if "authority" in statement:
            yield statement["authority"]
        if kind == "SubStatement":
            yield from agents_in(thing, broadly=True)


def activities_in(statement, *, broadly):
    thing = statement["object"]
    kind = thing.get("objectType", "Activity")
    if kind == "Activity":
        yield thing["id"]
    if broadly:
        for named in statement.get("context", {}).get("contextActivities", {}).values():
            yield from (each["id"] for each in (named if isinstance(named, list) else [named]))
        if kind == "SubStatement":
            yield from activities_in(thing, broadly=True)


def conditions(question):
    """Each filter by itself, since a reference meets a filter where its target meets it."""
    broad_agents = question.get("related_agents", False)
    broad_activities = question.get("related_activities", False)
    if (who := question.get("agent")) is not None:
        yield lambda s: any(is_or_holds(a, who) for a in agents_in(s, broadly=broad_agents))
    if (what := question.get("activity")) is not None:
        yield lambda s: what in activities_in(s, broadly=broad_activities)
    if (did := question.get("verb")) is not None:
        yield lambda s: s["verb"]["id"] == did
    if (registration := question.get("registration")) is not None:
        yield lambda s: s.get("context", {}).get("registration") == registration


class Truth:
    """All that was stored, in order."""

    def __init__(self):
        self.kept = {}

    def target(self, statement):
        thing = statement["object"]
        return thing["id"] if thing.get("objectType") == "StatementRef" else None

    def voided(self):
        voiding = [s for s in self.kept.values() if s["verb"]["id"] == VOIDED]
        never = {s["id"] for s in voiding}
        return {self.target(s) for s in voiding} - never

    def meets(self, condition, statement, source):
        """source: what its target says helps only where that may be read as well."""
        seen = set()
        while statement is not None and statement["id"] not in seen:
            if source not in (None, statement["source"]):
                return False
            if condition(statement):
                return True
            seen.add(statement["id"])
            statement = self.kept.get(self.target(statement))
        return False

    def answer(self, question, source=None):
        hidden = self.voided()
        found = [
            s
            for s in self.kept.values()
            if s["id"] not in hidden
            and source in (None, s["source"])
            and all(self.meets(condition, s, source) for condition in conditions(question))
            and ("since" not in question or moment(s["stored"]) > moment(question["since"]))
            and ("until" not in question or moment(s["stored"]) <= moment(question["until"]))
        ]
        return [s["id"] for s in (found if question.get("ascending") else reversed(found))]


def moment(text):
    return datetime.fromisoformat(text)


# --- the store beside it


class World:
    """Two sources that write, a reader of everything, and one that reads its own only."""

    def __init__(self, parts, version):
        self.parts, self.version, self.truth = parts, version, Truth()
        self.writers = {source: self.player(source, "statements/write") for source in ("n", "s")}
        self.reader = self.player("r", "all/read")
        self.mine = self.player("n", "statements/read/mine")
        self.next = 1

    def player(self, source, scope):
        credential, secret = self.parts.credentials.create(source, [scope])
        return Player(self.parts, credential.key, secret, self.version)

    def authority(self, source):
        return {"account": {"homePage": HOME, "name": self.writers[source].key}}

    def grow(self, r):
        """Statements in batches of one, two or three, so that some share their moment."""
        left = STATEMENTS
        while left:
            source = r.choice("ns")
            size = min(left, r.randrange(1, 4))
            batch = [self.numbered(random_statement(r, self.version)) for _ in range(size)]
            head = self.parts.log.head()
            assert self.writers[source].post(batch).status == 200, batch
            for sent, logged in zip(batch, self.parts.log.since(head, size), strict=True):
                stored = read_stored(logged)
                assert logged.id == sent["id"]
                beside = {"stored": stored, "source": source, "authority": self.authority(source)}
                self.truth.kept[sent["id"]] = sent | beside
            left -= size

    def numbered(self, statement):
        self.next += 1 + (self.next % 5 == 0)  # some numbers never come
        return {"id": number(self.next), **statement}

    def question(self, r):
        found = {}
        if r.randrange(2):
            found["agent"] = r.choice([*AGENTS, NORTH, self.authority("n"), self.authority("s")])
        if r.randrange(3) == 1:
            found["activity"] = r.choice(THINGS)["id"]
        if r.randrange(3) == 1:
            found["verb"] = r.choice([*DID, VOIDED])
        if r.randrange(4) == 1:
            found["registration"] = r.choice(REGISTRATIONS)
        for name in ("related_agents", "related_activities", "ascending"):
            if r.randrange(2):
                found[name] = bool(r.randrange(2))
        for name in ("since", "until"):
            if r.randrange(4) == 1:
                stored = moment(r.choice(list(self.truth.kept.values()))["stored"])
                zone = r.choice((UTC, timezone(timedelta(hours=5, minutes=30))))
                found[name] = stored.astimezone(zone).isoformat()
        return found

    def check(self, question, limit, form):
        for player, source in ((self.reader, None), (self.mine, "n")):
            expected = self.truth.answer(question, source)
            text = {k: v if isinstance(v, str) else json.dumps(v) for k, v in question.items()}
            asked = text | {"format": form} | ({"limit": str(limit)} if limit else {})
            reply = player.get(**asked)
            assert reply.status == 200, reply.body
            page = read(reply)
            found = [each["id"] for each in page["statements"]]
            while page["more"]:
                assert not limit or len(page["statements"]) <= limit
                page = read(player.follow(page["more"]))
                found += [each["id"] for each in page["statements"]]
            assert found == expected, (question, source)


def read_stored(logged):
    return json.loads(logged.payload)["stored"]


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_every_question_to_a_random_store_is_answered_as_plain_reading_answers_it(
    database, version
):
    world = World(parts_on(database), version)
    asked = set()

    @settings(
        max_examples=STORES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def try_out(r):
        world.grow(r)
        for _ in range(QUESTIONS):
            question = world.question(r)
            asked.update(question)
            world.check(question, r.choice((0, 1, 2, 7)), r.choice(("exact", "ids", "canonical")))

    try_out()
    assert len(asked) == 9, "every filter was asked by"
    assert world.truth.voided() & world.truth.kept.keys(), "something was voided"
    for n in (1, STATEMENTS, LAST):
        wanted = number(n)
        there, gone = wanted in world.truth.kept, wanted in world.truth.voided()
        assert world.reader.get(statementId=wanted).status == (200 if there and not gone else 404)
        reply = world.reader.get(voidedStatementId=wanted)
        assert reply.status == (200 if there and gone else 404)
