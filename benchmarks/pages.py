"""How long the course page and the video page take, against the same aggregation in bare DuckDB.

The world is the demo's year, copied with other people until there are BENCH_EVENTS events
(1 million). A page is asked for as the training lead, through all of Django, in a process in which
the keeper runs as in `leadline serve`:

* served: again and again, nothing new meanwhile; its answers are kept.
* meanwhile: every look from the arrival of new statements in the log until they are seen, while the
  refresh runs as in `leadline serve` (a thread beside) and the keeper gets the next view ready.
* first: the first look at the page that shows what is new. How long that took from the arrival is
  printed too, without the wait for the worker's next turn (LEADLINE_REFRESH_SECONDS).
* never asked: the same page about other courses and videos, each at nobody's look before, in a view
  that is ready for others; their bare query is asked about the same ones.

New statements are of this course or video, so that its numbers and its charts are new as well.
Bare is the page's own numbers, without intervals, suppression or drawing, in SQL on an open
connection over the same Parquet files."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep
from typing import NamedTuple
from urllib.parse import urlencode

import duckdb
import msgspec

from benchmarks.measuring import p50_p95, seconds, spread, temporary_home
from benchmarks.refreshing import copied, say, year_of_the_demo
from leadline.app import App
from leadline.privacy.keeper import Keeper
from leadline.privacy.viewer import Role
from leadline.statements.wanted import Wanted

EVENTS_WANTED = int(os.environ.get("BENCH_EVENTS", "1_000_000"))
SERVED_RUNS, FIRST_RUNS, BARE_RUNS, OTHERS = 30, 10, 30, 10
NEW_STATEMENTS = 10
READER_SECONDS = 0.2  # a reader's pause between two looks
RATIO_MAX, ALLOWANCE_MS = 1.5, 100.0

COURSE = {
    "funnel": """
        WITH place AS (SELECT activity AS module, position FROM activity WHERE course = $asked),
        far AS (SELECT person, cycle_no, max(position) AS position FROM reach
            JOIN place USING (module) WHERE course = $asked GROUP BY ALL),
        fate AS (SELECT position, completed_at IS NOT NULL AS completed,
            withdrawn_at IS NOT NULL OR last_at < now() - INTERVAL 14 DAY AS gone
            FROM far JOIN (FROM cycle WHERE course = $asked) USING (person, cycle_no))
        SELECT position, count(*), count(*) FILTER (completed),
            count(*) FILTER (gone AND NOT completed) FROM fate GROUP BY ALL""",
    "scores": """
        SELECT module, count(DISTINCT person), avg(passed::INT), avg(score) FROM attempt
        WHERE course = $asked AND attempt_no = 1 GROUP BY GROUPING SETS ((module), ())""",
    "completion": """
        SELECT count(DISTINCT person), avg((completed_at IS NOT NULL)::INT) FROM cycle
        WHERE course = $asked""",
    "time": """
        SELECT module, quantile_cont(spent_s, [0.25, 0.5, 0.75, 0.9]) FROM (
            SELECT person, module, sum(active_s) AS spent_s FROM session
            WHERE course = $asked AND module IS NOT NULL GROUP BY ALL) GROUP BY ALL""",
}
VIDEO = {
    "seconds": """
        SELECT second, count(DISTINCT person), count(*) FILTER (layer = 'every') FROM (
            SELECT person, layer,
                unnest(range(ceil(start_s)::BIGINT, ceil(end_s)::BIGINT)) AS second
            FROM segment WHERE video = $asked) GROUP BY ALL""",
    "exits": """
        SELECT floor(exit_s), finished, count(*), sum(watched_s) FROM watch
        WHERE video = $asked AND starter GROUP BY ALL""",
}


Spread = tuple[float, float]


class Asked(NamedTuple):
    """A page: its name, its address, and the SQL of its numbers about one activity."""

    name: str
    address: str
    sql: dict[str, str]
    about: str


def main() -> None:
    with temporary_home() as home:
        app, year = world(home)
        print(f"   {app.lake.committed().mark:,} events")
        get = signed_in()
        for most, *others in pages(app):
            report(most, others, (app, year), get)
        for each in (app, year):
            each.database.close()


def world(home: Path) -> tuple[App, App]:
    """The installation that Django serves, with its login, and the year that it is copied from."""
    from leadline.accounts.start import start

    year = year_of_the_demo(home / "year")
    app = copied(year, start(), EVENTS_WANTED)
    from leadline.accounts.models import Grant, User

    Grant.objects.create(user=User.objects.create(login="lead"), role=Role.TRAINING_LEAD)
    return app, year


def signed_in() -> Callable[[str], None]:
    """Ask for a page as the training lead; anything but the page itself is an error."""
    from django.test import Client

    from leadline.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(login="lead"))

    def get(address: str) -> None:
        answer = client.get(address, headers={"host": "localhost"})
        assert answer.status_code == 200, f"{address}: {answer.status_code}"

    return get


def pages(app: App) -> list[list[Asked]]:
    """The pages of the courses with the most learners, and of the videos with the most viewers."""
    connection = app.lake.connect().con
    courses = connection.execute(
        f"SELECT course FROM cycle GROUP BY ALL ORDER BY count(*) DESC, course LIMIT {1 + OTHERS}"
    ).fetchall()
    videos = connection.execute(
        "SELECT video, any_value(course) FROM watch GROUP BY video "
        f"ORDER BY count(*) DESC, video LIMIT {1 + OTHERS}"
    ).fetchall()
    return [
        [
            Asked("course", "/programmes/course?" + urlencode({"course": course}), COURSE, course)
            for (course,) in courses
        ],
        [
            Asked(
                "video",
                "/programmes/video?" + urlencode({"video": video, "course": course}),
                VIDEO,
                video,
            )
            for video, course in videos
        ],
    ]


def report(
    page: Asked, others: list[Asked], apps: tuple[App, App], get: Callable[[str], None]
) -> None:
    app, year = apps
    with kept_up(app):
        served = p50_p95(lambda: get(page.address), SERVED_RUNS)
        flips = [across(page, app, year, get) for _ in range(FIRST_RUNS)]
    cold = [seconds(partial(get, other.address)) * 1000 for other in others]
    with bare(app) as connection:
        plain = p50_p95(lambda: numbers(connection, page), BARE_RUNS)
        bared = [seconds(partial(numbers, connection, each)) * 1000 for each in others]
    seen = spread([flip.seen_s for flip in flips])
    print(f"   {page.name:8} bare DuckDB {plain[0]:7.0f} ms p50 {plain[1]:7.0f} ms p95")
    said(page, "served", served, plain)
    said(page, "meanwhile", spread([look for flip in flips for look in flip.looks]), plain)
    said(page, "first", spread([flip.first for flip in flips]), plain)
    print(f"   {page.name:8} seen after  {seen[0]:7.1f} s  p50 {seen[1]:7.1f} s  p95")
    said(page, "never asked", spread(cold), spread(bared))


def said(page: Asked, how: str, taken: Spread, plain: Spread) -> None:
    kept = all(t <= RATIO_MAX * b + ALLOWANCE_MS for t, b in zip(taken, plain, strict=True))
    print(
        f"   {page.name:8} {how:11} {taken[0]:7.0f} ms p50 {taken[1]:7.0f} ms p95   ratio "
        f"{taken[0] / plain[0]:.2f}   {'within' if kept else 'above'} "
        f"{RATIO_MAX} x + {ALLOWANCE_MS:.0f} ms"
    )


class Flip(NamedTuple):
    """Looks at a page, in ms, from the arrival of statements until it showed them; the first that
    did, in ms; and how long that took, in seconds."""

    looks: list[float]
    first: float
    seen_s: float


@contextmanager
def kept_up(app: App) -> Iterator[None]:
    keeper = Keeper(app)
    thread = Thread(target=keeper.run)
    thread.start()
    try:
        yield
    finally:
        keeper.stop()
        thread.join()


def across(page: Asked, app: App, year: App, get: Callable[[str], None]) -> Flip:
    """Look again and again while new statements about the page are taken in."""
    before, looks = app.views.current().snapshot.mark, []
    began = perf_counter()
    say(app, said_again(year, page))
    refreshing = Thread(target=app.refresh)
    refreshing.start()
    while True:
        shown = app.views.current().snapshot.mark
        looks.append(seconds(lambda: get(page.address)) * 1000)
        if shown > before:
            refreshing.join()
            return Flip(looks, looks[-1], perf_counter() - began)
        sleep(READER_SECONDS)


def said_again(year: App, page: Asked) -> list[dict]:
    """The year's last statements about the page's activity, said again now."""
    wanted = Wanted(activity=page.about, related_activities=True, limit=NEW_STATEMENTS)
    now = datetime.now(UTC).isoformat()
    return [
        msgspec.json.decode(payload) | {"id": str(uuid.uuid4()), "timestamp": now}
        for payload in year.log.find(wanted).payloads
    ]


def bare(app: App) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": app.settings.engine_threads})
    for name, files in app.lake.snapshot().tables.items():
        if files.paths:
            paths = [str(path) for path in files.paths]
            connection.execute(
                f'CREATE VIEW "{name}" AS FROM read_parquet({paths}, hive_partitioning = false)'
            )
    return connection


def numbers(connection: duckdb.DuckDBPyConnection, page: Asked) -> None:
    for sql in page.sql.values():
        connection.execute(sql, {"asked": page.about}).fetchall()
