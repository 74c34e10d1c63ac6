"""Typesetting by typst, with the fonts that it brings along."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import typst

TEMPLATES = Path(__file__).parent / "templates"
# An archive keeps it and a screen reader reads it (ISO 19005-2, ISO 14289-1).
Standard = Literal["a-2a", "ua-1"]
STANDARDS: tuple[Standard, ...] = ("a-2a", "ua-1")
NO_LETTER = "could not be displayed"  # what typst says of a letter that its fonts lack


def typeset(template: str, values: Mapping[str, object], at: datetime) -> bytes:
    """The PDF of a template of `templates/` with these values, made at that (aware) instant.

    Values reach the template as JSON in `sys.inputs.values` and are never read as markup. The same
    template, values and instant give the same bytes. It is PDF/A-2a and PDF/UA-1, unless a value
    has letters that the fonts lack: those show as boxes, which both standards forbid. Raises
    ValueError for a naive instant, typst.TypstError where template and values do not fit."""
    if at.tzinfo is None:
        raise ValueError("A document is made at an instant with a time zone.")
    try:
        return _compiled(template, values, at, standards=STANDARDS)
    except typst.TypstError as problem:
        if NO_LETTER not in str(problem):
            raise
        return _compiled(template, values, at, standards=())


def _compiled(
    template: str, values: Mapping[str, object], at: datetime, standards: tuple[Standard, ...]
) -> bytes:
    compiler = typst.Compiler(root=TEMPLATES, font_paths=_fonts())
    inputs = {"values": msgspec.json.encode(values).decode()}
    source = TEMPLATES / f"{template}.typ"
    made = compiler.compile(
        source, format="pdf", sys_inputs=inputs, timestamp=at, pdf_standards=[*standards]
    )
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
