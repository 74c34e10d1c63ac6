"""multipart/mixed (Communication 1.5.2, RFC 2046): what is joined can be split; the rest is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.lrs.multipart import Part, join, split
from leadline.lrs.refusals import Refusal

TYPE = "multipart/mixed; boundary=here"


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_what_was_joined_splits_into_the_same_octets(contents):
    content_type, body = join(Part({"Content-Type": "image/png"}, each) for each in contents)
    parts = split(content_type, body)
    assert [part.content for part in parts] == contents
    assert {part.media_type for part in parts} == {"image/png"}


def test_a_quoted_boundary_with_every_allowed_character_is_read():
    boundary = "abcABC0123'()+_,-./:=?"
    body = f"--{boundary}\r\nContent-Type:text/plain\r\n\r\nhello\r\n--{boundary}--\r\n"
    parts = split(f'multipart/mixed; boundary="{boundary}"', body.encode())
    assert [(part.media_type, part.content) for part in parts] == [("text/plain", b"hello")]


@pytest.mark.parametrize(
    ("content_type", "body", "reason"),
    [
        ("multipart/mixed;", b"--here\r\nA: b\r\n\r\nx\r\n--here--", "boundary is missing"),
        (TYPE, b"A: b\r\n\r\nx\r\n--here\r\nA: b\r\n\r\nx\r\n--here--", "does not start"),
        (TYPE, b"--here\r\nA: b\r\n\r\nx\r\n", "closing boundary"),
        (TYPE, b"--here--", "closing boundary"),
        (TYPE, b"--here\r\nA: b\r\nx\r\n--here--", "no blank line"),
        (TYPE, b"--here\r\nnot a header\r\n\r\nx\r\n--here--", "is not a header"),
        (TYPE, b"", "closing boundary"),
    ],
)
def test_a_body_that_breaks_the_format_is_refused(content_type, body, reason):
    with pytest.raises(Refusal, match=reason) as refusal:
        split(content_type, body)
    assert refusal.value.status == 400
