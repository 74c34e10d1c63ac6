"""One Delta table: exactly-once appends, whole overwrites, a way back, and its list of files."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake

APPLICATION = "leadline"  # the one application id of our Delta transactions
ROW_GROUP_ROWS = 65_536  # small enough that one person's history touches little of a sorted file
SMALL_FILE_BYTES = 64 << 20
LOG = "_delta_log"
CONFIGURATION: dict[str, str | None] = {
    "delta.logRetentionDuration": "interval 2 days",
    "delta.checkpointInterval": "20",  # every opening reads the whole log after the newest one
}
UNREADABLE_FEATURES = frozenset({"deletionVectors", "columnMapping"})

Rows: TypeAlias = pa.Table | pa.RecordBatchReader


class UnreadableTable(Exception):
    """The table has a Delta feature that a list of Parquet files cannot express."""


@dataclass(frozen=True)
class Table:
    """A Delta table in a folder. It keeps nothing between calls: the Delta log is truth."""

    folder: Path

    @property
    def exists(self) -> bool:
        return any(True for _ in self._versions())

    def opened(self, version: int | None = None) -> DeltaTable:
        """The table at a version (newest by default).

        Raises UnreadableTable where reading the bare Parquet files would give wrong rows."""
        table = DeltaTable(str(self.folder), version=version)
        features = set(table.protocol().reader_features or ()) & UNREADABLE_FEATURES
        configuration = table.metadata().configuration
        if configuration.get("delta.columnMapping.mode", "none") != "none":
            features.add("columnMapping")
        if configuration.get("delta.enableDeletionVectors") == "true":
            features.add("deletionVectors")
        if features:
            raise UnreadableTable(
                f"Table {self.folder.name} uses {', '.join(sorted(features))}, which a "
                "reader of its Parquet files cannot honour. Another program changed it: run "
                "`leadline facts rebuild` to write it anew from the log."
            )
        return table

    def version(self) -> int:
        """The newest version, by the names in the log alone: it is asked for often."""
        return max(self._versions())

    def _versions(self) -> Iterator[int]:
        for entry in (self.folder / LOG).glob("[0-9]*"):
            if entry.suffix in (".json", ".parquet"):  # commits and checkpoints
                yield int(entry.name.partition(".")[0])

    def mark(self) -> int | None:
        """The mark of the newest append that went through; None before the first."""
        return self.opened().transaction_version(APPLICATION) if self.exists else None

    def create(self, schema: pa.Schema, *, partition_by: str | None = None) -> None:
        """Make the empty table; nothing happens where it exists."""
        if self.exists:
            return
        DeltaTable.create(
            str(self.folder),
            schema=schema,
            mode="ignore",
            partition_by=[partition_by] if partition_by else None,
            configuration=CONFIGURATION,
        )

    def append(self, rows: Rows, *, mark: int) -> bool:
        """Add the rows, unless an append of this or a later mark went through already.

        The mark and the rows become durable in one Delta commit, so a caller who does not know
        whether an append succeeded may simply repeat it. Returns whether rows were added."""
        done = self.mark()
        if done is not None and done >= mark:
            return False
        write_deltalake(
            str(self.folder),
            rows,
            mode="append",
            writer_properties=_writing(),
            commit_properties=_marked(mark),
        )
        return True

    def overwrite(self, rows: Rows, *, where: str | None = None) -> None:
        """Replace all rows, or those of the partition that `where` names, in one Delta commit."""
        write_deltalake(
            str(self.folder),
            rows,
            mode="overwrite",
            predicate=where,
            writer_properties=_writing(),
            configuration=None if self.exists else CONFIGURATION,
        )

    def merge_small_files(self) -> None:
        """Join small files into larger ones; the rows stay as they are."""
        self.opened().optimize.compact(target_size=SMALL_FILE_BYTES, writer_properties=_writing())

    def restore(self, version: int) -> None:
        """Drop what was written after `version`, and its mark with it, in one Delta commit."""
        mark = self.opened(version).transaction_version(APPLICATION)
        properties = _marked(-1 if mark is None else mark)
        self.opened().restore(version, commit_properties=properties)

    def forget(self, *, retention_hours: int) -> None:
        """Delete files that no version younger than the retention refers to.

        Only the holder of the refresh may call this: it also deletes files of unfinished writes."""
        table = self.opened()
        table.vacuum(retention_hours, dry_run=False, enforce_retention_duration=False, full=True)
        table.cleanup_metadata()

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _writing() -> WriterProperties:
    return WriterProperties(compression="ZSTD", max_row_group_size=ROW_GROUP_ROWS)


def _marked(mark: int) -> CommitProperties:
    return CommitProperties(app_transactions=[Transaction(APPLICATION, mark)])
