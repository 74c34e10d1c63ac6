"""Files of statements, in every shape in which systems export them."""

import gzip
import json

import pytest

from leadline.sources.records import Broken, Record, Unreadable
from leadline.sources.splitter import CHUNK_BYTES, RECORD_BYTES
from leadline.sources.xapi_file import StatementFile

from .world import as_lines, statement, zipped

VALUES = [statement(number, result={"response": '}]"\\ {['}) for number in range(3)]
PRETTY = json.dumps(VALUES, indent=2)

SHAPES = {
    "lines": as_lines(VALUES),
    "lines without a last newline": as_lines(VALUES).rstrip("\n"),
    "lines for Windows, with gaps": "\r\n\r\n".join(json.dumps(value) for value in VALUES),
    "byte order mark and lines": "\ufeff" + as_lines(VALUES),
    "array": json.dumps(VALUES),
    "array after white space": "\n \n" + json.dumps(VALUES) + "\n",
    "byte order mark and array": "\ufeff" + json.dumps(VALUES),
    "pretty array": PRETTY,
    "one object after another, pretty": "\n".join(json.dumps(v, indent=4) for v in VALUES),
    "statement result": json.dumps({"statements": VALUES, "more": ""}),
    "statement result, pretty": json.dumps({"more": "/x", "statements": VALUES}, indent=1),
}


def read(tmp_path, content):
    path = tmp_path / "statements.bin"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(StatementFile(path))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pack", [str.encode, zipped])
def test_every_shape_plain_or_gzip(tmp_path, shape, pack):
    found = read(tmp_path, pack(SHAPES[shape]))

    assert [json.loads(record.content) for record in found] == VALUES


def test_origins_count_lines_of_the_file(tmp_path):
    lines = read(tmp_path, "\n" + as_lines(VALUES))
    pretty = read(tmp_path, PRETTY)

    assert [record.origin for record in lines] == [f"statements.bin:{n}" for n in (2, 3, 4)]
    starts = [n for n, line in enumerate(PRETTY.splitlines(), 1) if line == "  {"]
    assert [record.origin for record in pretty] == [f"statements.bin:{n}" for n in starts]


@pytest.mark.parametrize("empty", ["", "\n\n", "\ufeff", "[]", " [ ] ", '{"statements": []}'])
@pytest.mark.parametrize("pack", [str.encode, zipped])
def test_nothing_in_it(tmp_path, empty, pack):
    assert read(tmp_path, pack(empty)) == []


def test_records_across_chunks(tmp_path):
    many = [statement(n, result={"response": "x" * 700}) for n in range(1000)]
    assert len(json.dumps(many)) > 3 * CHUNK_BYTES

    found = read(tmp_path, json.dumps(many))

    assert [json.loads(record.content) for record in found] == many


def test_one_record_larger_than_a_chunk(tmp_path):
    large = statement(1, result={"response": "x" * 5 * CHUNK_BYTES})

    found = read(tmp_path, json.dumps([large, VALUES[0]]))

    assert [json.loads(record.content) for record in found] == [large, VALUES[0]]


def test_what_is_no_object_is_handed_on_alone(tmp_path):
    found = read(tmp_path, '[1, "a, [b", ' + json.dumps(VALUES[0]) + ", [2], null]")

    assert [json.loads(record.content) for record in found] == [1, "a, [b", VALUES[0], [2], None]


def test_a_file_that_ends_too_early(tmp_path):
    first, second = read(tmp_path, PRETTY[: PRETTY.index(VALUES[1]["id"]) + 40])

    assert isinstance(first, Record)
    assert isinstance(second, Broken)
    assert "ends in the middle" in second.reason
    start = [n for n, line in enumerate(PRETTY.splitlines(), 1) if line == "  {"][1]
    assert second.origin == f"statements.bin:{start}"


def test_an_array_without_its_end(tmp_path):
    *records, broken = read(tmp_path, json.dumps(VALUES)[:-1])

    assert len(records) == 3
    assert isinstance(broken, Broken)


@pytest.mark.parametrize("tail", ["]", '\n{"a": 1}', "x"])
def test_text_after_the_end_is_not_dropped_silently(tmp_path, tail):
    *records, broken = read(tmp_path, json.dumps(VALUES) + tail)

    assert len(records) == 3
    assert isinstance(broken, Broken)
    assert "does not belong here" in broken.reason


def test_a_gzip_that_breaks_off(tmp_path):
    many = zipped(as_lines(statement(n) for n in range(5000)))
    path = tmp_path / "cut.jsonl"
    path.write_bytes(many[: len(many) // 2])

    file = StatementFile(path)
    *records, broken = file

    assert len(records) > 1000
    assert all(json.loads(record.content) for record in records)
    assert isinstance(broken, Broken)
    assert broken.origin == f"cut.jsonl:{len(records) + 1}"
    assert "breaks off" in file.damage


def test_a_gzip_array_that_breaks_off_gives_everything_before(tmp_path):
    many = json.dumps([statement(n) for n in range(5000)])
    packed = zipped(many)
    *records, broken = read(tmp_path, packed[: len(packed) // 2])

    whole = gzip.zlib.decompressobj(31).decompress(packed[: len(packed) // 2])
    assert len(records) == whole.count(b'"timestamp"') - whole.endswith(b'"timestamp"')
    assert "breaks off" in broken.reason


def test_a_line_without_an_end_is_held_and_the_next_one_read(tmp_path):
    text = b'{"a": "' + b"x" * (RECORD_BYTES + 10) + b'"}\n' + as_lines(VALUES[:1]).encode()

    broken, record = read(tmp_path, text)

    assert isinstance(broken, Broken)
    assert len(broken.content) < 10_000
    assert (record.origin, json.loads(record.content)) == ("statements.bin:2", VALUES[0])


def test_a_lost_quote_in_an_array_ends_in_bounded_memory(tmp_path):
    text = b'[{"a": "b},' + b"x" * (2 * RECORD_BYTES)

    (broken,) = read(tmp_path, text)

    assert isinstance(broken, Broken)
    assert len(broken.content) < 10_000


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(Unreadable, match="No such file"):
        StatementFile(tmp_path / "missing")
    wide = tmp_path / "wide.json"
    wide.write_bytes("[]".encode("utf-16"))
    with pytest.raises(Unreadable, match="UTF-8"):
        StatementFile(wide)
    with pytest.raises(Unreadable):
        StatementFile(tmp_path)


def test_progress_is_told_in_bytes_on_disk(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_text(as_lines(VALUES))
    file = StatementFile(path)

    assert (file.position, file.size) == (0, path.stat().st_size)
    assert [file.position for _ in file][-1] == file.size
    assert file.position == file.size
