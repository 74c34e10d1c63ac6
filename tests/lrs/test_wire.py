"""Over real HTTP: group commit, documents after kill -9, limits of a body, and odd senders."""

import asyncio
import json
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
import uvicorn

from leadline.store import Credentials, Database, Log, Sources
from leadline.store.documents import Context, Documents
from leadline.web import xapi

from .line import ANSWER_SECONDS, LOST, Line, process_on
from .server import endpoint_on, listening
from .world import number, statement

CLIENTS = 8
POSTS_EACH = 12
ENOUGH_WRITES = 40


@pytest.fixture
def served(database):
    """(port, key, secret) of an endpoint on a thread of this process."""
    credential, secret = Credentials(database).create("lms", ["all"])
    endpoint, line = endpoint_on(database), listening()
    server = uvicorn.Server(uvicorn.Config(endpoint, log_level="error", lifespan="off"))
    thread = Thread(target=server.run, args=([line],))
    thread.start()
    yield line.getsockname()[1], credential.key, secret
    server.should_exit = True
    thread.join(ANSWER_SECONDS)
    endpoint.close()


def test_concurrent_posts_share_transactions_and_each_is_answered_for_itself(served, database):

    def post(client):
        line = Line(*served)
        numbers = range(client * 100 + 1, client * 100 + 1 + POSTS_EACH)
        taken = [line.post(n) for n in numbers]
        return (
            taken,
            line.post(client * 100 + 1),
            line.ask("POST", "/xapi/statements", "{}")[0].status,
        )

    with ThreadPoolExecutor(CLIENTS) as clients:
        for taken, again, bad in clients.map(post, range(CLIENTS)):
            assert taken == [200] * POSTS_EACH
            assert (again, bad) == (200, 400)
    logged = Log(database).since(0, 1000)
    (source,) = Sources(database).all()
    assert len({each.id for each in logged}) == len(logged) == CLIENTS * POSTS_EACH
    transactions = len({each.stored for each in logged})
    assert transactions < len(logged), "no two of the concurrent posts shared a transaction"
    counts = source.counts
    assert (counts.accepted, counts.duplicate, counts.refused) == (96, CLIENTS, CLIENTS)


def test_documents_that_were_acknowledged_survive_kill_9(database, database_url):
    """Each client merges into its own document and all into one; none of it is half-written."""
    ladders = "/xapi/activities/profile?activityId=https%3A%2F%2Fexample.org%2Fladders&profileId="
    credential, secret = Credentials(database).create("lms", ["all"])
    acknowledged = []

    def merge(client):
        line = Line(port, credential.key, secret)
        for n in range(client * 1000 + 1, client * 1000 + 1000):
            body = json.dumps({str(n): n})
            try:
                for name in (client, "all"):
                    assert line.ask("POST", f"{ladders}{name}", body)[0].status == 204
            except LOST:
                return
            acknowledged.append(n)
            if len(acknowledged) >= ENOUGH_WRITES:
                process.send_signal(signal.SIGKILL)

    with process_on(database_url) as (process, port), ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(merge, range(CLIENTS)))
    assert len(acknowledged) >= ENOUGH_WRITES
    context = Context("activity profile", "https://example.org/ladders")
    documents = Documents(database)
    for n in acknowledged:
        for name in (n // 1000, "all"):
            assert json.loads(documents.get(context, str(name)).content)[str(n)] == n


def test_paths_queries_and_slashes_are_read_as_senders_write_them(served):
    line = Line(*served)
    body = json.dumps(statement())
    assert line.ask("PUT", f"/xapi//statements/?statementId={number(1)}", body)[0].status == 204
    reply, content = line.ask(
        "GET", "/xapi/statements?limit=1&verb=http%3A%2F%2Fadlnet.gov%2Fexpapi%2Fverbs%2Fcompleted"
    )
    assert (reply.status, len(json.loads(content)["statements"])) == (200, 1)
    reply, content = line.ask("HEAD", f"/xapi/statements?statementId={number(1)}")
    assert (reply.status, content) == (200, b"")
    assert int(reply.headers["content-length"]) > 300
    assert line.ask("GET", "/xapi/about")[0].status == 200


def test_documents_are_reached_as_senders_write_their_paths(served):
    """Communication 2.3 to 2.7"""
    line, about = Line(*served), "activityId=https%3A%2F%2Fexample.org%2Fladders"
    for path in (f"activities/profile?{about}", 'agents/profile?agent={"mbox":"mailto:b@e.org"}'):
        asked = f"/xapi/{path}&profileId=a".replace('"', "%22")
        assert line.ask("PUT", asked, '{"page": 1}')[0].status == 204
        reply, content = line.ask("GET", asked)
        assert (reply.status, content) == (200, b'{"page": 1}')
        refused = line.ask("PUT", asked, "{}", **{"If-Match": '"another"'})[0]
        assert refused.status == 412
        assert line.ask("DELETE", asked, **{"If-Match": reply.headers["etag"]})[0].status == 204
        assert line.ask("HEAD", asked)[0].status == 404
    assert line.ask("GET", f"/xapi/activities?{about}")[0].status == 200


def test_a_body_in_chunks_is_read_whole(served):
    line = Line(*served)
    whole = json.dumps([statement(n) for n in range(1, 400)]).encode()
    pieces = (whole[at : at + 1000] for at in range(0, len(whole), 1000))
    reply, content = line.ask("POST", "/xapi/statements", pieces)
    assert (reply.status, len(json.loads(content))) == (200, 399)


async def _asked(endpoint, messages):
    """What the ASGI side answers to these messages of a sender."""
    waiting, sent = list(messages), []

    async def receive():
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/xapi/statements",
        "query_string": b"",
        "headers": [(b"X-Experience-API-Version", b"1.0.3")],
    }
    await endpoint(scope, receive, send)
    return sent


@pytest.fixture
def endpoint(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'log.db'}")
    made = endpoint_on(database)
    yield made
    made.close()
    database.close()


def _chunk(content, more):
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_body_over_the_limit_is_413_before_all_of_it_was_read(endpoint, monkeypatch):
    """Communication 3.2"""
    monkeypatch.setattr(xapi, "BODY_LIMIT_BYTES", 10)
    unread = _chunk(b"never read", False)
    start, body = asyncio.run(_asked(endpoint, [_chunk(b"12345678901", True), unread]))
    assert start["status"] == 413
    assert dict(start["headers"])[b"x-experience-api-version"] == b"1.0.3"
    assert json.loads(body["body"])["field"] == "body"


def test_bodies_that_together_need_too_much_memory_are_503(endpoint, monkeypatch):
    monkeypatch.setattr(xapi, "IN_FLIGHT_LIMIT_BYTES", 10)
    start, _ = asyncio.run(_asked(endpoint, [_chunk(b"12345678901", True)]))
    assert start["status"] == 503
    assert b"retry-after" in dict(start["headers"])
    start, _ = asyncio.run(_asked(endpoint, [_chunk(b"{}", False)]))
    assert start["status"] == 401, "the memory of the refused body was not given back"


def test_a_sender_who_leaves_in_the_middle_stores_nothing(endpoint):
    messages = [_chunk(b"[]", True), {"type": "http.disconnect"}]
    assert asyncio.run(_asked(endpoint, messages)) == []
