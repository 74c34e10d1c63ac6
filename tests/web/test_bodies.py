"""What pages may be sent, before anybody is signed in."""

import asyncio

import pytest

from leadline.web.bodies import FORM_BYTES_MAX, Bounded


class Pages:
    """Pages that take in a whole body, as Django does."""

    def __init__(self):
        self.taken, self.whole = 0, None

    async def __call__(self, scope, receive, send):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.whole = False
                return
            self.taken += len(message["body"])
            if not message["more_body"]:
                self.whole = True
                return


def sent(pieces, *, path="/sign-in", told=None):
    pages, answers = Pages(), []
    waiting = [
        {"type": "http.request", "body": piece, "more_body": at < len(pieces) - 1}
        for at, piece in enumerate(pieces)
    ]

    async def receive():
        return waiting.pop(0)

    async def send(message):
        answers.append(message)

    headers = [(b"content-length", told)] if told is not None else []
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(Bounded(pages)(scope, receive, send))
    return pages, answers


HALF = b"x" * (FORM_BYTES_MAX // 2)


def test_a_form_comes_through_whole():
    pages, answers = sent([HALF, HALF])
    assert (pages.whole, pages.taken, answers) == (True, FORM_BYTES_MAX, [])


def test_more_than_a_form_is_cut_off_there():
    pages, _ = sent([HALF, HALF, b"x", HALF])
    assert (pages.whole, pages.taken) == (False, FORM_BYTES_MAX)


@pytest.mark.parametrize("told", [str(FORM_BYTES_MAX + 1).encode(), b"-1", b"x", b""])
def test_a_body_that_says_it_is_longer_is_refused_unread(told):
    pages, answers = sent([b""], told=told)
    assert answers[0]["status"] == 413
    assert pages.whole is None


def test_an_upload_may_be_longer():
    pages, _ = sent([HALF, HALF, HALF], path="/programmes/packages/add")
    assert pages.whole is True
