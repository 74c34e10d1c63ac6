"""Numbers as words one can read aloud."""

from datetime import UTC, datetime

import pytest

from leadline.metrics.result import Gate, Result
from leadline.web import words

THIN = words.THIN


def result(**parts: object) -> Result:
    base = {"metric_id": "m", "definition_version": 1, "estimand": "", "unit": "share"}
    return Result(**{**base, **parts})


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (0.413, "41"),
        (0.467, "47"),
        (0.0, "0"),
        (1.0, "100"),
        (0.996, "99.6"),
        (0.004, "0.4"),
        (0.5, "50"),
    ],
)
def test_a_share_never_reads_as_everybody_or_nobody_when_it_is_not(part: float, said: str) -> None:
    assert words.share(part) == f"{said}{THIN}%"


def test_an_interval_says_its_unit_once() -> None:
    shown = result(estimate=0.41, ci_low=0.36, ci_high=0.46, n=402)
    assert words.interval(shown) == f"36 to 46{THIN}%"


def test_a_census_count_has_no_interval() -> None:
    assert words.interval(result(unit="count", estimate=12, n=12)) == ""


@pytest.mark.parametrize("gate", [Gate.SUPPRESSED, Gate.LOW_N, Gate.IMMATURE])
def test_a_withheld_number_says_why_and_shows_no_digit(gate: Gate) -> None:
    said = words.estimate(result(gate=gate))
    assert said
    assert not any(letter.isdigit() for letter in said)


def test_a_note_of_the_result_is_said_instead() -> None:
    assert words.estimate(result(gate=Gate.IMMATURE, note="Too early: from 2026-06-14.")) == (
        "Too early: from 2026-06-14."
    )


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0:00"), (195, "3:15"), (3725, "1:02:05"), (59.9, "0:59")]
)
def test_a_place_in_a_video(seconds: float, said: str) -> None:
    assert words.clock(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(45, "45 s"), (600, "10 min"), (4800, "1 h 20 min"), (7200, "2 h"), (259200, "3 days")],
)
def test_how_long(seconds: float, said: str) -> None:
    assert words.length(seconds) == said


def test_a_thousand_is_grouped_and_the_unknown_is_a_dash() -> None:
    assert words.count(32593) == "32,593"
    assert words.count(None) == "–"


def test_an_instant_is_told_in_the_reporting_zone() -> None:
    assert words.instant(datetime(2026, 11, 23, 14, 5, tzinfo=UTC)) == "23 November 2026, 14:05"
    assert words.instant(None) == "not yet"
