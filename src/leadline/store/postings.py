"""The postings: which statements (by seq) can be found under which term.

Seqs are parted into blocks, and a statement is a place in its block. Of a full block each term has
one row with all its places (`posting_list`). What is added to the block that fills now lies packed
as it came, some statements to a row (`posting_recent`), until the next block is begun: so a commit
writes a page or two at the end of a table, where a row for each posting touched pages all over an
index. A question reads the places of its terms block by block, as numbers whose bits are places, so
that filters meet by `&` and alternatives by `|`.
"""

import struct
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the schema, which a database brings up to date, packs what lay here unpacked
    from leadline.store.database import Transaction

BLOCK_STATEMENTS = 4_096
PIECE_STATEMENTS = 64
BLOCKS_PER_STEP = 64
LISTED_PLACES_MAX = 32
TERM_BYTES, PLACE_BYTES = 8, 2

Places = int
"""Bit n stands for the statement of seq `block * BLOCK_STATEMENTS + n`."""

Found = dict[int, dict[int, Places]]
"""Places by block, and in it by term."""


class Bounds(NamedTuple):
    """Seqs between these, both left out."""

    after: int
    before: int


def write(tx: "Transaction", found: Mapping[int, Collection[int]], head: int) -> None:
    """Note the terms of statements, by seq; noted twice is the same as once. head: the last seq
    that was noted before; new ones follow it without a gap.

    To be called in the turn of the log: it reads, adds and writes back."""
    for block, seqs in groupby(sorted(found), lambda seq: seq // BLOCK_STATEMENTS):
        some = [(seq, found[seq]) for seq in seqs]
        if some[0][0] == block * BLOCK_STATEMENTS:
            _settle(tx, block)
        if block < head // BLOCK_STATEMENTS:
            _add_to_lists(tx, block, some)
        else:
            _add_piece(tx, some)


def _add_piece(tx: "Transaction", some: Sequence[tuple[int, Collection[int]]]) -> None:
    """Put postings of one block behind what lies in the piece of the first statement."""
    piece = some[0][0] // PIECE_STATEMENTS
    terms = [term for _, each in some for term in each]
    places = [seq % BLOCK_STATEMENTS for seq, each in some for _ in each]
    before = tx.execute("SELECT terms, places FROM posting_recent WHERE piece = ?", (piece,))
    old_terms, old_places = before[0] if before else (b"", b"")
    tx.insert(
        "posting_recent",
        ("piece", "terms", "places"),
        [(piece, old_terms + _packed(terms, "q"), old_places + _packed(places, "H"))],
        "ON CONFLICT (piece) DO UPDATE SET terms = excluded.terms, places = excluded.places",
    )


def _settle(tx: "Transaction", block: int) -> None:
    """Turn what is recent of the blocks before this one into lists."""
    first = block * BLOCK_STATEMENTS // PIECE_STATEMENTS
    recent = tx.execute(
        "SELECT piece, terms, places FROM posting_recent WHERE piece < ? ORDER BY piece", (first,)
    )
    lists: dict[tuple[int, int], set[int]] = {}
    for piece, terms, places in recent:
        full = piece * PIECE_STATEMENTS // BLOCK_STATEMENTS
        for term, place in zip(_unpacked(terms, "q"), _unpacked(places, "H"), strict=True):
            lists.setdefault((full, term), set()).add(place)
    _write_lists(tx, lists)
    if recent:
        tx.execute("DELETE FROM posting_recent WHERE piece < ?", (first,))


def _add_to_lists(
    tx: "Transaction", block: int, some: Iterable[tuple[int, Collection[int]]]
) -> None:
    """Late postings of a full block: those that a statement inherits."""
    lists: dict[tuple[int, int], set[int]] = {}
    for seq, terms in some:
        for term in terms:
            lists.setdefault((block, term), set()).add(seq % BLOCK_STATEMENTS)
    terms = {term for _, term in lists}
    for _, term, places in _of_lists(tx, terms, range(block, block + 1)):
        lists[block, term].update(each(places))
    _write_lists(tx, lists)


def _write_lists(tx: "Transaction", lists: Mapping[tuple[int, int], Collection[int]]) -> None:
    tx.insert(
        "posting_list",
        ("block", "term", "places"),
        sorted((block, term, _listed(places)) for (block, term), places in lists.items()),
        "ON CONFLICT (block, term) DO UPDATE SET places = excluded.places",
    )


def repack(tx: "Transaction") -> None:
    """Bring over the postings of a database that still has a row for each."""
    for (block,) in tx.execute("SELECT DISTINCT block FROM posting ORDER BY block"):
        found: dict[int, list[int]] = {}
        for term, seq in tx.execute("SELECT term, seq FROM posting WHERE block = ?", (block,)):
            found.setdefault(seq, []).append(term)
        write(tx, found, min(found) - 1)


def recent(database: "Transaction", terms: Collection[int]) -> Found:
    """What is in no list yet.

    To be read before the lists: a posting that moves there meanwhile is then seen twice, which does
    no harm, instead of never."""
    found: Found = {}
    needles = [(term, _packed([term], "q")) for term in terms]
    for piece, packed, places in database.execute(
        "SELECT piece, terms, places FROM posting_recent"
    ):
        known = found.setdefault(piece * PIECE_STATEMENTS // BLOCK_STATEMENTS, {})
        for term, needle in needles:
            known[term] = known.get(term, 0) | _places_under(needle, packed, places)
    return found


def lookup(database: "Transaction", terms: Collection[int], blocks: range, newest: Found) -> Found:
    """The places of terms in blocks; newest: what was `recent` of them."""
    found = {block: dict(known) for block, known in newest.items() if block in blocks}
    for block, term, places in _of_lists(database, terms, blocks):
        known = found.setdefault(block, {})
        known[term] = known.get(term, 0) | places
    return found


def steps(bounds: Bounds, *, ascending: bool) -> Iterator[range]:
    """The blocks between bounds, in the order of the walk, twice as many at each step.

    Few steps for a term that is rare, and little read in vain for one that is not."""
    first, last = (bounds.after + 1) // BLOCK_STATEMENTS, (bounds.before - 1) // BLOCK_STATEMENTS
    size = 1
    while first <= last:
        if ascending:
            yield range(first, min(first + size - 1, last) + 1)
            first += size
        else:
            yield range(max(last - size + 1, first), last + 1)
            last -= size
        size = min(size * 2, BLOCKS_PER_STEP)


def within(places: Places, block: int, bounds: Bounds) -> Places:
    """The places of a block that lie between bounds."""
    begin = block * BLOCK_STATEMENTS
    low, high = max(bounds.after + 1 - begin, 0), max(bounds.before - begin, 0)
    return places >> low << low & (1 << min(high, BLOCK_STATEMENTS)) - 1


def each(places: Places, *, ascending: bool = True) -> Iterator[int]:
    """The places one by one."""
    while places:
        place = (places & -places if ascending else places).bit_length() - 1
        yield place
        places ^= 1 << place


def _of_lists(
    database: "Transaction", terms: Collection[int], blocks: range
) -> Iterator[tuple[int, int, Places]]:
    of_blocks = f"block IN ({', '.join('?' * len(blocks))})"
    sql = f"SELECT block, term, places FROM posting_list WHERE {of_blocks} AND term IN ({{keys}})"
    for block, term, places in database.select_in(sql, terms, blocks):
        yield block, term, _places_of(places)


def _listed(places: Collection[int]) -> bytes:
    """A few places as a number each, which is shorter; many as the bits of a block, which are read
    at once."""
    if len(places) <= LISTED_PLACES_MAX and len(places) * PLACE_BYTES < _bitmap_bytes():
        return _packed(sorted(places), "H")
    return _together(places).to_bytes(_bitmap_bytes(), "little")


def _places_of(listed: bytes) -> Places:
    if len(listed) == _bitmap_bytes():
        return int.from_bytes(listed, "little")
    return _together(_unpacked(listed, "H"))


def _together(places: Iterable[int]) -> Places:
    bits = bytearray(_bitmap_bytes())
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def _bitmap_bytes() -> int:
    return -(-BLOCK_STATEMENTS // 8)


def _places_under(needle: bytes, terms: bytes, places: bytes) -> Places:
    """The places of one term in a piece."""
    bits = bytearray(_bitmap_bytes())
    at = terms.find(needle)
    while at >= 0:
        if at % TERM_BYTES == 0:
            low = at // TERM_BYTES * PLACE_BYTES
            place = places[low] | places[low + 1] << 8
            bits[place >> 3] |= 1 << (place & 7)
        at = terms.find(needle, at + 1)
    return int.from_bytes(bits, "little")


def _packed(numbers: Sequence[int], kind: str) -> bytes:
    return struct.pack(f"<{len(numbers)}{kind}", *numbers)


def _unpacked(packed: bytes, kind: str) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // struct.calcsize(kind)}{kind}", packed)
