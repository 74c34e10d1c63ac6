"""The tables of the dataset on disk: CSV or Parquet, told by the stem of the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from leadline.sources.records import Unreadable

BATCH_ROWS = 20_000
SUFFIXES = (".parquet", ".csv")
NO_NUMBER = -(2**31)  # stands for a missing number where rows are compared
CLICKS = "studentVle"
NEEDED = ("courses", "studentInfo", "studentRegistration")
NOT_KNOWN = ["?", ""]  # how the published CSV files write a missing value

NUMBERS = {
    name: pa.int64()
    for name in (
        "id_student", "id_assessment", "id_site", "date", "date_registration",
        "date_unregistration", "date_submitted", "is_banked", "sum_click",
        "module_presentation_length",
    )
} | {"score": pa.float64()}  # fmt: skip


class Tables:
    """A folder of OULAD tables. Raises Unreadable where it is none, or a table is damaged."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Unreadable(f"{folder}: is not a folder; give the one that holds courses.csv.")
        files = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
        self._files = {path.stem: path for path in files}
        missing = [stem for stem in NEEDED if stem not in self._files]
        if missing:
            raise Unreadable(
                f"{folder}: there is no {', '.join(missing)}; "
                "OULAD tables keep their names, ending in .csv or .parquet."
            )

    def has(self, stem: str) -> bool:
        return stem in self._files

    def name(self, stem: str) -> str:
        """The table's file name, for origins."""
        return self._files[stem].name

    def clicks(self) -> list[str]:
        """Stems of the click log: the whole table, else its parts."""
        if CLICKS in self._files:
            return [CLICKS]
        return [stem for stem in self._files if stem.startswith(CLICKS)]

    def count(self, *, with_clicks: bool) -> int:
        """Rows of the tables that become statements; 0: it is not cheap to tell (CSV)."""
        stems = ["studentRegistration", "studentInfo", "studentAssessment"]
        stems += self.clicks() if with_clicks else []
        paths = [self._files[stem] for stem in stems if stem in self._files]
        if any(path.suffix != ".parquet" for path in paths):
            return 0
        return sum(pa.parquet.ParquetFile(path).metadata.num_rows for path in paths)

    def rows(self, stem: str, *columns: str) -> Iterator[tuple[Any, ...]]:
        """The table's rows in order, cut to the columns; None: not known. Bounded memory."""
        for batch in self._batches(stem, columns):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def ordinals(self, stem: str, *columns: str) -> "np.ndarray[Any, np.dtype[np.int32]]":
        """For each row, how many rows before it have the same (integer) key: 0, 0, 1, 0 …

        The one look at a whole table: about 30 bytes a row while it runs, 4 after."""
        parts = [
            [
                column.cast(pa.int32()).fill_null(NO_NUMBER).to_numpy(zero_copy_only=False)
                for column in batch.columns
            ]
            for batch in self._batches(stem, columns)
        ]
        keys = [np.concatenate(column) for column in zip(*parts, strict=True)]
        order = np.lexsort(keys[::-1])  # stable: equal keys stay in the order of the file
        first = np.zeros(len(order), dtype=bool)
        first[:1] = True
        for key in keys:
            sorted_key = key[order]
            first[1:] |= sorted_key[1:] != sorted_key[:-1]
        places = np.arange(len(order))
        starts = np.maximum.accumulate(np.where(first, places, 0))
        found = np.empty(len(order), dtype=np.int32)
        found[order] = places - starts
        return found

    def _batches(self, stem: str, columns: tuple[str, ...]) -> Iterator[Any]:
        path = self._files[stem]
        with _named(path):
            if path.suffix == ".parquet":
                file = pa.parquet.ParquetFile(path)
                _check(path, columns, file.schema_arrow.names)
                for batch in file.iter_batches(BATCH_ROWS, columns=list(columns)):
                    yield batch.select(list(columns))
                return
            convert = pa.csv.ConvertOptions(
                column_types=NUMBERS,
                include_columns=list(columns),
                null_values=NOT_KNOWN,
                strings_can_be_null=True,
            )
            yield from pa.csv.open_csv(path, convert_options=convert)


def _check(path: Path, columns: tuple[str, ...], there: list[str]) -> None:
    missing = [column for column in columns if column not in there]
    if missing:
        raise Unreadable(f"{path}: there is no column {', '.join(missing)}.")


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowInvalid, pa.ArrowKeyError) as problem:
        raise Unreadable(f"{path}: {problem}") from problem
