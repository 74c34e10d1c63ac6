"""The index behind the filters: places of terms, block by block, against sets of seqs."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.store import Database, postings
from leadline.store.postings import Bounds, lookup, steps, within, write

BLOCK, PIECE = 64, 8
TERMS = (1, -(1 << 62), 256, 1 << 56)  # the last two: one's bytes stand across two of the other's
OLD_TABLE = """
    CREATE TABLE posting (
        block {big} NOT NULL, term {big} NOT NULL, seq {big} NOT NULL,
        PRIMARY KEY (block, term, seq)
    ) {clustered};
    DROP TABLE posting_list;
    DROP TABLE posting_recent;
    UPDATE schema_version SET version = 3 WHERE area = 'store'
"""
ON_BOTH = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch):
    """A block's places are 8 bytes as bits: so three of them are a list, and four are bits."""
    monkeypatch.setattr(postings, "BLOCK_STATEMENTS", BLOCK)
    monkeypatch.setattr(postings, "PIECE_STATEMENTS", PIECE)


def seqs_of(database: Database, term: int, bounds: Bounds) -> list[int]:
    newest, found = postings.recent(database, TERMS), list[int]()
    for blocks in steps(bounds, ascending=True):
        known = lookup(database, TERMS, blocks, newest)
        for block in blocks:
            places = within(known.get(block, {}).get(term, 0), block, bounds)
            found += [block * BLOCK + place for place in postings.each(places)]
    return found


some_terms = st.sets(st.sampled_from(TERMS))
sizes = st.lists(st.integers(1, 3 * BLOCK), min_size=1, max_size=5)


@ON_BOTH
@given(sizes, st.dictionaries(st.integers(1, 3 * BLOCK), some_terms), st.data())
def test_what_was_written_is_found_and_nothing_else(
    database: Database, sizes: list[int], late: dict[int, set[int]], data: st.DataObject
):
    for table in ("posting_list", "posting_recent"):
        database.execute(f"DELETE FROM {table}")
    true: dict[int, set[int]] = {}
    random = data.draw(st.randoms(use_true_random=False))
    for size in sizes:
        seqs = range(len(true) + 1, len(true) + 1 + size)
        new = {seq: set(random.sample(TERMS, random.choice((0, 1, 1, 3)))) for seq in seqs}
        with database.transaction() as tx:
            write(tx, new, len(true))
        true |= new
    late = {seq: terms for seq, terms in late.items() if seq in true}
    with database.transaction() as tx:
        write(tx, late, len(true))
    for seq, terms in late.items():
        true[seq] = true[seq] | terms
    ends = data.draw(st.tuples(st.integers(0, len(true)), st.integers(0, len(true) + 1)))
    bounds = Bounds(min(ends), max(ends))
    for term in TERMS:
        wanted = [s for s, terms in true.items() if term in terms]
        assert seqs_of(database, term, bounds) == [
            s for s in wanted if bounds.after < s < bounds.before
        ]


def test_a_reader_misses_nothing_that_is_settled_while_it_reads(database: Database):
    with database.transaction() as tx:
        write(tx, {seq: [1] for seq in range(1, BLOCK)}, 0)
    newest = postings.recent(database, [1])
    with database.transaction() as tx:
        write(tx, {BLOCK: [1]}, BLOCK - 1)
    assert not database.execute("SELECT 1 FROM posting_recent WHERE piece < ?", (BLOCK // PIECE,))
    found = lookup(database, [1], range(2), newest)
    assert list(postings.each(found[0][1])) == list(range(1, BLOCK))


def test_postings_of_an_older_database_are_found_as_before(database_url: str):
    old = Database.open(database_url)
    for sentence in OLD_TABLE.format_map(old._adapter.words).split(";"):
        old.execute(sentence)
    true = {1: range(1, 2 * BLOCK, 3), 256: range(5, 2 * BLOCK, 31)}
    rows = [(seq // (2 * BLOCK), term, seq) for term, seqs in true.items() for seq in seqs]
    old.insert("posting", ("block", "term", "seq"), [*rows, (1, 1, 2 * BLOCK)])
    old.close()
    new = Database.open(database_url)
    assert seqs_of(new, 1, Bounds(0, 1_000)) == [*true[1], 2 * BLOCK]
    assert seqs_of(new, 256, Bounds(0, 1_000)) == [*true[256]]
    with pytest.raises(Exception, match="posting"):
        new.execute("SELECT * FROM posting")
    new.close()
