"""Random statements by the tables of the specification, and the junk that is put into them."""

import hashlib
from copy import deepcopy
from uuid import UUID

from .world import VERBS

WORDS = ("Ben", "ladders", "", "ä", "𝄞", "a b", "x" * 300)
JUNK = (
    *(None, True, False, 0, -1, 1.5, 10**400, -(10**30), 1e308, "", " ", "\0", "a\0b", "𝄞"),
    *(
        "\ud800",
        "x\udfff",
        [],
        {},
        [[]],
        [None],
        {"": ""},
        {"\0": 1},
        "null",
        "2026-02-30T00:00:00Z",
    ),
    *("urn:x", "http://", "HTTP://É.example/ü", "not an iri", "mailto:", "mailto:a@b", "../x"),
    *("00000000-0000-0000-0000-000000000000", "P1D", "P", "PT", "en", "EN_us", "2.0.0", "1.0.9"),
    *("Agent", "Group", "Activity", "StatementRef", "SubStatement", "agent", "Person"),
)


class Sayer:
    """Makes statements that both of the specification's versions allow, from one `random`."""

    def __init__(self, random):
        self.r = random

    def chance(self, one_in):
        return self.r.randrange(one_in) == 0

    def one_of(self, *choices):
        return self.r.choice(choices)

    def uuid(self):
        number = (4 << 76) | (8 << 60) | self.r.randrange(600)
        text = str(UUID(int=number))
        return text.upper() if self.chance(8) else text

    def iri(self):
        return self.one_of("http://a.example/", "urn:a:", "https://é.example/x#", VERBS) + str(
            self.r.randrange(5)
        )

    def languages(self):
        tags = ("en", "en-US", "de", "zh-Hant-TW")
        return {self.r.choice(tags): self.r.choice(WORDS) for _ in range(self.r.randrange(3))}

    def extensions(self):
        values = (None, 1, 0.1, "x", [None], {"a": {"b": None}}, 2**64, -0.0, 5e-324, *JUNK[:14])
        return {self.iri(): deepcopy(self.r.choice(values)) for _ in range(self.r.randrange(3))}

    def agent(self, typed=None):
        name = self.one_of("ana", "ben", "cleo")
        found = dict(
            [
                self.one_of(
                    ("mbox", f"mailto:{name}@example.org"),
                    ("mbox_sha1sum", hashlib.sha1(name.encode()).hexdigest()),
                    ("openid", f"https://example.org/{name}"),
                    ("account", {"homePage": "https://hr.example.org", "name": name}),
                )
            ]
        )
        if self.chance(2):
            found["name"] = self.r.choice(WORDS)
        if typed if typed is not None else self.chance(2):
            found["objectType"] = "Agent"
        return found

    def group(self):
        found = {"objectType": "Group"}
        if self.chance(2):
            found |= self.agent(typed=False)
        if len(found) == 1 or "name" in found or self.chance(2):
            found["member"] = [self.agent() for _ in range(1 + self.r.randrange(3))]
        return found

    def actor(self):
        return self.group() if self.chance(4) else self.agent()

    def activity(self):
        found = {"id": self.iri()}
        if self.chance(2):
            found["objectType"] = "Activity"
        if self.chance(3):
            found["definition"] = self.definition()
        return found

    def definition(self):
        found = {}
        for name, make in (
            ("name", self.languages),
            ("description", self.languages),
            ("type", self.iri),
            ("moreInfo", self.iri),
            ("extensions", self.extensions),
        ):
            if self.chance(3):
                found[name] = make()
        if self.chance(4):
            kind, parts = self.one_of(
                ("choice", ("choices",)),
                ("sequencing", ("choices",)),
                ("likert", ("scale",)),
                ("matching", ("source", "target")),
                ("performance", ("steps",)),
                ("true-false", ()),
                ("numeric", ()),
            )
            found["interactionType"] = kind
            found["correctResponsesPattern"] = [self.one_of("a", "a[,]b", "true", "1[:]2")]
            for part in parts:
                found[part] = [{"id": each, "description": self.languages()} for each in "ab"]
        return found

    def context(self, version):
        found = {}
        for name, make in (
            ("registration", self.uuid),
            ("instructor", self.actor),
            ("team", self.group),
            ("language", lambda: "en-GB"),
            ("statement", lambda: {"objectType": "StatementRef", "id": self.uuid()}),
            ("extensions", self.extensions),
        ):
            if self.chance(4):
                found[name] = make()
        if self.chance(2):
            places = ("parent", "grouping", "category", "other")
            found["contextActivities"] = {
                self.r.choice(places): self.one_of(self.activity(), [self.activity()])
                for _ in range(2)
            }
        if version == "2" and self.chance(3):
            found["contextAgents"] = [{"objectType": "contextAgent", "agent": self.agent()}]
            found["contextGroups"] = [
                {"objectType": "contextGroup", "group": self.group(), "relevantTypes": [self.iri()]}
            ]
        return found

    def result(self):
        found = {}
        for name, make in (
            ("score", self.score),
            ("success", lambda: self.chance(2)),
            ("completion", lambda: self.chance(2)),
            ("response", lambda: self.r.choice(WORDS)),
            ("duration", lambda: self.one_of("PT1H", "P1DT0.5S", "P3W", "PT0S", "PT1.2345678S")),
            ("extensions", self.extensions),
        ):
            if self.chance(3):
                found[name] = make()
        return found

    def score(self):
        return {"scaled": self.one_of(0, 1, -1, 0.5), "raw": 3, "min": 0, "max": 5}

    def said(self, version, thing):
        """A statement about `thing`, or a SubStatement."""
        found = {"actor": self.actor(), "verb": {"id": self.iri()}, "object": thing}
        if self.chance(2):
            found["verb"]["display"] = self.languages()
        if self.chance(3):
            found["result"] = self.result()
        if self.chance(2):
            found["context"] = self.context(version)
        if self.chance(3):
            found["timestamp"] = self.one_of(
                "2026-11-23T15:24:33Z",
                "2026-11-23T15:24:33.123456789+05:30",
                "2030-01-01T00:00:00Z",
            )
        if self.chance(12):
            found["attachments"] = [self.attachment(b"photo") | {"fileUrl": self.iri()}]
        return found

    def attachment(self, content):
        return {
            "usageType": self.iri(),
            "display": self.languages(),
            "contentType": "text/plain",
            "length": len(content),
            "sha2": hashlib.sha256(content).hexdigest(),
        }

    def statement(self, version):
        kind = self.r.randrange(12)
        if kind == 0:
            found = self.said(version, {"objectType": "StatementRef", "id": self.uuid()})
            if self.chance(2):
                found["verb"] = {"id": VERBS + "voided"}
        elif kind == 1:
            inner = self.said(version, self.activity())
            found = self.said(version, {"objectType": "SubStatement", **inner})
        elif kind == 2:
            found = self.said(version, self.agent(typed=True))
        elif kind == 3:
            found = self.said(version, self.group())
        else:
            found = self.said(version, self.activity())
        if self.chance(2):
            found["id"] = self.uuid()
        if self.chance(8):
            found["version"] = self.one_of("1.0.0", "1.0.3", "1.0.9")
        if self.chance(12):
            found |= {"stored": "2026-11-23T15:24:33Z", "authority": self.agent()}
        return found
