"""Print, for each row of docs/mission.md, the end-to-end test that proves it, or "not yet".

A row is proved when a collected test names it; `make test` says whether that test passes."""

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

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("mission"):
                for row in mark.args:
                    self.proofs[row].append(item.nodeid)


def main() -> int:
    rows = re.findall(r"^\| (S\d{3}) \|", (ROOT / "docs/mission.md").read_text(), re.MULTILINE)
    collector = Collector()
    code = pytest.main(["--collect-only", "-qq", "--no-header", str(ROOT / "tests")], [collector])
    if code != 0:
        print("The tests cannot be collected; run `make test` for the reason.", file=sys.stderr)
        return 1
    unknown = sorted(set(collector.proofs) - set(rows))
    for row in rows:
        proofs = collector.proofs.get(row)
        print(f"{row} proved {proofs[0]}" if proofs else f"{row} not yet")
    print(f"{sum(row in collector.proofs for row in rows)} of {len(rows)} proved")
    if unknown:
        print(
            f"Markers name rows that docs/mission.md lacks: {', '.join(unknown)}", file=sys.stderr
        )
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
