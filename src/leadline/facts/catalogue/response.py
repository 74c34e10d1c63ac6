"""Response: the answer to one question within one attempt."""

import ibis
import ibis.expr.types as ir

from leadline.facts.attempts import OPENING, SENT, WHOLE, markers
from leadline.facts.fact import INSTANT, Column, Fact, Sensitivity

SEEING = (*OPENING, "experienced")

COLUMNS = {
    "person": Column("int64", Sensitivity.KEY, "random key of the learner"),
    "course": Column("string", Sensitivity.CONTENT, "activity id of the course, if any"),
    "cycle_no": Column("int64", Sensitivity.KEY, "assignment cycle; 0 outside courses"),
    "module": Column("string", Sensitivity.CONTENT, "module that holds the question"),
    "assessment": Column("string", Sensitivity.CONTENT, "assessment it was part of, if any"),
    "attempt_no": Column(
        "int64", Sensitivity.ASSESSMENT, "attempt it belongs to; 0: no attempt is known"
    ),
    "question": Column("string", Sensitivity.CONTENT, "activity id of the question"),
    "answered_at": Column(INSTANT, Sensitivity.ACTIVITY, "last answer; null: only seen"),
    "state": Column(
        "string",
        Sensitivity.ASSESSMENT,
        "correct, incorrect; omitted: seen or sent blank; unmarked: answered without success",
    ),
    "success": Column("boolean", Sensitivity.ASSESSMENT, "result.success as sent, last answer"),
    "response": Column(
        "string", Sensitivity.ASSESSMENT, "closed interactions only, last answer; empty: blank"
    ),
    "score": Column(
        "float64",
        Sensitivity.ASSESSMENT,
        "derived, last answer: scaled, else (raw - min) / (max - min) where all three were sent",
    ),
    "answers": Column("int64", Sensitivity.ASSESSMENT, "answers sent within the attempt"),
}


def rows(m: ir.Table) -> ir.Table:
    """One row per attempt and question; the last answer within the attempt counts.

    An answer belongs to the attempt whose submission or grade comes next, unless another attempt
    is opened first; else to the attempt before it. A question that was only seen is omitted
    once its attempt was handed in; what was never shown has no row."""
    asked = _linked(m)
    answered = asked.did == "answered"
    whole = [*WHOLE, "attempt_no"]
    span = asked.score_max - asked.score_min
    relative = ibis.ifelse(span > 0, (asked.score_raw - asked.score_min) / span, None)
    asked = asked.mutate(question=asked.object, score=ibis.coalesce(asked.score_scaled, relative))
    last = answered & (asked.place == asked.last_place)
    found = asked.group_by([*whole, "question"]).aggregate(
        module=asked.module.min(),
        answered_at=asked.timestamp.max(where=answered),
        success=asked.success.argmax(asked.place, where=last),
        response=asked.response.argmax(asked.place, where=last),
        score=asked.score.argmax(asked.place, where=last),
        answers=answered.cast("int64").sum(),
        handed_in=asked.handed_in.max(),
    )
    found = found.filter((found.answers > 0) | found.handed_in)
    state = ibis.cases(
        ((found.answers == 0) | (found.response.strip() == ""), "omitted"),
        (found.success, "correct"),
        (~found.success, "incorrect"),
        else_="unmarked",
    )
    return found.mutate(state=state)


def _linked(m: ir.Table) -> ir.Table:
    """Question moments with attempt_no, `handed_in`, and `last_place` of their last answer."""
    fields = [*WHOLE, *SENT, "response", "marks", "attempt_no"]
    questions = m.filter((m.kind == "question") & m.did.isin(("answered", *SEEING)))
    questions = questions.mutate(marks=ibis.literal("question"), attempt_no=ibis.null("int64"))
    answerless = markers(m).mutate(response=ibis.null("string"))
    line = answerless.select(*fields).union(questions.select(*fields))
    closes = line.marks.isin(("submit", "grade"))
    line = line.mutate(attempt_no=_number(line, closes), closes=ibis.ifelse(closes, 1, 0))
    attempt = [*WHOLE, "attempt_no"]
    answered = (line.marks == "question") & (line.did == "answered")
    line = line.mutate(
        handed_in=line.closes.max().over(ibis.window(group_by=attempt)) == 1,
        last_place=ibis.ifelse(answered, line.place, 0)
        .max()
        .over(ibis.window(group_by=[*attempt, "object"])),
    )
    return line.filter(line.marks == "question")


def _number(line: ir.Table, closes: ir.BooleanValue) -> ir.IntegerValue:
    """The attempt of each row: a marker's own, a question's by what comes next and before."""
    order = ["place", "marks"]
    back = ibis.window(group_by=WHOLE, order_by=order, preceding=(None, 1))
    ahead = ibis.window(group_by=WHOLE, order_by=order, following=(1, None))
    nothing = ibis.null("int64")
    next_open = ibis.ifelse(line.marks == "open", line.place, nothing).min().over(ahead)
    next_close = ibis.ifelse(closes, line.place, nothing).min().over(ahead)
    next_closed_no = ibis.ifelse(closes, line.attempt_no, nothing).min().over(ahead)
    closes_next = (next_open.isnull() | (next_close < next_open)) & next_close.notnull()
    around = ibis.coalesce(line.attempt_no.max().over(back), line.attempt_no.min().over(ahead), 0)
    number = ibis.ifelse(closes_next, next_closed_no, around)
    return ibis.coalesce(line.attempt_no, number).cast("int64")


GRAIN = "person × course × cycle_no × assessment × attempt_no × question"
FACT = Fact("response", GRAIN, COLUMNS, rows)
