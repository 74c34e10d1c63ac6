"""Do customers stay whose people were trained? Contracts of accounts, from one day on.

An account that stays longer has more time to train somebody; so who counts as trained is fixed on
one day, only accounts with a contract on it count, and leaving counts from it on (METHODS E)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from leadline.metrics.metric import Facts
from leadline.metrics.quarters import Reached, members_of_accounts, reached
from leadline.stats.claims import Check, Claim, Design, claim
from leadline.stats.intervals import Interval, newcombe, wilson
from leadline.stats.power import PLAUSIBLE_SHARE, detectable_beside
from leadline.stats.refusal import Refused
from leadline.stats.tables import TwoByTwo, common_difference

VERSION = 1
QUESTION = "Do customers stay longer whose people were trained?"
FOLLOW_DAYS = 365
FOLLOW_MIN_DAYS = 90
SHARE_MIN_ACCOUNTS = 20  # fewer are counted, and get no share
COMPARE_MIN_ACCOUNTS = 50  # in each group
DEFINITION = (
    "Customers' accounts with a contract on one landmark day: the Monday after the day by which "
    "half of the accounts that anybody completed the course in had their first completion. "
    "Trained: somebody of the account had completed it before that day. Kept: the contract did not "
    f"end in the days after it that are over, at most {FOLLOW_DAYS}. Difference of shares "
    "(Newcombe); adjusted: the same within segments, put together (Mantel and Haenszel)."
)


@dataclass(frozen=True)
class Arm:
    """Accounts with a contract on the landmark day, those that stayed, and their share."""

    accounts: int
    kept: int
    share: Interval | Refused


@dataclass(frozen=True)
class Kept:
    """Customer retention after a course. days: how long was looked at from the landmark day `on`.

    segments: (segment, trained, others), largest first. headline: `adjusted` where that was
    possible, else `plain`; detectable: the smallest difference that so many accounts would show."""

    course: str
    as_of: datetime
    on: date
    days: int
    trained: Arm
    others: Arm
    segments: tuple[tuple[str, Arm, Arm], ...]
    plain: Interval | Refused
    adjusted: Interval | None
    checks: tuple[Check, ...]
    design: Design | None
    claim: Claim | None
    detectable: float | None
    version: int = VERSION

    @property
    def headline(self) -> Interval | Refused:
        return self.adjusted or self.plain

    @property
    def seen(self) -> bool:
        """Whether the headline's interval leaves out "no difference"."""
        found = self.headline
        return isinstance(found, Interval) and not found.low <= 0 <= found.high

    @property
    def too_little(self) -> bool:
        """Whether a plausible difference could have been missed for want of accounts."""
        return self.detectable is None or self.detectable > PLAUSIBLE_SHARE


def contracts(facts: Facts, course: str) -> Kept | None:
    """None: nobody of any account has completed the course."""
    known = reached(facts, members_of_accounts(facts), course)
    if not known:
        return None
    firsts = sorted(each.first for each in known.values())
    middle = firsts[(len(firsts) - 1) // 2]
    on = middle + timedelta(days=7 - middle.weekday())
    days = min(FOLLOW_DAYS, (facts.now.date() - on).days)
    followed = _followed(facts, on, days, known)
    arms = [_arm([line for line in followed if line.trained is side]) for side in (True, False)]
    segments = _segments(followed)
    plain = _plain(arms[0], arms[1], days)
    adjusted = _adjusted(segments) if isinstance(plain, Interval) else None
    headline = adjusted or plain
    design: Design | None = "adjusted" if adjusted else "exposure first"
    checks: tuple[Check, ...] = ()
    if isinstance(headline, Interval):
        crosses = headline.low <= 0 <= headline.high
        limits = f"{100 * headline.low:.1f} to {100 * headline.high:.1f} percentage points"
        checks = (Check("difference", "fail" if crosses else "pass", limits),)
    else:
        design = None
    return Kept(
        course=course,
        as_of=facts.now,
        on=on,
        days=max(days, 0),
        trained=arms[0],
        others=arms[1],
        segments=segments,
        plain=plain,
        adjusted=adjusted,
        checks=checks,
        design=design,
        claim=claim(design, checks) if design else None,
        detectable=detectable_beside(headline) if isinstance(headline, Interval) else None,
    )


@dataclass(frozen=True)
class _Followed:
    segment: str
    trained: bool
    kept: bool


def _followed(facts: Facts, on: date, days: int, known: dict[str, Reached]) -> list[_Followed]:
    end = on + timedelta(days=days)
    rows: list[dict[str, Any]] = facts.account.to_pyarrow().to_pylist()
    return [
        _Followed(
            segment=row["segment"] or "",
            trained=row["account"] in known and known[row["account"]].first < on,
            kept=row["ended_on"] is None or row["ended_on"] > end,
        )
        for row in rows
        if (row["started_on"] is None or row["started_on"] <= on)
        and (row["ended_on"] is None or row["ended_on"] > on)
    ]


def _arm(lines: list[_Followed]) -> Arm:
    kept = sum(line.kept for line in lines)
    if len(lines) < SHARE_MIN_ACCOUNTS:
        few = f"{len(lines)} accounts; {SHARE_MIN_ACCOUNTS} are needed for a share."
        return Arm(len(lines), kept, Refused("low_n", few))
    return Arm(len(lines), kept, wilson(kept, len(lines)))


def _segments(followed: list[_Followed]) -> tuple[tuple[str, Arm, Arm], ...]:
    names = {line.segment for line in followed}
    found = []
    for name in names:
        own = [line for line in followed if line.segment == name]
        arms = [_arm([line for line in own if line.trained is side]) for side in (True, False)]
        found.append((name, arms[0], arms[1]))
    return tuple(sorted(found, key=lambda each: (-each[1].accounts - each[2].accounts, each[0])))


def _plain(trained: Arm, others: Arm, days: int) -> Interval | Refused:
    if days < FOLLOW_MIN_DAYS:
        since = f"Only {max(days, 0)} days are over since the landmark day"
        return Refused("immature", f"{since}; {FOLLOW_MIN_DAYS} are needed.")
    if min(trained.accounts, others.accounts) < COMPARE_MIN_ACCOUNTS:
        had = f"{trained.accounts} accounts were trained then and {others.accounts} were not"
        return Refused("low_n", f"{had}; {COMPARE_MIN_ACCOUNTS} of each are needed.")
    return newcombe((trained.kept, trained.accounts), (others.kept, others.accounts))


def _adjusted(segments: tuple[tuple[str, Arm, Arm], ...]) -> Interval | None:
    if len(segments) < 2:
        return None
    strata = [
        TwoByTwo(
            trained.kept,
            trained.accounts - trained.kept,
            others.kept,
            others.accounts - others.kept,
        )
        for _name, trained, others in segments
    ]
    return common_difference(strata)
