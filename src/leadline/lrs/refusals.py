"""Every way to say no, mapped once to a status and a body that names field, reason and remedy."""

from dataclasses import dataclass

import msgspec

from leadline.lrs.message import JSON, Response
from leadline.statements import BadStatement
from leadline.store import Conflict, Unavailable

RETRY_AFTER_SECONDS = 2


@dataclass
class Refusal(Exception):
    """The request cannot be answered as asked.

    field: header, parameter or property at fault; section: where the rule stands; headers: what
    HTTP wants beside this status."""

    status: int
    field: str
    reason: str
    remedy: str
    section: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.field}: {self.reason} {self.remedy}"


Problem = Refusal | BadStatement | Conflict | Unavailable


def bad_parameter(name: str, reason: str, remedy: str, section: str = "Comm 2.1.3") -> Refusal:
    """A query parameter that this resource cannot take (400)."""
    return Refusal(400, name, reason, remedy, section)


def busy(reason: str) -> Refusal:
    """Nothing is wrong with the request, but it cannot be met now (503)."""
    later = (("retry-after", str(RETRY_AFTER_SECONDS)),)
    remedy = "Send the same request again later; a statement with an id is never stored twice."
    return Refusal(503, "", reason, remedy, headers=later)


def refusal_of(problem: Problem) -> Refusal:
    """What to answer to a problem of any part below."""
    match problem:
        case BadStatement():
            return Refusal(400, problem.field, problem.reason, problem.remedy, problem.section)
        case Conflict():
            return Refusal(
                409,
                "id",
                f"other statements are stored under {', '.join(sorted(problem.ids))}.",
                "Statements are immutable: send it under a new id, or void the stored one.",
                "Comm 2.1.1, 2.1.2",
            )
        case Unavailable():
            return busy(str(problem))
        case Refusal():
            return problem


def refused(problem: Problem) -> Response:
    """The response that says no. Its body is a JSON object: field, reason, remedy, section."""
    refusal = refusal_of(problem)
    body = {
        "field": refusal.field,
        "reason": refusal.reason,
        "remedy": refusal.remedy,
        "section": refusal.section,
    }
    return Response(
        refusal.status, {"content-type": JSON, **dict(refusal.headers)}, msgspec.json.encode(body)
    )
