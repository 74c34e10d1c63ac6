"""Attempts: which statements about an assessment belong to one try at it (METHODS 0.1).

Four kinds of marker, in the order of the person's events, per person, course, cycle and assessment:

* open: initialized, attempted or launched
* submit: completed (or another verb carrying completion) without success and without any score
* grade: passed or failed, or scored, completed or answered carrying success or a score
* end: terminated or exited carrying completion, success or a score. It reports again what the try
  was, so it counts (as grade or submit) only where nothing but an open went before it. Ending
  a sitting without any of these is not a submission: the learner may come back.

A try begins at an open, unless one less than 24 h old is still unanswered; at a submit with no
open try, unless a submit or grade lies within 60 s; at a grade after another grade, unless it is
the same result again: within 60 s and contradicting it neither in score nor in success.
A submit within 60 s after a grade is its echo and never stands between two grades."""

import ibis
import ibis.expr.types as ir
from ibis.expr.builders import WindowBuilder

OPENING = ("initialized", "attempted", "launched")
GRADING = ("passed", "failed")
REPORTING = ("scored", "completed", "answered", "mastered")
ENDING = ("terminated", "exited")
REOPEN_AFTER_SECONDS = 24 * 3600
SAME_RESULT_WITHIN_SECONDS = 60
SCORES = ["score_scaled", "score_raw", "score_min", "score_max", "success"]
SENT = ["module", "object", "place", "timestamp", "second", "did", *SCORES, "duration_s"]
ORIGIN = ["transferred", "registration", "source", "statement_id"]
WHOLE = ["person", "course", "cycle_no", "assessment"]


def markers(m: ir.Table) -> ir.Table:
    """The moments that mark attempts, with `marks` (open, submit, grade) and `attempt_no` (1 …)."""
    along = ibis.window(group_by=WHOLE, order_by="place")
    marked = _without_echoes(_without_repeats(_candidates(m)))
    began = marked.mutate(begins=_begins(marked, along))
    count = began.begins.cast("int64").cumsum().over(along)
    return began.mutate(attempt_no=count).drop("begins")


def _candidates(m: ir.Table) -> ir.Table:
    own = m.filter(m.object == m.assessment)
    scored = own.score_scaled.notnull() | own.score_raw.notnull()
    graded = scored | own.success.notnull()
    submitted = (own.did == "completed") | own.completion.fill_null(False)
    marks = ibis.cases(
        (own.did.isin(OPENING), "open"),
        (own.did.isin(ENDING) & (graded | submitted), "end"),
        (own.did.isin(GRADING) | (own.did.isin(REPORTING) & graded), "grade"),
        (submitted, "submit"),
    )
    return own.filter(marks.notnull()).select(*WHOLE, *SENT, *ORIGIN, marks=marks, graded=graded)


def _without_repeats(c: ir.Table) -> ir.Table:
    """Keep an end only where it is the first word after an open; say what it then stands for."""
    along = ibis.window(group_by=WHOLE, order_by="place")
    seen = c.mutate(before=c.marks.lag().over(along).fill_null("none"))
    kept = seen.filter((seen.marks != "end") | (seen.before == "open"))
    stands_for = ibis.ifelse(kept.graded, "grade", "submit")
    return kept.mutate(marks=ibis.ifelse(kept.marks == "end", stands_for, kept.marks))


def _without_echoes(c: ir.Table) -> ir.Table:
    before = ibis.window(group_by=WHOLE, order_by="place", preceding=(None, 1))
    open_place = ibis.ifelse(c.marks == "open", c.place, 0)
    grade_place = ibis.ifelse(c.marks == "grade", c.place, 0)
    grade_second = ibis.ifelse(c.marks == "grade", c.second, ibis.null("int64"))
    seen = c.mutate(
        open_place=open_place.max().over(before),
        grade_place=grade_place.max().over(before),
        grade_second=grade_second.max().over(before),
    )
    recent = seen.second - seen.grade_second <= SAME_RESULT_WITHIN_SECONDS
    echo = (seen.marks == "submit") & (seen.grade_place > seen.open_place) & recent
    return seen.filter(~echo.fill_null(False)).drop(
        "before", "graded", "open_place", "grade_place", "grade_second"
    )


def _begins(c: ir.Table, along: WindowBuilder) -> ir.BooleanValue:
    before = c.marks.lag().over(along).fill_null("none")
    gap = c.second - c.second.lag().over(along)

    def differs(name: str) -> ir.BooleanValue:
        return (c[name] != c[name].lag().over(along)).fill_null(False)

    contradicts = differs("score_scaled") | differs("score_raw") | differs("success")
    apart = gap > SAME_RESULT_WITHIN_SECONDS
    stale = (before == "open") & (gap >= REOPEN_AFTER_SECONDS)
    begins = ibis.cases(
        (before == "none", True),
        (c.marks == "open", (before != "open") | stale),
        (c.marks == "submit", (before != "open") & apart),
        else_=(before == "grade") & (apart | contradicts),
    )
    return begins.fill_null(False)
