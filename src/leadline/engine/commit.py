"""The commit: one row that makes a whole refresh visible at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from leadline.engine.table import LOG, Table

FOLDER = "commit"
LAKES_REMEMBERED = 16
INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("generation", pa.string()),
        ("mark", pa.int64()),
        ("at", INSTANT),
        ("directory_revision", pa.int64()),
        ("definitions", pa.string()),
        ("watermarks", pa.map_(pa.string(), INSTANT)),
        ("versions", pa.map_(pa.string(), pa.int64())),
    ]
)


@dataclass(frozen=True)
class Commit:
    """What is visible: everything a reader needs to know which rows count.

    number: 1, 2, 3 … (0: nothing committed yet); generation: the folder of the tables; mark: seq up
    to which the log has been read; at: when (UTC); watermarks: newest `stored` per source;
    versions: the Delta version of each table. What tables hold after that version is invisible."""

    number: int = 0
    generation: str = ""
    mark: int = 0
    at: datetime | None = None
    directory_revision: int = 0
    definitions: str = ""
    watermarks: Mapping[str, datetime] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)

    @property
    def watermark(self) -> datetime | None:
        """Minimum over sources of the newest `stored` (METHODS §0.2)."""
        return min(self.watermarks.values(), default=None)


def newest(lake: Path) -> Commit:
    """The commit in force; number 0 where nothing was ever committed."""
    table = Table(lake / FOLDER)
    if not table.exists:
        return Commit()
    return _read(table, table.version(), (table.folder / LOG).stat().st_mtime_ns)


@lru_cache(maxsize=LAKES_REMEMBERED)
def _read(table: Table, version: int, changed_ns: int) -> Commit:
    """The commit at a version of its table. changed_ns: when its log last changed, so that a lake
    put in the place of another is not taken for it."""
    row = table.opened(version).to_pyarrow_table().to_pylist()[0]
    row["watermarks"] = dict(row["watermarks"])
    row["versions"] = dict(row["versions"])
    return Commit(**row)


def write(lake: Path, commit: Commit) -> None:
    """Put the commit in force: before it nothing of the refresh is visible, after it all."""
    row = {name: getattr(commit, name) for name in SCHEMA.names}
    row["watermarks"] = list(commit.watermarks.items())
    row["versions"] = list(commit.versions.items())
    Table(lake / FOLDER).overwrite(pa.Table.from_pylist([row], schema=SCHEMA))
