"""How fast statements come in from a file, against decoding the same file with bare JSON libraries.

The file is the demo world's: three systems, about 1 KB a statement, gzip."""

import gzip
import json
from datetime import date
from pathlib import Path

import msgspec

from benchmarks.measuring import seconds, temporary_home
from leadline.app import build
from leadline.config import Settings
from leadline.demo.story import write
from leadline.sources.intake import Intake
from leadline.sources.xapi_file import StatementFile


def main() -> None:
    with temporary_home() as home:
        files = write(home / "files", date(2026, 11, 1)).statements
        count = sum(sum(1 for _ in _lines(path)) for path in files.values())
        app = build(Settings(home=home / "home"))

        def take() -> None:
            for name, path in files.items():
                for _ in Intake(app.log).take(StatementFile(path), name):
                    pass

        first, again = seconds(take), seconds(take)
        standard = seconds(lambda: [_decode(path, json.loads) for path in files.values()])
        quick = seconds(lambda: [_decode(path, msgspec.json.decode) for path in files.values()])
    print(f"   {count:,} statements, gzip, checked and durable in SQLite")
    print(f"   import         {count / first:9,.0f} statements/s")
    print(f"   import again   {count / again:9,.0f} statements/s (all duplicates)")
    print(f"   json.loads     {count / standard:9,.0f} statements/s  ratio {standard / first:.2f}")
    print(f"   msgspec decode {count / quick:9,.0f} statements/s  ratio {quick / first:.2f}")


def _lines(path: Path) -> gzip.GzipFile:
    return gzip.open(path)  # type: ignore[return-value]


def _decode(path: Path, decode: object) -> None:
    for line in _lines(path):
        try:
            decode(line)  # type: ignore[operator]
        except ValueError:
            continue  # the demo files hold a few broken records on purpose
