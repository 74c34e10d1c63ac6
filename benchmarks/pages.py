"""How long the course page and the video page take, against the same aggregation in bare DuckDB.

The world is the demo's year, copied with other people until there are BENCH_EVENTS events
(1 million). A page is asked for as the training lead, through all of Django: as served (answers are
kept), and for the first time after a refresh of one new statement (nothing is kept but the
findings, which are made anew behind whoever asks). Beside it the page's own numbers, without
intervals, suppression or drawing, in SQL on an open connection over the same Parquet files."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import duckdb

from benchmarks.measuring import p50_p95, seconds, spread, temporary_home
from benchmarks.refreshing import copied, newest, say, year_of_the_demo
from leadline.app import App
from leadline.privacy.viewer import Role

EVENTS_WANTED = int(os.environ.get("BENCH_EVENTS", "1_000_000"))
SERVED_RUNS, FIRST_RUNS, BARE_RUNS = 30, 10, 30
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
        for page in pages(app):
            report(page, app, year, get)
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


def pages(app: App) -> list[Asked]:
    """The pages of the course with the most learners, and of the video with the most viewers."""
    connection = app.lake.connect().con
    most = "SELECT course FROM cycle GROUP BY course ORDER BY count(*) DESC LIMIT 1"
    seen = (
        "SELECT video, any_value(course) FROM watch GROUP BY video ORDER BY count(*) DESC LIMIT 1"
    )
    ((course,),) = connection.execute(most).fetchall()
    ((video, of),) = connection.execute(seen).fetchall()
    return [
        Asked("course", "/programmes/course?" + urlencode({"course": course}), COURSE, course),
        Asked(
            "video", "/programmes/video?" + urlencode({"video": video, "course": of}), VIDEO, video
        ),
    ]


def report(page: Asked, app: App, year: App, get: Callable[[str], None]) -> None:
    served = p50_p95(lambda: get(page.address), SERVED_RUNS)

    def first() -> float:
        say(app, newest(year, 1))
        app.refresh()
        return seconds(lambda: get(page.address)) * 1000

    looked = spread([first() for _ in range(FIRST_RUNS)])
    with bare(app) as connection:
        plain = p50_p95(lambda: numbers(connection, page), BARE_RUNS)
    print(f"   {page.name:8} bare DuckDB {plain[0]:7.0f} ms p50 {plain[1]:7.0f} ms p95")
    for how, taken in (("served", served), ("first", looked)):
        kept = all(t <= RATIO_MAX * b + ALLOWANCE_MS for t, b in zip(taken, plain, strict=True))
        print(
            f"   {page.name:8} {how:11} {taken[0]:7.0f} ms p50 {taken[1]:7.0f} ms p95   ratio "
            f"{taken[0] / plain[0]:.2f}   {'within' if kept else 'above'} "
            f"{RATIO_MAX} x + {ALLOWANCE_MS:.0f} ms"
        )


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
