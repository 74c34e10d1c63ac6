"""Compaction: fewer and sorted files, no dead rows, the same answers."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadline.engine.commit import Commit
from leadline.engine.duck import (
    BLOCK,
    RECOMPUTED,
    VERSION,
    Files,
    Limits,
    Snapshot,
    connected,
    live,
    reading,
    streamed,
)
from leadline.engine.table import Table

EVENT = "event"
BLOCK_ROWS = 1 << 20  # events of one partition; a compaction never sorts more at once
BLOCK_FILES_MOST = 32  # of the block that still grows; a full one is rewritten to one file
FACT_FILES_MOST = 48
RECOMPUTED_PEOPLE_LEAST = 10_000
RECOMPUTED_SHARE_MOST = 0.2
NOBODY = pa.schema([("person", pa.int64()), (VERSION, pa.int64())]).empty_table()


class Compaction:
    """One look at all tables of a generation, at their committed versions."""

    def __init__(self, generation: Path, tables: Mapping[str, Files], limits: Limits) -> None:
        self._generation = generation
        self._tables = tables
        self._limits = limits
        merged = [name for name, files in tables.items() if files.versioned]
        self._facts = [name for name in merged if name != RECOMPUTED]

    def run(self, *, force: bool) -> bool:
        """Rewrite what passes a threshold (everything, where forced). Returns whether it wrote."""
        blocks = self._crowded_blocks(force=force)
        for block in blocks:
            self._sort_block(block)
        if force or self._mostly_dead():
            self._drop_dead()
            return True
        crowded = [name for name in (*self._facts, RECOMPUTED) if self._is_crowded(name)]
        for name in crowded:
            Table(self._generation / name).merge_small_files()
        return bool(blocks or crowded)

    def _crowded_blocks(self, *, force: bool) -> list[int]:
        paths = self._tables[EVENT].paths if EVENT in self._tables else ()
        counts = Counter(_block_of(path) for path in paths)
        newest = max(counts, default=0)
        growing = 1 if force else BLOCK_FILES_MOST
        return sorted(
            block for block, count in counts.items() if count > (growing if block == newest else 1)
        )

    def _sort_block(self, block: int) -> None:
        paths = tuple(path for path in self._tables[EVENT].paths if _block_of(path) == block)
        self._rewrite(
            EVENT,
            f"SELECT *, CAST({block} AS BIGINT) AS {BLOCK} FROM {reading(paths)} "
            "ORDER BY actor, timestamp, seq",
            where=f"{BLOCK} = {block}",
        )

    def _is_crowded(self, name: str) -> bool:
        return name in self._tables and len(self._tables[name].paths) > FACT_FILES_MOST

    def _mostly_dead(self) -> bool:
        if RECOMPUTED not in self._tables:
            return False
        recomputed = sum(map(_rows, self._tables[RECOMPUTED].paths))
        if recomputed < RECOMPUTED_PEOPLE_LEAST:
            return False
        # One fact with many people is enough to say no; counting them reads its whole column.
        return all(recomputed > RECOMPUTED_SHARE_MOST * self._people(name) for name in self._facts)

    def _drop_dead(self) -> None:
        for name in self._facts:
            if self._tables[name].paths:
                self._rewrite(name, f"{live(self._tables[name], RECOMPUTED)} ORDER BY person")
        if RECOMPUTED in self._tables:
            Table(self._generation / RECOMPUTED).overwrite(NOBODY)

    def _rewrite(self, name: str, query: str, *, where: str | None = None) -> None:
        with connected(self._snapshot(), self._limits, {RECOMPUTED: NOBODY.schema}) as connection:
            Table(self._generation / name).overwrite(streamed(connection, query), where=where)

    def _people(self, fact: str) -> int:
        """About how many people have rows of the fact."""
        query = f'SELECT approx_count_distinct(person) FROM "{fact}"'
        with connected(self._snapshot(), self._limits, {RECOMPUTED: NOBODY.schema}) as connection:
            return int(connection.execute(query).fetchall()[0][0])

    def _snapshot(self) -> Snapshot:
        return Snapshot(-1, Commit(), self._tables)


def _block_of(path: str) -> int:
    """The partition of a file of `event`: .../block=12/part-….parquet."""
    return int(Path(path).parent.name.partition("=")[2])


def _rows(path: str) -> int:
    return int(pq.read_metadata(path).num_rows)
