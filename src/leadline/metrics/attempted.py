"""What the metrics of assessments share: which attempts count, and one row per assessment sat."""

import ibis
import ibis.expr.types as ir

from leadline.metrics.metric import Facts
from leadline.metrics.population import by_now

SITTING = ("person", "course", "module", "assessment", "cycle_no")
NOT_SUBMITTED = "not submitted"
PENDING_GRADING = "pending grading"
NO_VERDICT = "graded without pass or fail"
NO_SCORE = "graded without a scale"
DELAYED_CHECK = "delayed check of another assessment"


def attempts(facts: Facts) -> ir.Table:
    """Attempts known by now, with `at`: handed in, else graded, else opened."""
    table = facts.attempt
    table = table.mutate(at=ibis.coalesce(table.submitted_at, table.graded_at, table.started_at))
    return table.filter(by_now(facts, table.at))


def delayed(attempt: ir.Table, facts: Facts) -> ir.StringColumn:
    """Why a result says nothing of the day of learning: it is a delayed check (METHODS C) of
    another assessment; else null."""
    check = facts.check
    checks = check.filter(check.assessment != check["of"])
    return ibis.ifelse(
        attempt.assessment.isin(checks.assessment), DELAYED_CHECK, ibis.null("string")
    )


def graded(attempt: ir.Table, facts: Facts) -> ir.BooleanColumn:
    return by_now(facts, attempt.graded_at)


def ungraded(attempt: ir.Table, facts: Facts) -> ir.StringColumn:
    """Why an attempt has no grade yet; null where it has one."""
    return ibis.cases(
        (graded(attempt, facts), None),
        (by_now(facts, attempt.submitted_at), PENDING_GRADING),
        else_=NOT_SUBMITTED,
    ).cast("string")
