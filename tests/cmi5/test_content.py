"""How the files of courses are served: on their own origin, to whoever knows the course's id."""

import asyncio
import http.client
import socket
from types import SimpleNamespace

import click
import pytest

from leadline.cli.content_server import ContentServer
from leadline.cmi5.course import MOUNT
from leadline.config import Settings
from leadline.web.content import PIECE_BYTES, CourseContent, answer, media_type, range_of

from .packages import Packages

VIDEO = bytes(range(256)) * 4_096  # 1 MiB, more than one piece
FILES = {"index.html": b"<p>Hello", "media/film 1.mp4": VIDEO, "empty.txt": b"", "app.js": b"1"}


@pytest.fixture
def course(one_library):
    return one_library.add(Packages.read(Packages.zip(files=FILES)), by="ana")


@pytest.fixture
def ask(one_library, course):
    """The whole way through ASGI; gives (status, headers, body)."""

    def ask(path, method="GET", **headers):
        return asyncio.run(exchange(CourseContent(one_library), method, path, headers))

    def inside(path, method="GET", **headers):
        return ask(f"{MOUNT}/{course.course_id}/{path}", method, **headers)

    return SimpleNamespace(at=ask, inside=inside)


async def exchange(app, method, path, headers, leaves_after=None):
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()],
    }
    sent = []
    left = asyncio.Event()

    async def receive():
        if not sent:
            return {"type": "http.request", "body": b"", "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if leaves_after is not None and len(sent) > leaves_after:
            left.set()
            await asyncio.sleep(0.01)

    await app(scope, receive, send)
    start, *bodies = sent
    got = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], got, b"".join(body["body"] for body in bodies)


def test_a_page(ask):
    status, headers, body = ask.inside("index.html")

    assert (status, body) == (200, FILES["index.html"])
    assert headers["content-type"] == "text/html"
    assert headers["content-length"] == str(len(body))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "immutable" in headers["cache-control"]
    assert "set-cookie" not in headers


def test_head_sends_the_same_headers_and_no_body(ask):
    _, whole, _ = ask.inside("index.html")

    assert ask.inside("index.html", "HEAD") == (200, whole, b"")


def test_a_film_in_pieces(ask):
    assert len(VIDEO) > 2 * PIECE_BYTES
    status, headers, body = ask.inside("media/film 1.mp4")

    assert (status, headers["content-type"], body) == (200, "video/mp4", VIDEO)
    assert headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=1048570-", 1_048_570, 1_048_575),
     ("bytes=-5", 1_048_571, 1_048_575), ("bytes=0-9999999", 0, 1_048_575), ("bytes=-9999999", 0, 1_048_575)],
)  # fmt: skip
def test_a_range_of_a_film(ask, asked, first, last):
    status, headers, body = ask.inside("media/film 1.mp4", range=asked)

    assert (status, body) == (206, VIDEO[first : last + 1])
    assert headers["content-range"] == f"bytes {first}-{last}/{len(VIDEO)}"
    assert headers["content-length"] == str(len(body))


@pytest.mark.parametrize("asked", ["bytes=1048576-", "bytes=-0", "bytes=9999999-99999999"])
def test_a_range_beyond_the_end(ask, asked):
    status, headers, body = ask.inside("media/film 1.mp4", range=asked)

    assert (status, headers["content-range"], body) == (416, f"bytes */{len(VIDEO)}", b"")


@pytest.mark.parametrize(
    "asked", ["bytes=5-1", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes=a-b", ""]
)
def test_a_range_that_cannot_be_read_gives_the_whole(asked):
    assert range_of(asked, 100) is None


def test_what_a_browser_has_is_not_sent_again(ask):
    _, headers, _ = ask.inside("index.html")
    etag = headers["etag"]

    for known in (etag, f'"other", {etag}', "*", f"W/{etag}"):
        assert ask.inside("index.html", if_none_match=known)[0] == 304
    assert ask.inside("index.html", if_none_match='"other"')[0] == 200
    assert ask.inside("index.html", range="bytes=0-1", if_range=etag)[0] == 206
    assert ask.inside("index.html", range="bytes=0-1", if_range='"other"')[0] == 200


def test_what_is_not_there(ask, course):
    for path in ("missing", "", "../package", "../../one.db", "a/../index.html", "%2e%2e/package"):
        assert ask.inside(path)[0] == 404
    for path in ("/", "/content", "/content/", f"/content/{course.course_id}", f"/{course.course_id}/index.html",
                 "/content/../index.html", "/xapi/about", "/login"):  # fmt: skip
        assert ask.at(path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_files_are_only_read(ask, method):
    status, headers, _ = ask.inside("index.html", method)

    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_an_empty_file(ask):
    assert ask.inside("empty.txt")[0::2] == (200, b"")
    assert ask.inside("empty.txt", range="bytes=0-")[0] == 416


def test_nothing_more_is_read_for_a_browser_that_has_left(one_library, course):
    path = f"{MOUNT}/{course.course_id}/media/film 1.mp4"

    _, _, body = asyncio.run(exchange(CourseContent(one_library), "GET", path, {}, leaves_after=1))

    assert 0 < len(body) < len(VIDEO)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.HTML", "text/html"), ("a.js", "text/javascript"), ("a.mjs", "text/javascript"), ("a.css", "text/css"),
     ("a.json", "application/json"), ("a.svg", "image/svg+xml"), ("a.wasm", "application/wasm"),
     ("a.woff2", "font/woff2"), ("a.vtt", "text/vtt"), ("a.webm", "video/webm"), ("a.webp", "image/webp"),
     ("a.pdf", "application/pdf"), ("a.tar.gz", "application/octet-stream"), ("a", "application/octet-stream"),
     ("a.unknown", "application/octet-stream")],
)  # fmt: skip
def test_media_types_do_not_depend_on_the_machine(name, expected):
    assert media_type(name) == expected


def test_the_listener_of_its_own(one_library, course):
    """A real server, a real client; the pages are not on it."""
    app = SimpleNamespace(
        library=one_library, settings=Settings(host="127.0.0.1", content_port=free_port())
    )
    server = ContentServer(app)
    server.start()
    try:
        client = http.client.HTTPConnection("127.0.0.1", app.settings.content_port, timeout=10)
        client.request(
            "GET", f"{MOUNT}/{course.course_id}/media/film%201.mp4", headers={"Range": "bytes=5-8"}
        )
        reply = client.getresponse()
        assert (reply.status, reply.read()) == (206, VIDEO[5:9])
        assert reply.headers["Server"] is None
        client.request("GET", "/login")
        assert client.getresponse().status == 404
        client.close()
    finally:
        server.stop()


def test_a_port_that_is_taken_is_named(one_library):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(host="127.0.0.1", content_port=taken.getsockname()[1])
        with pytest.raises(click.ClickException, match="LEADLINE_CONTENT_PORT"):
            ContentServer(SimpleNamespace(library=one_library, settings=settings))


def test_addresses():
    assert Settings(port=9000).content_address == "http://127.0.0.1:9001"
    beside = Settings(public_url="https://learn.example/", content_port=8443)
    assert beside.address == "https://learn.example"
    assert beside.content_address == "https://learn.example:8443"
    own = Settings(public_url="https://learn.example", content_url="https://courses.example/")
    assert own.content_address == "https://courses.example"
    assert (
        Settings(host="::1", public_url="http://[::1]:8000").content_address == "http://[::1]:8001"
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_answers_without_a_server(one_library, course):
    reply = answer(one_library, "GET", f"{MOUNT}/{course.course_id}/app.js", {"range": "bytes=0-0"})

    assert (reply.status, reply.start, reply.length) == (206, 0, 1)
