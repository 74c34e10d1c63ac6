"""Who a learner is to a unit: an account of ours whose name says nothing (8.1.3, 9.2)."""

import secrets
from typing import Any

from leadline.directory import Directory
from leadline.statements import Identifier
from leadline.store import Database

AREA = "cmi5-learners"
STEPS = (
    """
    CREATE TABLE cmi5_learner (
        person {big} NOT NULL,
        tenant TEXT NOT NULL,
        home TEXT NOT NULL,
        name TEXT NOT NULL UNIQUE,
        PRIMARY KEY (person, tenant)
    )
    """,
)
NAME_BYTES = 15


class Learners:
    """The accounts of people, one a tenant, so that two tenants cannot find out that it is the same
    person. home: home page of new accounts; older ones keep theirs when the LMS moves."""

    def __init__(self, database: Database, directory: Directory, home: str) -> None:
        database.evolve(AREA, STEPS)
        self._database, self._directory, self._home = database, directory, home

    def actor(self, person: int, tenant: str) -> dict[str, Any]:
        """The agent of a person of the directory; made and claimed for them at first, then always
        the same, so that what units say of it becomes the person's facts."""
        with self._database.transaction() as tx:
            tx.take_turn(AREA)
            asked = "SELECT home, name FROM cmi5_learner WHERE person = ? AND tenant = ?"
            rows = tx.execute(asked, (person, tenant))
            home, name = rows[0] if rows else (self._home, secrets.token_hex(NAME_BYTES))
            if not rows:
                columns = ("person", "tenant", "home", "name")
                tx.insert("cmi5_learner", columns, [(person, tenant, home, name)])
                self._directory.claim(person, Identifier("account", f"{home}|{name}"))
        return {"objectType": "Agent", "account": {"homePage": home, "name": name}}
