"""PUT and POST /statements (Communication 2.1.1, 2.1.2): all statements of a request, or none."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from leadline.lrs.access import MAY_DEFINE, MAY_WRITE, authority, check_scope
from leadline.lrs.attachments import check_complete, opened
from leadline.lrs.call import BATCH_LIMIT_STATEMENTS, Call, Writing
from leadline.lrs.message import JSON, Response
from leadline.lrs.parameters import parameters
from leadline.lrs.refusals import Problem, Refusal, bad_parameter, refusal_of
from leadline.lrs.signatures import check_signatures
from leadline.statements import BadStatement, Statement, read
from leadline.store import Unavailable

Named = Mapping[str, str]
Batch = tuple[Statement, ...]


def put(call: Call) -> Writing:
    """Store one statement under the id that the query names; 204 once it is durable."""
    return _write(call, frozenset({"statementId"}), _one)


def post(call: Call) -> Writing:
    """Store one statement or an array of them; 200 with their ids, in order, once durable."""
    return _write(call, frozenset(), _some)


def count_refused(call: Call, problem: Problem, statements: int) -> None:
    """Write statements that the specification forbids into the source's ledger: those of no form
    (400), those whose id is taken (409), those that break a guard's rules (403)."""
    refusal = refusal_of(problem)
    if refusal.status in (400, 403, 409):
        error = str(refusal).replace("\0", "\N{SYMBOL FOR NULL}")  # no text column takes a NUL
        try:
            call.parts.sources.refused(call.credential.source, statements, error)
        except Unavailable:  # the sender's reply matters more than our count of it
            pass


def _write(
    call: Call,
    known: frozenset[str],
    batch_of: Callable[[Any, Named, Call], tuple[Batch, Response]],
) -> Writing:
    check_scope(call.credential, MAY_WRITE)
    sent = 1
    try:
        named = parameters(call.request, known)
        content, attachments = opened(call.request)
        value = _decoded(content)
        sent = len(value) if isinstance(value, list) else 1
        _check_count(sent)
        call.parts.limits.take_statements(call.credential, sent)
        batch, reply = batch_of(value, named, call)
        values = [statement.value for statement in batch if statement.attachments]
        check_complete(values, attachments, call.request.media_type)
        for at, statement in enumerate(batch):
            place = f"[{at}]." if isinstance(value, list) else ""
            check_signatures(statement, attachments, call.version.value, place)
        if MAY_DEFINE.isdisjoint(call.credential.scopes):  # stored as sent, not taken for known
            batch = tuple(msgspec.structs.replace(each, definitions=()) for each in batch)
        judge = None
        if call.guard is not None:
            judge = call.guard.examine(call, value if isinstance(value, list) else [value], batch)
    except (Refusal, BadStatement) as problem:
        count_refused(call, problem, sent)
        raise
    return Writing(call, batch, attachments, reply, judge)


def _check_count(statements: int) -> None:
    if statements > BATCH_LIMIT_STATEMENTS:
        raise Refusal(
            413,
            "body",
            f"it holds {statements} statements; {BATCH_LIMIT_STATEMENTS} at most.",
            "Send several smaller batches.",
            "Comm 3.2",
        )


def _one(value: Any, named: Named, call: Call) -> tuple[Batch, Response]:
    wanted = named.get("statementId")
    if wanted is None:
        raise bad_parameter("statementId", "it is missing.", "Name the id.", "Comm 2.1.1")
    if isinstance(value, list):
        raise BadStatement("", "PUT takes one statement.", "POST an array.", "Comm 2.1.1")
    if isinstance(value, dict):
        value.setdefault("id", wanted)
    statement = _read(value, call, "")
    if statement.id != wanted.lower():
        raise BadStatement(
            "id",
            "it differs from the parameter statementId.",
            "Make them equal or leave the property out.",
            "Comm 2.1.1",
        )
    return (statement,), Response(204)


def _some(value: Any, _: Named, call: Call) -> tuple[Batch, Response]:
    if isinstance(value, list):
        batch = tuple(_read(each, call, f"[{at}]") for at, each in enumerate(value))
    else:
        batch = (_read(value, call, ""),)
    ids = [statement.id for statement in batch]
    if len(set(ids)) < len(ids):
        twice = next(at for at, id_ in enumerate(ids) if id_ in ids[:at])
        raise BadStatement(
            f"[{twice}].id", "the batch holds this id twice.", "Send each id once.", "Comm 2.1.2"
        )
    return batch, Response(200, {"content-type": JSON}, msgspec.json.encode(ids))


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise BadStatement(
            "body", f"it is not JSON ({problem}).", "Send JSON in UTF-8.", "Data 2.2, Comm 1.4"
        ) from problem


def _read(value: Any, call: Call, place: str) -> Statement:
    """One statement; `place` (such as `[3]`) tells the sender which of a batch is at fault."""
    try:
        return read(
            value,
            stored=datetime.now(UTC),
            authority=authority(call.credential, call.parts.home_page),
            version=call.version.value,
        )
    except BadStatement as problem:
        if not place:
            raise
        field = f"{place}.{problem.field}" if problem.field else place
        raise BadStatement(field, problem.reason, problem.remedy, problem.section) from problem
