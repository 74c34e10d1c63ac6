"""The demo world's own cmi5 course: a page to read and three questions, as one zip."""

import io
import zipfile
from pathlib import Path

CONTENT = Path(__file__).parent / "mooring"
MADE = (2026, 1, 1, 0, 0, 0)  # the same bytes on every machine


def mooring() -> bytes:
    """The package "Mooring lines: stand clear"."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(CONTENT.iterdir()):
            package.writestr(zipfile.ZipInfo(path.name, MADE), path.read_bytes())
    return packed.getvalue()
