"""Time: which seconds a person was active, and what each was spent on (METHODS A2).

The events of a person on all devices make one timeline. The time until the next event belongs to
what the event was about; a gap longer than 30 minutes is idle, counts nothing and ends the session;
nothing follows the last event. Where something measures better than gaps it replaces them:

1. `submission`: from the opening of an attempt until it is handed in, at most 4 h, whatever the
   learner did in between; overlapping attempts are united first
2. `segments`: the video seconds played in a video session ÷ playback speed, instead of the gaps
   after its statements and, while it plays, after others. Outside (1)
3. `duration`: what an ending statement (terminated, suspended, exited) says the sitting took, at
   most 4 h, where the session has nothing finer about that module on that day than statements that
   begin, end or grade. Outside (1) and (2)
4. `gaps`: everything else

All of a video session, or attempt, is credited to the session and day in which it began.
Active time is never effort. The rules of 10 and 60 minutes differ from that of 30 in (4) only."""

import ibis
import ibis.expr.types as ir

from leadline.facts.amounts import average, total
from leadline.facts.attempts import WHOLE, markers
from leadline.facts.moments import by_learner
from leadline.facts.playback import played_segments, union, video_events

SESSION_GAP_SECONDS = 30 * 60
SHORT_GAP_SECONDS = 10 * 60
LONG_GAP_SECONDS = 60 * 60
SITTING_LIMIT_SECONDS = 4 * 3600
ENDING = ("terminated", "suspended", "exited")
COARSE = (
    *ENDING,
    *("launched", "initialized", "resumed", "attempted"),
    *("completed", "passed", "failed", "mastered"),
)
FIELDS = ["person", "place", "timestamp", "second", "local_date", "did", "duration_s", "clicks"]
WHERE = ["course", "cycle_no", "module"]
STRETCH = ["person", "session_no", "course", "module", "local_date"]


def spent(m: ir.Table) -> ir.Table:
    """What the learners did, one row per event with the time credited to it.

    Keeps FIELDS and adds `session_no` (1 … per person), `active_s`, `active_10_s`, `active_60_s`
    (seconds, float64; gaps of at most 30, 10 and 60 minutes) and `rule`: who gave the time."""
    done = m.filter(by_learner(m))
    line = _with_videos(_with_attempts(_sessions(done), m), done)
    return _credited(_with_durations(line))


def _sessions(m: ir.Table) -> ir.Table:
    along = ibis.window(group_by="person", order_by=["timestamp", "statement_id"])
    line = m.select(
        *FIELDS,
        *WHERE,
        position=(ibis.row_number().over(along) + 1).cast("int64"),
        gap_s=(m.second.lead().over(along) - m.second).fill_null(0),
        idle_s=(m.second - m.second.lag().over(along)).fill_null(0),
    )
    new = ibis.ifelse(line.idle_s > SESSION_GAP_SECONDS, 1, 0)
    along = ibis.window(group_by="person", order_by="position")
    return line.mutate(session_no=(new.cumsum().over(along) + 1).cast("int64")).drop("idle_s")


def _with_attempts(line: ir.Table, m: ir.Table) -> ir.Table:
    """Add `in_attempt` and `attempt_s`: the attempt's seconds not already covered by another."""
    marked = markers(m)
    attempts = marked.filter(~marked.transferred.fill_null(False))
    handed_in = (attempts.marks != "open") & (attempts.did != "scored")
    attempts = attempts.group_by([*WHOLE, "attempt_no"]).aggregate(
        opened_place=attempts.place.min(where=attempts.marks == "open"),
        opened=attempts.second.min(where=attempts.marks == "open"),
        submitted=attempts.second.min(where=handed_in),
    )
    attempts = attempts.filter(attempts.submitted > attempts.opened)
    until = ibis.least(attempts.submitted, attempts.opened + SITTING_LIMIT_SECONDS)
    attempts = attempts.select(taker="person", opened_place="opened_place", until=until)
    line = line.left_join(
        attempts, (line.person == attempts.taker) & (line.place == attempts.opened_place)
    ).drop("taker", "opened_place")
    so_far = ibis.window(group_by="person", order_by="position", preceding=(None, 0))
    before = ibis.window(group_by="person", order_by="position", preceding=(None, 1))
    line = line.mutate(covered=line.until.max().over(so_far), earlier=line.until.max().over(before))
    fresh = ibis.greatest(line.second, line.earlier.fill_null(line.second))
    return line.mutate(
        in_attempt=(line.covered > line.second).fill_null(False),
        attempt_s=ibis.greatest((line.until - fresh).fill_null(0), 0),
    ).drop("covered", "earlier", "until")


def _with_videos(line: ir.Table, done: ir.Table) -> ir.Table:
    """Add `in_video` (its gap is replaced) and `video_s` (at the first statement of a viewing)."""
    v = video_events(done)
    parts = union(played_segments(v), "viewing")
    lengths = parts.group_by(["person", "viewing"]).aggregate(
        union_s=total(parts.end_s - parts.start_s)
    )
    speed = ibis.ifelse(v.speed > 0, v.speed, ibis.null("float64"))
    v = v.mutate(rate=average(speed, ibis.window(group_by=["person", "viewing"])))
    told = v.left_join(lengths, ["person", "viewing"])
    told = told.filter(told.listed | told.union_s.notnull())
    watched_s = told.union_s.fill_null(0.0) / told.rate.fill_null(1.0)
    told = told.select(
        viewer="person",
        video_place="place",
        playing=ibis.ifelse(told.did == "played", 1, 0),
        video_s=ibis.ifelse(told.place == told.viewing, watched_s, 0.0),
    )
    line = line.left_join(told, (line.person == told.viewer) & (line.place == told.video_place))
    session = ["person", "session_no"]
    before = ibis.window(group_by=session, order_by="position", preceding=(None, 1))
    after = ibis.window(group_by=session, order_by="position", following=(1, None))
    # An odd number means: the last video statement so far was `played`.
    state = ibis.ifelse(line.video_place.notnull(), line.position * 2 + line.playing, 0)
    plays_on = (state.max().over(before).fill_null(0) % 2 == 1) & (state.max().over(after) > 0)
    return line.mutate(
        in_video=line.video_place.notnull() | plays_on.fill_null(False),
        video_s=line.video_s.fill_null(0.0),
    ).drop("viewer", "video_place", "playing")


def _with_durations(line: ir.Table) -> ir.Table:
    """Add `in_sitting` (its gap is replaced) and `sitting_s`, the duration credited to it."""
    stretch = ibis.window(group_by=STRETCH)
    fine = ~line.did.isin(COARSE) | line.in_attempt | line.in_video
    sent = ibis.ifelse(line.duration_s > 0, line.duration_s, ibis.null("float64"))
    ended = ibis.ifelse(line.did.isin(ENDING), sent, ibis.null("float64"))
    last = ibis.ifelse(sent.notnull(), line.position, 0)
    line = line.mutate(
        fine=ibis.ifelse(fine, 1, 0).max().over(stretch),
        longest_s=sent.max().over(stretch),
        endings=ended.count().over(stretch),
        ended_s=ended,
        carrier=last.max().over(stretch),
    )
    # Without an ending statement the others all tell of the same sitting: the longest counts.
    told = ibis.ifelse(line.position == line.carrier, line.longest_s, 0.0)
    sitting_s = ibis.ifelse(line.endings > 0, line.ended_s, told).fill_null(0.0)
    return line.mutate(
        in_sitting=(line.fine == 0) & line.longest_s.notnull(),
        sitting_s=ibis.least(sitting_s, float(SITTING_LIMIT_SECONDS)),
    ).drop("fine", "longest_s", "endings", "ended_s", "carrier")


def _credited(line: ir.Table) -> ir.Table:
    def within(limit: int) -> ir.FloatingValue:
        gap = ibis.ifelse(line.gap_s <= limit, line.gap_s, 0).cast("float64")
        return ibis.cases(
            (line.in_attempt, line.attempt_s.cast("float64")),
            (line.in_video, line.video_s),
            (line.in_sitting, line.sitting_s),
            else_=gap,
        )

    rule = ibis.cases(
        (line.in_attempt, "submission"),
        (line.in_video, "segments"),
        (line.in_sitting, "duration"),
        else_="gaps",
    )
    return line.mutate(
        rule=rule,
        active_s=within(SESSION_GAP_SECONDS),
        active_10_s=within(SHORT_GAP_SECONDS),
        active_60_s=within(LONG_GAP_SECONDS),
    ).drop("gap_s", "in_attempt", "attempt_s", "in_video", "video_s", "in_sitting", "sitting_s")


def rule_used(s: ir.Table) -> ir.StringValue:
    """Which rule gave the time of a group of `spent` rows: one of the four, or `mixed`."""
    counted = ibis.ifelse(s.active_60_s > 0, s.rule, ibis.null("string"))
    lowest, highest = counted.min(), counted.max()
    return ibis.cases((lowest.isnull(), "gaps"), (lowest == highest, lowest), else_="mixed")
