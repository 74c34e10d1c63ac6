"""Reading our own PDFs back: the words of each page, in the order in which they were set.

Only what typst writes: one object after the other, no object streams, Identity-H fonts with a
ToUnicode map."""

import re
import zlib

STRING = re.compile(rb"\(((?:\\.|[^\\)])*)\)", re.S)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[str]:
    """One text a page; lines are parted where the setter moved down."""
    objects = {
        int(number): body
        for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", pdf, re.S)
    }
    kids = re.search(rb"/Type/Pages/Count \d+/Kids\[([^\]]*)\]", pdf)
    assert kids is not None
    numbers = [int(n) for n in re.findall(rb"(\d+) 0 R", kids[1])]
    return [_page(objects, objects[number]) for number in numbers]


def _page(objects: dict[int, bytes], page: bytes) -> str:
    contents = objects[_reference(page, b"Contents")]
    fonts = {
        name: _letters(objects, objects[int(number)])
        for name, number in re.findall(
            rb"/(f\d+) (\d+) 0 R", objects[_reference(page, b"Resources")]
        )
    }
    said, line, font = [], None, {}
    for height, name, shown in re.findall(
        rb"([\d.]+) cm|/(f\d+) [\d.]+ Tf|((?:\[.*?\]TJ)|(?:\((?:\\.|[^\\)])*\)Tj))",
        _stream(contents),
        re.S,
    ):
        if height and height != line:
            said.append("\n")
            line = height
        elif name:
            font = fonts[name]
        for text in STRING.findall(shown):
            codes = re.sub(rb"\\(\d{3}|.)", _unescaped, text, flags=re.S)
            pairs = [int.from_bytes(codes[k : k + 2]) for k in range(0, len(codes), 2)]
            said.append("".join(font.get(code, "?") for code in pairs))
    return "".join(said)


def _unescaped(match: re.Match[bytes]) -> bytes:
    said = match[1]
    return bytes([int(said, 8)]) if said.isdigit() else ESCAPES.get(said, said)


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    table = _stream(objects[_reference(font, b"ToUnicode")])
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in re.findall(rb"<(\w{4})> <(\w+)>\n", table)
        if len(text) >= 4
    }


def _reference(body: bytes, key: bytes) -> int:
    found = re.search(rb"/" + key + rb" (\d+) 0 R", body)
    assert found is not None, key
    return int(found[1])


def _stream(body: bytes) -> bytes:
    raw = body.split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    return zlib.decompress(raw) if b"FlateDecode" in body else raw
