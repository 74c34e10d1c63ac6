"""The cast, the statements they make, and a player that speaks to the sans-IO endpoint."""

import base64
import json
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from leadline.lrs.call import Parts
from leadline.lrs.endpoint import answer
from leadline.lrs.message import Request, Response

VERBS = "http://adlnet.gov/expapi/verbs/"
HOME = "https://learn.example.org"


def agent(name):
    return {"objectType": "Agent", "mbox": f"mailto:{name}@example.org"}


ANA, BEN, CLEO, DOV, EVE = map(agent, ("ana", "ben", "cleo", "dov", "eve"))


def number(n):
    """A UUID that can be read: number(7) ends in 7."""
    return str(UUID(int=(4 << 76) | (8 << 60) | n))


def activity(name):
    return {"objectType": "Activity", "id": f"https://example.org/{name}"}


def statement(n=None, who=BEN, did="completed", what="ladders", **more):
    """Ben completed ladders; n gives it an id."""
    made = {
        "actor": who,
        "verb": {"id": VERBS + did},
        "object": activity(what) if isinstance(what, str) else what,
        **more,
    }
    return made if n is None else {"id": number(n), **made}


def reference(n):
    return {"objectType": "StatementRef", "id": number(n)}


def voiding(n, target, who=ANA):
    return statement(n, who, "voided", reference(target))


@dataclass
class Player:
    """Someone with credentials who speaks one version."""

    parts: Parts
    key: str
    secret: str
    version: str | None = "1.0.3"

    def signed(self):
        """The headers of this player's requests."""
        secret = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        headers = {"authorization": f"Basic {secret}", "content-type": "application/json"}
        if self.version is not None:
            headers["x-experience-api-version"] = self.version
        return headers

    def ask(self, method, path="/statements", body=b"", headers=(), **query) -> Response:
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = Request(method, path, urlencode(query), self.signed() | dict(headers), body)
        return answer(request, self.parts)

    def post(self, body, **headers):
        return self.ask("POST", body=body, headers=headers)

    def put(self, n, body):
        return self.ask("PUT", body=body, statementId=number(n))

    def get(self, **query):
        return self.ask("GET", **query)

    def found(self, **query):
        """The numbers of the statements that a question finds, in the order of the answer."""
        query = {k: json.dumps(v) if isinstance(v, dict | bool) else v for k, v in query.items()}
        response = self.get(**query)
        assert response.status == 200, response.body
        return [UUID(each["id"]).int & 0xFFFF for each in json.loads(response.body)["statements"]]

    def follow(self, more):
        path, _, query = more.partition("?")
        assert path == "/xapi/statements"
        return answer(Request("GET", "/statements", query, self.signed()), self.parts)


def read(response: Response):
    return json.loads(response.body)


def refusal(response: Response):
    """Status and field of a refusal, whose body must say all four things."""
    body = read(response)
    assert set(body) == {"field", "reason", "remedy", "section"}
    assert body["reason"], body
    assert body["remedy"], body
    return response.status, body["field"]
