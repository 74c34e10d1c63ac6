"""The guard of launched sessions: what a session's token may ask of the record store.

| resource | what a token may |
|---|---|
| statements | write what the rules allow; read those of its own registration |
| state | all documents of its own activity, actor and registration; LMS.LaunchData only read |
| agent profile | read and write cmi5LearnerPreferences of its own actor |
| activity profile | all documents of its own activity and those beneath it (12.0) |
| activities, agents | its own activity, by either id, and those beneath it; its actor |

Nothing before the token was fetched, nothing after the session has ended (8.2.1)."""

import hmac
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec

from leadline.cmi5 import terms
from leadline.cmi5.records import Kept, Records, digest
from leadline.cmi5.rules import beneath, understood, violation
from leadline.cmi5.sequence import check_open
from leadline.lrs.call import Call
from leadline.lrs.guard import Guarded, Judge
from leadline.lrs.message import JSON
from leadline.lrs.refusals import Refusal
from leadline.statements import BadStatement, Identifier, Statement, Wanted, identifier_of
from leadline.statements.agents import check_agent
from leadline.statements.forms import is_language_tag, is_uuid
from leadline.store import Scope

SOURCE = "cmi5"
SCOPES = frozenset({Scope.WRITE, Scope.READ, Scope.STATE, Scope.PROFILE, Scope.DEFINE})
Judging = Callable[[Kept, Sequence[tuple[Statement, str]]], Sequence[Statement]]
Query = dict[str, str]


class Token(Guarded, frozen=True, kw_only=True):
    """The credential of one launched session."""

    session: Kept


class Gate:
    """Implements lrs.guard.Guard. judging: has the last word, in the log's turn."""

    def __init__(
        self,
        records: Records,
        judging: Judging,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._records, self._judging, self._now = records, judging, now
        self._checks: dict[str, Callable[[Call, Kept, Query], None]] = {
            "/activities": self._activity,
            "/activities/profile": self._activity,
            "/activities/state": self._state,
            "/agents": self._agent,
            "/agents/profile": self._profile,
        }

    def credential(self, key: str, secret: str) -> Token | None:
        """The token of a session, where it is fetched and the session goes on."""
        kept = self._records.session(key) if is_uuid(key) else None
        # Without a fetched token there is nothing to fit, and no digest is empty.
        if kept is None or not hmac.compare_digest(kept.token_digest, digest(secret)):
            return None
        check_open(kept.state)
        if self._now() >= kept.expires_at:
            reason = "the session's time is over."
            raise violation("8.2.1", "Authorization", reason, "Launch the unit again.")
        return Token(
            key=key,
            source=SOURCE,
            scopes=SCOPES,
            created_at=kept.launched_at,
            expires_at=kept.expires_at,
            revoked_at=None,
            last_used=None,
            session=kept,
        )

    def admit(self, call: Call) -> None:
        """Whether a session may ask this at all; statements are looked at when they are read."""
        check_one = self._checks.get(call.request.path)
        if check_one is not None:
            given = parse_qs(call.request.query, keep_blank_values=True)
            query = {name: values[-1] for name, values in given.items()}
            check_one(call, _session(call), query)

    def narrow(self, call: Call, wanted: Wanted) -> Wanted:
        """Only statements of the session's own registration."""
        own = _session(call).launched.registration
        if wanted.registration not in (None, own):
            raise _foreign("registration", "8.1.4")
        return replace(wanted, registration=own)

    def examine(
        self, call: Call, sent: Sequence[dict[str, Any]], batch: Sequence[Statement]
    ) -> Judge:
        """Each statement by itself now; their order, and what is on record, in the commit."""
        kept = _session(call)
        heard = []
        for at, (value, statement) in enumerate(zip(sent, batch, strict=True)):
            try:
                said = understood(value, kept.launched)
            except Refusal as refusal:
                place = f"[{at}]." if len(batch) > 1 else ""
                raise replace(refusal, field=f"{place}{refusal.field}") from refusal
            heard.append((_defining_its_own(statement, kept), said.word))
        return lambda: self._judging(kept, heard)

    def _activity(self, _: Call, kept: Kept, query: Query) -> None:
        activity = query.get("activityId")
        own = (kept.launched.activity, kept.launched.publisher_id)
        if activity is not None and not any(beneath(activity, one) for one in own):
            raise _foreign("activityId", "8.1.5")

    def _agent(self, _: Call, kept: Kept, query: Query) -> None:
        agent = _agent_in(query)
        if agent is not None and agent != identifier_of(dict(kept.launched.actor)):
            raise _foreign("agent", "8.1.3, 11.0")

    def _state(self, call: Call, kept: Kept, query: Query) -> None:
        self._agent(call, kept, query)
        if query.get("activityId", kept.launched.activity) != kept.launched.activity:
            raise _foreign("activityId", "8.1.5, 10.1")
        if query.get("registration", "").lower() != kept.launched.registration:
            raise _foreign("registration", "8.1.4, 10.1")
        reading = call.request.method in ("GET", "HEAD")
        # Without an id, DELETE would take the launch data along.
        if not reading and query.get("stateId", terms.LAUNCH_DATA) == terms.LAUNCH_DATA:
            reason = "a unit may neither change nor delete LMS.LaunchData."
            raise violation("10.2.1", "stateId", reason, "Name another document.")

    def _profile(self, call: Call, kept: Kept, query: Query) -> None:
        self._agent(call, kept, query)
        reading = call.request.method in ("GET", "HEAD")
        # Without an id, GET lists what others keep of the learner; the rest is xAPI's to refuse.
        if query.get("profileId", "" if reading else terms.PREFERENCES) != terms.PREFERENCES:
            reason = f"a session may use {terms.PREFERENCES} only."
            raise violation("11.0", "profileId", reason, "Name this document.")
        if "agent" not in query:
            return
        if not reading:
            _check_preferences(call)
        elif (
            not kept.state.preferences
        ):  # whether there is such a document or not, it was asked for
            self._records.note_preferences(kept.id)


def _session(call: Call) -> Kept:
    if not isinstance(call.credential, Token):
        raise TypeError("This guard was asked about a credential that is not its own.")
    return call.credential.session


def _agent_in(query: Query) -> Identifier | None:
    """Who is asked about; None where nobody is named or it cannot be read, which is xAPI's to
    refuse."""
    try:
        agent = msgspec.json.decode(query.get("agent", ""))
        check_agent(agent, "agent")
    except (msgspec.DecodeError, RecursionError, BadStatement):
        return None
    return identifier_of(agent)


def _foreign(name: str, section: str) -> Refusal:
    reason = "it is not that of the launch."
    return violation(section, name, reason, f"Send the {name} of the launch.")


def _defining_its_own(statement: Statement, kept: Kept) -> Statement:
    """The statement without definitions of what is the LMS's to define."""
    ours, own = kept.launched.ours, kept.launched.activity
    definitions = tuple(
        (activity, text)
        for activity, text in statement.definitions
        if not activity.startswith(ours) or beneath(activity, own)
    )
    return msgspec.structs.replace(statement, definitions=definitions)


def _check_preferences(call: Call) -> None:
    """A whole document of preferences, as cmi5 11 has it, or Refusal."""
    request = call.request
    if request.method == "DELETE":
        raise _unfit("profileId", "preferences are changed, never deleted.")
    if request.media_type != JSON:
        raise _unfit("Content-Type", f"it is not {JSON}.")
    try:
        value = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _unfit("body", "it is not a JSON object.")
    if not _is_language_list(value.get("languagePreference")):
        raise _unfit("languagePreference", "it is not a comma-separated list of RFC 5646 tags.")
    if value.get("audioPreference") not in ("on", "off"):
        raise _unfit("audioPreference", "it is neither on nor off.")


def _is_language_list(value: object) -> bool:
    tags: Collection[str] = value.split(",") if isinstance(value, str) else ()
    return bool(tags) and all(is_language_tag(tag) for tag in tags)


def _unfit(at: str, reason: str) -> Refusal:
    remedy = 'Send e.g. {"languagePreference": "en-US,fr", "audioPreference": "on"}.'
    return violation("11", at, reason, remedy)
