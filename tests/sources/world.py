"""A log, and short words for what the stories do with it."""

import gzip
import json
from pathlib import Path

import pytest

from leadline.sources.intake import Intake
from leadline.sources.xapi_file import StatementFile
from leadline.store import Database, Log, Quarantine, Sources

DATA = Path(__file__).resolve().parents[2] / "../shared/data"


def real(path):
    if not path.exists():
        pytest.skip(f"the real data {path.name} is not on this machine")
    return path


class World:
    """A log on an empty database, and short words for what the stories do with it."""

    def __init__(self, folder, url):
        self.folder = folder
        self.database = Database.open(url)
        self.log = Log(self.database)
        self.quarantine = Quarantine(self.database)
        self.sources = Sources(self.database)

    def file(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def take(self, path, source="lms"):
        return self.take_records(StatementFile(path), source)

    def take_records(self, records, source="lms"):
        *_, taken = Intake(self.log).take(records, source)
        return taken

    def values(self):
        return [json.loads(logged.payload) for logged in self.log.since(0, 10_000)]

    def held(self):
        return [(one.origin, one.field) for one in self.quarantine.list()]


def statement(number=0, **more):
    """Ben watched page `number`."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "actor": {"mbox": "mailto:ben@harbour.example"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/experienced"},
        "object": {"id": f"https://lms.example/page/{number}"},
        "timestamp": "2026-06-01T10:00:00Z",
        **more,
    }


def as_lines(values):
    return "".join(json.dumps(value) + "\n" for value in values)


def zipped(text):
    return gzip.compress(text.encode())
