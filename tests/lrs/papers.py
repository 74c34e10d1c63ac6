"""The three document resources as a player uses them: one drawer of papers each."""

import json
from dataclasses import dataclass, replace

from .world import BEN, CLEO, Player, activity

LADDERS = activity("ladders")["id"]
KNOTS = activity("knots")["id"]
ATTEMPT = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"


@dataclass(frozen=True)
class Drawer:
    """One context of one resource: where its documents are, and what names them."""

    player: Player
    path: str
    naming: str
    context: tuple[tuple[str, str], ...]

    def ask(self, method, name=None, body=b"", headers=(), **more):
        named = {} if name is None else {self.naming: name}
        query = dict(self.context) | named | more
        return self.player.ask(method, self.path, body, dict(headers), **query)

    def get(self, name=None, **more):
        return self.ask("GET", name, **more)

    def put(self, name, body, **headers):
        return self.ask("PUT", name, body, spelled(headers))

    def post(self, name, body, **headers):
        return self.ask("POST", name, body, spelled(headers))

    def delete(self, name=None, **headers):
        return self.ask("DELETE", name, headers=spelled(headers))

    def keep(self, name, body, **headers):
        """Store it whatever is there, and give its ETag."""
        self.delete(name)
        assert self.put(name, body, if_none_match="*", **headers).status == 204
        return self.get(name).headers["etag"]

    def ids(self, **more):
        reply = self.get(**more)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    def about(self, **context):
        """The drawer beside it: another agent, activity or registration."""
        return replace(self, context=tuple((dict(self.context) | context).items()))

    def without(self, name):
        return replace(self, context=tuple(pair for pair in self.context if pair[0] != name))


def spelled(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def as_json(agent):
    return json.dumps(agent)


def state(player):
    about = (("activityId", LADDERS), ("agent", as_json(BEN)))
    return Drawer(player, "/activities/state", "stateId", about)


def agent_profile(player):
    return Drawer(player, "/agents/profile", "profileId", (("agent", as_json(BEN)),))


def activity_profile(player):
    return Drawer(player, "/activities/profile", "profileId", (("activityId", LADDERS),))


DRAWERS = {"state": state, "agent profile": agent_profile, "activity profile": activity_profile}
OTHERS = {  # parameter: another good value, then values that are none
    "activityId": (KNOTS, ("ladders", "", "https://example.org/a b", "true")),
    "agent": (
        as_json(CLEO),
        (
            "ben",
            "",
            "true",
            "{}",
            '{"mbox": "ben@example.org"}',
            '{"name": "Ben"}',
            '{"mbox": "mailto:ben@example.org", "openid": "https://example.org/ben"}',
            '{"objectType": "Group", "mbox": "mailto:north@example.org"}',
            '{"objectType": "Person", "mbox": ["mailto:ben@example.org"]}',
        ),
    ),
    "registration": (ATTEMPT, ("1", "", "true", ATTEMPT[:-1])),
}
