"""Played segments: what is read, mended, left out and refused (METHODS B2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.events.segments import ABSENT, MALFORMED, parse


def read(*segments, open=0, mended=0):
    return (list(segments), "read", open, mended)


@pytest.mark.parametrize(
    ("value", "length", "expected"),
    [
        ("0[.]12[,]15.5[.]20", None, read((0, 12), (15.5, 20))),
        ("", None, read()),
        ("  ", None, read()),
        ("5[.]5", None, read()),
        ("12[.]5", None, read((5, 12), mended=1)),
        ("0[.]12", 10, read((0, 10), mended=1)),
        ("11[.]12", 10, read(mended=1)),
        (
            "0[.]42.608[,]43.168[.]124.692[,]176.4",
            263.24,
            read((0, 42.608), (43.168, 124.692), open=1),
        ),
        ("0[.]5[,]9[.]", None, read((0, 5), open=1)),
        ("0[.]5[,]", None, read((0, 5))),
        ("0 - 12, 15 - 20", None, read((0, 12), (15, 20))),
        ("0[.]12", 0, read((0, 12))),
    ],
)
def test_what_can_be_read(value, length, expected):
    assert parse(value, length) == expected


@pytest.mark.parametrize(
    "value",
    [
        "1e3[.]2",
        "0[.]1E2",
        "-1[.]5",
        "0[.]-5",
        "nan[.]5",
        "0[.]inf",
        "0[.]5[,]junk",
        "[.]5",
        "0[.]5[.]7",
        "0,5[.]7",
        "9" * 400 + "[.]5",
        "٣[.]5",
        17,
        [[0, 5]],
    ],
)
def test_what_is_malformed_gives_nothing(value):
    assert parse(value) == MALFORMED


def test_nothing_sent_is_absent():
    assert parse(None) == ABSENT


seconds = st.integers(0, 99_999).map(lambda milliseconds: milliseconds / 100)
pairs = st.lists(st.tuples(seconds, seconds), max_size=20)


@given(pairs, st.none() | st.integers(1, 900))
def test_segments_lie_within_the_video_and_have_a_length(sent, length):
    written = "[,]".join(f"{start}[.]{end}" for start, end in sent)
    played = parse(written, length)
    assert played.state == "read" and played.open == 0
    assert all(0 <= start < end <= (length or 1000) for start, end in played.segments)
    clipped = [tuple(min(x, length or 1000) for x in sorted(pair)) for pair in sent]
    assert played.segments == [pair for pair in clipped if pair[0] < pair[1]]
    assert played.mended == sum(a != tuple(b) for a, b in zip(clipped, sent, strict=True))


@given(pairs.filter(len), st.data())
def test_an_open_part_costs_only_itself(sent, draw):
    parts = [f"{start}[.]{end}" for start, end in sent]
    closed = parse("[,]".join(parts))
    parts.insert(draw.draw(st.integers(0, len(parts))), "7.5")
    opened = parse("[,]".join(parts))
    assert (opened.segments, opened.open) == (closed.segments, 1)


@given(st.text() | st.binary() | st.floats() | st.lists(st.floats()))
def test_nothing_makes_it_fail(value):
    played = parse(value)
    assert played.state in ("read", "malformed")
    assert all(start < end for start, end in played.segments)
