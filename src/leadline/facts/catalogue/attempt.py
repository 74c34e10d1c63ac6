"""Attempt: one try at one assessment within one cycle."""

import ibis
import ibis.expr.types as ir

from leadline.facts.attempts import WHOLE, markers
from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course, if any"),
    "cycle_no": Column("int64", Sensitivity.KEY, "assignment cycle; 0 outside courses"),
    "module": Column("string", Sensitivity.CONTENT, "module that holds the assessment"),
    "assessment": Column("string", Sensitivity.CONTENT, "activity id of the assessment"),
    "attempt_no": Column("int64", Sensitivity.ASSESSMENT, "1, 2, 3 … within the cycle"),
    "started_at": Column(INSTANT, Sensitivity.ACTIVITY, "when it was opened; null: not told"),
    "submitted_at": Column(
        INSTANT, Sensitivity.ACTIVITY, "when it was handed in, or graded if nothing says earlier"
    ),
    "graded_at": Column(INSTANT, Sensitivity.ACTIVITY, "first grade"),
    "state": Column(
        "string",
        Sensitivity.ASSESSMENT,
        "submitted: handed in and graded; pending_grading: handed in; started: neither (abandoned "
        "once that is 24 h ago)",
    ),
    "score_scaled": Column("float64", Sensitivity.ASSESSMENT, "as sent, -1 to 1"),
    "score_raw": Column("float64", Sensitivity.ASSESSMENT, "as sent, points"),
    "score_min": Column("float64", Sensitivity.ASSESSMENT, "as sent, points"),
    "score_max": Column("float64", Sensitivity.ASSESSMENT, "as sent, points"),
    "score": Column(
        "float64",
        Sensitivity.ASSESSMENT,
        "derived: scaled, else (raw - min) / (max - min) where all three were sent",
    ),
    "success": Column("boolean", Sensitivity.ASSESSMENT, "result.success as sent"),
    "passed": Column(
        "boolean",
        Sensitivity.ASSESSMENT,
        "derived: success as sent, else what the verb says (passed, failed); never from a score",
    ),
    "transferred": Column(
        "boolean", Sensitivity.ASSESSMENT, "the result was carried over from an earlier cycle"
    ),
    "duration_s": Column("float64", Sensitivity.ACTIVITY, "longest duration sent, seconds"),
    "registration": Column("string", Sensitivity.KEY, "first xAPI registration sent, if any"),
    "source": Column("string", Sensitivity.CONTENT, "source of its first statement"),
    "statement_id": Column(
        "string", Sensitivity.KEY, "its first grade; where there is none, its last statement"
    ),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per (person, course, cycle_no, assessment, attempt_no); rules in facts/attempts.py.

    Where statements of one attempt send the same thing twice, the first one counts."""
    attempts = _tries(markers(m))
    span = attempts.score_max - attempts.score_min
    relative = ibis.ifelse(span > 0, (attempts.score_raw - attempts.score_min) / span, None)
    state = ibis.cases(
        (attempts.graded_at.notnull(), "submitted"),
        (attempts.submitted_at.notnull(), "pending_grading"),
        else_="started",
    )
    verb_says = ibis.cases((attempts.said == "passed", True), (attempts.said == "failed", False))
    return attempts.mutate(
        statement_id=ibis.coalesce(attempts.graded_by, attempts.last_id),
        state=state,
        score=ibis.coalesce(attempts.score_scaled, relative),
        passed=ibis.coalesce(attempts.success, verb_says),
    )


def _tries(k: ir.Table) -> ir.Table:
    opened, graded = k.marks == "open", k.marks == "grade"
    raw = graded & k.score_raw.notnull()
    return k.group_by([*WHOLE, "attempt_no"]).aggregate(
        module=k.module.argmin(k.place, where=k.module.notnull()),
        started_at=k.timestamp.min(where=opened),
        submitted_at=k.timestamp.min(where=~opened),
        graded_at=k.timestamp.min(where=graded),
        score_scaled=k.score_scaled.argmin(k.place, where=graded & k.score_scaled.notnull()),
        score_raw=k.score_raw.argmin(k.place, where=raw),
        score_min=k.score_min.argmin(k.place, where=raw & k.score_min.notnull()),
        score_max=k.score_max.argmin(k.place, where=raw & k.score_max.notnull()),
        success=k.success.argmin(k.place, where=graded & k.success.notnull()),
        said=k.did.argmin(k.place, where=k.did.isin(("passed", "failed"))),
        transferred=k.transferred.fill_null(False).max(),
        duration_s=k.duration_s.max(),
        registration=k.registration.argmin(k.place, where=k.registration.notnull()),
        source=k.source.argmin(k.place),
        graded_by=k.statement_id.argmin(k.place, where=graded),
        last_id=k.statement_id.argmax(k.place),
    )


FACT = Fact("attempt", "person × course × cycle_no × assessment × attempt_no", COLUMNS, rows)
