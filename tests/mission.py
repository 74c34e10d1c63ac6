"""Print, for each row of docs/mission.md, the end-to-end test that proves it, or "not yet".

A row is proved when a test names it, is not skipped here, and did not fail when it last ran
(`make test` runs it)."""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


class Collector:
    """Keeps the mission markers of the tests that pytest collects."""

    def __init__(self) -> None:
        self.proofs: dict[str, list[str]] = defaultdict(list)
        self.skipped: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("skipif"):
                if mark.args[0]:
                    self.skipped[item.nodeid] = mark.kwargs["reason"]
            for mark in item.iter_markers("mission"):
                for row in mark.args:
                    self.proofs[row].append(item.nodeid)


def _failed_last() -> set[str]:
    """The tests that failed when they last ran here."""
    path = ROOT / ".pytest_cache/v/cache/lastfailed"
    return set(json.loads(path.read_text())) if path.exists() else set()


def main() -> int:
    rows = re.findall(r"^\| (S\d{3}) \|", (ROOT / "docs/mission.md").read_text(), re.MULTILINE)
    collector = Collector()
    code = pytest.main(["--collect-only", "-qq", "--no-header", str(ROOT / "tests")], [collector])
    if code != 0:
        print("The tests cannot be collected; run `make test` for the reason.", file=sys.stderr)
        return 1
    failed = _failed_last()
    unknown = sorted(set(collector.proofs) - set(rows))
    proved = 0
    for row in rows:
        named = collector.proofs.get(row, [])
        failing = [proof for proof in named if proof in failed]
        proofs = [proof for proof in named if proof not in collector.skipped]
        proved += bool(proofs) and not failing
        if failing:
            print(f"{row} not yet: {failing[0]} failed")
        elif named and not proofs:
            print(f"{row} not yet: {named[0]} is skipped here, {collector.skipped[named[0]]}")
        else:
            print(f"{row} proved {proofs[0]}" if proofs else f"{row} not yet")
    print(f"{proved} of {len(rows)} proved")
    if unknown:
        print(
            f"Markers name rows that docs/mission.md lacks: {', '.join(unknown)}", file=sys.stderr
        )
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
