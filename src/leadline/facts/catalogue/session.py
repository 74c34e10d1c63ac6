"""Session: an unbroken stretch of activity of one learner, by what the time was spent on."""

import ibis.expr.types as ir

from leadline.facts.amounts import total
from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity
from leadline.facts.timeline import STRETCH, rule_used, spent

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "session_no": Column(
        "int64", Sensitivity.KEY, "1, 2, 3 … per learner; idle for more than 30 minutes ends one"
    ),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course, if any"),
    "module": Column("string", Sensitivity.CONTENT, "module of the course, if any"),
    "local_date": Column("date", Sensitivity.ACTIVITY, "day in the reporting zone"),
    "started_at": Column(INSTANT, Sensitivity.ACTIVITY, "first event of the row"),
    "ended_at": Column(INSTANT, Sensitivity.ACTIVITY, "last event of the row"),
    "active_s": Column(
        "float64", Sensitivity.ACTIVITY, "active seconds, gaps of at most 30 minutes; never effort"
    ),
    "active_10_s": Column("float64", Sensitivity.ACTIVITY, "the same with gaps of at most 10"),
    "active_60_s": Column("float64", Sensitivity.ACTIVITY, "the same with gaps of at most 60"),
    "rule": Column(
        "string",
        Sensitivity.CONTENT,
        "where the time is from: gaps, submission, segments, duration or mixed (facts/timeline.py)",
    ),
    "events": Column("int64", Sensitivity.ACTIVITY, "things the learner did"),
    "logins": Column("int64", Sensitivity.ACTIVITY, "of these, logging in"),
    "clicks": Column(
        "int64", Sensitivity.ACTIVITY, "clicks they stand for (daily totals count all)"
    ),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per session and what it touched; administrative statements are no activity."""
    s = spent(m)
    return s.group_by(STRETCH).aggregate(
        started_at=s.timestamp.min(),
        ended_at=s.timestamp.max(),
        active_s=total(s.active_s),
        active_10_s=total(s.active_10_s),
        active_60_s=total(s.active_60_s),
        rule=rule_used(s),
        events=s.count(),
        logins=(s.did == "logged_in").cast("int64").sum(),
        clicks=s.clicks.fill_null(1).sum(),
    )


FACT = Fact("session", "person × session_no × course × module × local_date", COLUMNS, rows)
