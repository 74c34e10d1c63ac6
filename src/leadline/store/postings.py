"""The postings: which statements (by seq) can be found under which term.

They are kept in blocks of seqs, term by term within a block. So new postings all go to the newest
block, a few hundred pages that stay in memory and are written again and again, while one long list
a term would touch pages all over a growing index: with it, a million statements made each batch
four times as dear. A question walks the blocks, newest first; a block costs it microseconds.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from leadline.store.database import Transaction

BLOCK_STATEMENTS = 8_192
BLOCKS_PER_STEP = 8


class Bounds(NamedTuple):
    """Seqs between these, both left out."""

    after: int
    before: int


def write(tx: Transaction, postings: Iterable[tuple[int, int]], ending: str = "") -> None:
    """Write (term, seq) pairs, in the order in which they will lie; neighbours share pages."""
    tx.insert(
        "posting",
        ("block", "term", "seq"),
        sorted((seq // BLOCK_STATEMENTS, term, seq) for term, seq in postings),
        ending,
    )


def steps(bounds: Bounds, *, ascending: bool) -> Iterator[range]:
    """The blocks between bounds, in the order of the walk, a few more at each step.

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
