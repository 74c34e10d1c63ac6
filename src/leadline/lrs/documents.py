"""Activity State, Agent Profile and Activity Profile (Communication 2.2, 2.3, 2.6, 2.7, 3.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, Literal

import msgspec

from leadline.lrs.access import check_scope
from leadline.lrs.call import Call
from leadline.lrs.message import JSON, Response, etag_of
from leadline.lrs.parameters import agent, iri, moment, parameters, uuid
from leadline.lrs.refusals import Refusal, bad_parameter
from leadline.lrs.versions import Version
from leadline.statements.forms import is_media_type
from leadline.store import Scope
from leadline.store.documents import LONGEST_ID_BYTES, Content, Context, Document, Full

DOCUMENT_LIMIT_BYTES = 16 * 2**20
LONGEST_MEDIA_TYPE_CHARACTERS = 255
UNTYPED = "application/octet-stream"
# A document is somebody's upload and may call itself a page: no browser may run it as one of ours.
HARMLESS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}
Decide = Callable[[Document | None], Content | None]


@dataclass(frozen=True)
class DocumentResource:
    """One of the three resources that keep documents.

    scope: the one besides `all` that writes here; identifying: the parameter that names a
    document; required, optional: those that name the context; guarded: whether 1.0.x too wants a
    precondition for a PUT; several: whether DELETE without an id deletes the whole context."""

    name: Literal["state", "agent profile", "activity profile"]
    section: str
    scope: Scope
    identifying: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    guarded: bool = True
    several: bool = False

    def get(self, call: Call) -> Response:
        """The document, or without an id the ids of the context's documents, `since` a moment."""
        check_scope(call.credential, frozenset({self.scope, Scope.ALL_READ, Scope.ALL}))
        named = self._named(call, self.identifying, "since")
        context = self._context(call, named)
        if self.identifying not in named:
            return _listed(call, context, named.get("since"))
        if "since" in named:
            reason = f"it does not go with {self.identifying}."
            raise bad_parameter("since", reason, "Leave out one of them.", self.section)
        document = call.parts.documents.get(context, self._id(named))
        if document is None:
            reason, remedy = "no document of this id is kept in this context.", "Check the id."
            raise Refusal(404, self.identifying, reason, remedy, self.section)
        headers = {
            "content-type": document.content_type,
            "etag": f'"{document.etag}"',
            "last-modified": format_datetime(document.updated, usegmt=True),
        }
        return Response(200, headers | HARMLESS, document.content)

    def put(self, call: Call) -> Response:
        """Store the document in place of what is there."""
        sent = _sent(call)

        def replaced(before: Document | None) -> Content:
            _check_conditions(call, before)
            self._check_unconditional(call, before)
            return sent

        return self._changed(call, replaced)

    def post(self, call: Call) -> Response:
        """Store a new document, or lay a JSON object over the one that is there."""
        sent = _sent(call)

        def merged(before: Document | None) -> Content:
            _check_conditions(call, before)
            return sent if before is None else _merged(before, sent)

        return self._changed(call, merged)

    def delete(self, call: Call) -> Response:
        """Delete the document, or (State) without an id every one of the context."""

        def deleted(before: Document | None) -> None:
            _check_conditions(call, before)

        named = self._named(call, self.identifying)
        if not self.several or self.identifying in named:
            return self._changed(call, deleted)
        self._check_may_write(call)
        if not {"if-match", "if-none-match"}.isdisjoint(call.request.headers):
            raise Refusal(
                400,
                "If-Match",
                "several documents have no common ETag.",
                f"Leave it out, or name one document by {self.identifying}.",
                "Comm 3.1",
            )
        call.parts.documents.clear(self._context(call, named))
        return Response(204)

    def _changed(self, call: Call, decide: Decide) -> Response:
        self._check_may_write(call)
        named = self._named(call, self.identifying)
        context, document = self._context(call, named), self._id(named)
        try:
            call.parts.documents.change(context, document, decide)
        except Full as problem:
            remedy = "Delete some of them first."
            raise Refusal(409, self.identifying, str(problem), remedy, self.section) from problem
        return Response(204)

    def _check_may_write(self, call: Call) -> None:
        check_scope(call.credential, frozenset({self.scope, Scope.ALL}))

    def _named(self, call: Call, *more: str) -> dict[str, str]:
        return parameters(call.request, frozenset((*self.required, *self.optional, *more)))

    def _context(self, call: Call, named: Mapping[str, str]) -> Context:
        for name in self.required:
            if name not in named:
                raise bad_parameter(name, "it is missing.", f"Name the {name}.", self.section)
        version = call.version
        return Context(
            resource=self.name,
            activity=iri("activityId", named["activityId"], version)
            if "activityId" in named
            else "",
            agent=agent("agent", named["agent"], version) if "agent" in named else None,
            registration=uuid("registration", named["registration"], version)
            if "registration" in named
            else "",
        )

    def _id(self, named: Mapping[str, str]) -> str:
        document = named.get(self.identifying, "")
        if not document:
            reason, remedy = "it is missing.", "Name the document."
            raise bad_parameter(self.identifying, reason, remedy, self.section)
        if "\0" in document or len(document.encode()) > LONGEST_ID_BYTES:
            reason = f"an id has {LONGEST_ID_BYTES} bytes at most, and no NUL."
            raise bad_parameter(self.identifying, reason, "Choose another id.", self.section)
        return document

    def _check_unconditional(self, call: Call, before: Document | None) -> None:
        """A PUT that names no precondition: 409 over a document; 1.0.x wants one for a new one too.

        1.0.x leaves State alone, since conflicts are unlikely there."""
        conditional = not {"if-match", "if-none-match"}.isdisjoint(call.request.headers)
        if conditional or (call.version is Version.FIRST and not self.guarded):
            return
        if before is not None:
            raise Refusal(
                409,
                "If-Match",
                "it is missing, and a document of this id is kept already.",
                "Fetch the document, check what it says now, and send If-Match with its ETag.",
                "Comm 3.1",
            )
        if call.version is Version.FIRST:
            raise Refusal(
                400,
                "If-None-Match",
                "neither If-Match nor If-None-Match is given.",
                "Send If-None-Match: * for a new document, If-Match with its ETag for a known one.",
                "Comm 3.1",
            )


def _listed(call: Call, context: Context, since: str | None) -> Response:
    after = None if since is None else moment("since", since, call.version)
    listed = call.parts.documents.list(context, since=after)
    body = msgspec.json.encode(listed.ids)
    headers = {"content-type": JSON, "etag": etag_of(body)}
    if listed.updated is not None:
        headers["last-modified"] = format_datetime(listed.updated, usegmt=True)
    return Response(200, headers, body)


def _sent(call: Call) -> Content:
    """The document of a PUT or POST, in a type that can be told again and, if JSON, is JSON."""
    request = call.request
    content_type = request.headers.get("content-type", UNTYPED)
    # The alternate syntax brings this header out of a form, where it may hold anything.
    tellable = content_type.isascii() and content_type.isprintable()
    if len(content_type) > LONGEST_MEDIA_TYPE_CHARACTERS or not (
        tellable and is_media_type(content_type)
    ):
        remedy = "Name one such as application/json, or leave it out."
        raise Refusal(400, "Content-Type", "it is no media type.", remedy, "Comm 2.2")
    _check_length(request.body)
    if request.media_type == JSON:
        _json(request.body, "body")
    return Content(request.body, content_type)


def _merged(before: Document, sent: Content) -> Content:
    """The object that is kept with the top-level properties of the one sent (Comm 2.2)."""
    kept, posted = _object(before, "document"), _object(sent, "body")
    content = msgspec.json.encode(kept | posted)
    _check_length(content)
    return Content(content, before.content_type)


def _object(document: Content, field: str) -> dict[str, msgspec.Raw]:
    """A JSON object's properties, each as it is written: every digit and escape stays."""
    if document.content_type.partition(";")[0].strip().lower() != JSON:
        raise _unmergeable("Content-Type", f"the {field} is not {JSON}.")
    if not isinstance(_json(document.content, field), dict):
        raise _unmergeable(field, "it is not a JSON object.")
    return msgspec.json.decode(document.content, type=dict[str, msgspec.Raw])


def _json(content: bytes, field: str) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        reason, remedy = f"it is not JSON ({problem}).", "Send JSON in UTF-8, or another type."
        raise Refusal(400, field, reason, remedy, "Comm 2.2, 3.2") from problem


def _check_length(content: bytes) -> None:
    if len(content) > DOCUMENT_LIMIT_BYTES:
        reason = f"the document is longer than {DOCUMENT_LIMIT_BYTES} bytes."
        raise Refusal(413, "body", reason, "Keep it in several documents.", "Comm 3.2")


def _unmergeable(field: str, reason: str) -> Refusal:
    remedy = "POST JSON objects only, or replace the whole document by PUT."
    return Refusal(400, field, reason, remedy, "Comm 2.2")


def _check_conditions(call: Call, before: Document | None) -> None:
    """If-Match and If-None-Match, as RFC 9110 13.1 compares them; 412 where they do not hold."""
    current = None if before is None else f'"{before.etag}"'
    for header, wanted in (("If-Match", True), ("If-None-Match", False)):
        given = call.request.headers.get(header.lower())
        if given is None:
            continue
        tags = {tag.strip() for tag in given.split(",")}
        if (current is not None and not tags.isdisjoint({current, "*"})) is not wanted:
            reason = "the document is another by now." if current else "there is no such document."
            remedy = "Fetch it, and send the ETag of that reply in its quotes."
            raise Refusal(412, header, reason, remedy, "Comm 3.1")


STATE = DocumentResource(
    name="state",
    section="Comm 2.3",
    scope=Scope.STATE,
    identifying="stateId",
    required=("activityId", "agent"),
    optional=("registration",),
    guarded=False,
    several=True,
)
AGENT_PROFILE = DocumentResource(
    name="agent profile",
    section="Comm 2.6",
    scope=Scope.PROFILE,
    identifying="profileId",
    required=("agent",),
)
ACTIVITY_PROFILE = DocumentResource(
    name="activity profile",
    section="Comm 2.7",
    scope=Scope.PROFILE,
    identifying="profileId",
    required=("activityId",),
)
