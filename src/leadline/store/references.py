"""What follows when one statement points to another: voiding, and being found through its target.

A statement whose object is a StatementRef meets each filter that its target meets, recursively
(Communication 2.1.3, filter conditions for StatementRefs). So it inherits its target's terms, when
it arrives or when the target does, whichever is later; questions then need no recursion.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadline.statements import Statement, mentions
from leadline.store.database import Transaction
from leadline.store.postings import write
from leadline.store.terms import terms_of

LIVE, VOIDED, VOIDING = 0, 1, 2
LONGEST_CHAIN_REFERENCES = 32

Id = bytes


def record(tx: Transaction, new: Mapping[int, Statement]) -> None:
    """Note where the new statements (by seq) point, void what is to be voided, inherit terms.

    To be called when the new statements are in their table."""
    references = [
        (seq, bytes.fromhex(target.replace("-", "")), int(statement.voids is not None))
        for seq, statement in new.items()
        if (target := statement.mentions.target) is not None
    ]
    tx.insert("reference", ("seq", "target", "voids"), references)
    ids = [bytes.fromhex(statement.id.replace("-", "")) for statement in new.values()]
    pointing = list(
        tx.select_in("SELECT target, seq, voids FROM reference WHERE target IN ({keys})", ids)
    )
    doomed = {target for _, target, voids in references if voids}
    doomed |= {bytes(target) for target, _, voids in pointing if voids}
    _void(tx, doomed)
    heirs = {seq: target for seq, target, _ in references}
    heirs |= {seq: bytes(target) for target, seq, _ in pointing}
    _inherit(tx, heirs | _further_heirs(tx, list(heirs)), max(new, default=0))


def _void(tx: Transaction, ids: set[Id]) -> None:
    # A voiding statement cannot be voided (Data 2.3.2): only the live ones change.
    found = tx.select_in(
        f"SELECT seq FROM statement WHERE standing = {LIVE} AND id IN ({{keys}})", sorted(ids)
    )
    for (seq,) in sorted(found):
        tx.execute(f"UPDATE statement SET standing = {VOIDED} WHERE seq = ?", (seq,))


def _further_heirs(tx: Transaction, seqs: Sequence[int]) -> dict[int, Id]:
    """Statements that point to these, to those that point to these, and so on."""
    found: dict[int, Id] = {}
    for _ in range(LONGEST_CHAIN_REFERENCES):
        pointing = tx.select_in(
            "SELECT r.seq, r.target FROM statement s JOIN reference r ON r.target = s.id "
            "WHERE s.seq IN ({keys})",
            seqs,
        )
        fresh = {seq: bytes(target) for seq, target in pointing if seq not in found}
        if not fresh:
            break
        found |= fresh
        seqs = list(fresh)
    return found


def _inherit(tx: Transaction, heirs: Mapping[int, Id], head: int) -> None:
    """Give each heir the terms of its target, of its target's target, and so on."""
    inherited: dict[int, set[int]] = {}
    ahead = dict(heirs)
    # A chain is cut at its bound: without one, a loop of statements would never end, and a long
    # chain could make one small batch read the whole log.
    for _ in range(LONGEST_CHAIN_REFERENCES):
        targets = {
            bytes(identity): mentions(_decoded(payload))
            for identity, payload in tx.select_in(
                "SELECT id, payload FROM statement WHERE id IN ({keys})",
                sorted(set(ahead.values())),
            )
        }
        further: dict[int, Id] = {}
        for seq, target in ahead.items():
            found = targets.get(target)
            if found is not None:
                inherited.setdefault(seq, set()).update(terms_of(found))
                if found.target is not None:
                    further[seq] = bytes.fromhex(found.target.replace("-", ""))
        if not further:
            break
        ahead = further
    write(tx, inherited, head)


def _decoded(payload: bytes) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(payload)
    return value
