"""An evidence pack for 10,000 people: how long it takes, and that it comes out the same again."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from leadline.actions.evidence import end_of, pack, zipped
from leadline.app import App, build
from leadline.config import Settings
from leadline.curriculum import Requirement
from leadline.directory import PersonRow
from leadline.events import vocabulary as words
from leadline.privacy import known
from leadline.privacy.lens import Lens
from leadline.privacy.viewer import Role, Viewer
from leadline.statements import Statement, read

PEOPLE = 10_000
SECONDS_MAX = 60.0
BATCH_STATEMENTS = 5_000
BASE = "https://bench.example"
CERTIFICATE, COURSE, TEST = f"{BASE}/certificate", f"{BASE}/course", f"{BASE}/test"
VERB = {did: iri for iri, did in reversed(words.DID.items())}
KIND = {kind: iri for iri, kind in reversed(words.KIND.items())}
AUTHORITY = {"account": {"homePage": BASE, "name": "bench"}}
DAY = date(2026, 5, 31)


def main() -> None:
    """A tenth never met it, a third failed first; then the pack, twice."""
    # What was stored last has no writer left here that could still be on its way.
    known.SETTLED_SECONDS = 0
    with tempfile.TemporaryDirectory() as folder:
        app = build(Settings(home=Path(folder)))
        _fill(app)
        first, seconds, known_at = _made(app, None)
        again, _, _ = _made(app, known_at)
        app.database.close()
    verdict = "ok" if seconds <= SECONDS_MAX else "TOO SLOW"
    same = "the same again" if again == first else "DIFFERENT"
    size = len(first) / 2**20
    print(
        f"pack of {PEOPLE:,} people: {seconds:.1f} s of {SECONDS_MAX:.0f} ({verdict}), {same}, "
        f"{size:.1f} MiB"
    )


def _made(app: App, known_at: datetime | None) -> tuple[bytes, float, datetime]:
    began = time.perf_counter()
    lens = Lens(app, Viewer("dov", Role.COMPLIANCE_OFFICER), now=end_of(DAY, "UTC"))
    found = lens.evidence("aid", known_at=known_at)
    return zipped(pack(found, lens.viewer.role)), time.perf_counter() - began, found.known_at


def _fill(app: App) -> None:
    since = date(2024, 1, 1)
    people = [
        PersonRow(
            f"{n}",
            name=f"Person {n}",
            email=f"{n}@bench.example",
            unit="Org",
            role="nurse",
            valid_from=since,
        )
        for n in range(PEOPLE)
    ]
    assert not app.directory.apply(people).errors
    needed = Requirement("aid", "First aid", since, (CERTIFICATE,), valid_months=12, regulated=True)
    app.curriculum.replace(Requirement, [needed])
    batch: list[Statement] = []
    for statement in _statements():
        batch.append(read(statement, stored=datetime.now(UTC), authority=AUTHORITY))
        if len(batch) == BATCH_STATEMENTS:
            app.log.append(batch, source="bench")
            batch = []
    app.log.append(batch, source="bench")
    app.refresh()


def _statements() -> Iterator[dict[str, Any]]:
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for n in range(PEOPLE):
        if n % 3 == 0:
            yield _said(n, "failed", TEST, "assessment", begin, score=0.4, success=False)
            later = begin + timedelta(days=1)
            yield _said(n, "completed", f"{COURSE}/again", "module", later)
        at = begin + timedelta(days=2)
        yield _said(n, "passed", TEST, "assessment", at, score=0.9, success=True)
        if n % 10:
            yield _said(n, "earned", CERTIFICATE, "certificate", at + timedelta(hours=1))


def _said(who: int, did: str, thing: str, kind: str, at: datetime, **result: Any) -> dict[str, Any]:
    score = result.pop("score", None)
    told = result | ({"score": {"scaled": score}} if score is not None else {})
    course = {"id": COURSE, "definition": {"type": KIND["course"]}}
    return {
        "actor": {"mbox": f"mailto:{who}@bench.example"},
        "verb": {"id": VERB[did]},
        "object": {"id": thing, "definition": {"type": KIND[kind]}},
        "timestamp": at.isoformat(),
        "context": {"contextActivities": {"grouping": [course]}},
    } | ({"result": told} if told else {})


if __name__ == "__main__":
    main()
