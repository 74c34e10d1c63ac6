"""Published data sets that are not ours to pass on: read where present, else the test is skipped.

`LEADLINE_REFERENCE` names a folder of CSV files; by default shared/data/reference beside the
repository. docs/statistics.md lists the files and where they come from."""

import gzip
import io
import os
from pathlib import Path

import numpy as np
import pytest
import statsmodels

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"


def shared(name):
    """A file of the shared data as an array with named columns."""
    return _table(SHARED / name)


def reference(name):
    """A classic data set by its R name."""
    return _table(Path(os.environ.get("LEADLINE_REFERENCE", SHARED / "reference")) / f"{name}.csv")


def packaged(name, **read):
    """A data set that statsmodels, which is installed, has among its own tests."""
    path = Path(statsmodels.__file__).parent / name
    if not path.exists():
        pytest.skip(f"this statsmodels comes without {name}")
    return np.genfromtxt(path, **read)


def _table(path):
    if not path.exists():
        pytest.skip(f"{path.name} is not here; see docs/statistics.md")
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return np.genfromtxt(
        io.StringIO(raw.decode().replace('"', "")), delimiter=",", names=True, dtype=None
    )
