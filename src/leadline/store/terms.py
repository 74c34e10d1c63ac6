"""The terms of the statement index.

Everything that a statement can be asked by is a term: a kind and a text, as a 63-bit number. The
number is a hash, so no dictionary table is needed: writers share no rows and cannot deadlock, and a
question needs no look-up first. Two of n different terms share a number with a chance of about
n² / 2⁶⁴: for ten million terms, one in two hundred thousand.

A term of `related` kind is only written where the plain one is not, so that a related question is
the two lists put together.
"""

from functools import lru_cache
from hashlib import blake2b

from leadline.statements import Identifier, Mentions

CACHED_TERMS = 262_144
LONGEST_CACHED_CHARACTERS = 512


def terms_of(mentions: Mentions) -> set[int]:
    """The terms under which a statement can be found."""
    found = {verb_term(mentions.verb)}
    found.update(map(agent_term, mentions.agents))
    found.update(map(related_agent_term, mentions.related_agents))
    found.update(map(related_activity_term, mentions.related_activities))
    if mentions.activity is not None:
        found.add(activity_term(mentions.activity))
    if mentions.registration is not None:
        found.add(registration_term(mentions.registration))
    return found


def verb_term(iri: str) -> int:
    """A verb."""
    return _term("verb", iri)


def agent_term(identifier: Identifier) -> int:
    """An agent or group as actor or object, or as a member of one."""
    return _term("agent", f"{identifier.kind}:{identifier.value}")


def related_agent_term(identifier: Identifier) -> int:
    """An agent or group in another place."""
    return _term("related agent", f"{identifier.kind}:{identifier.value}")


def activity_term(iri: str) -> int:
    """An activity as the object."""
    return _term("activity", iri)


def related_activity_term(iri: str) -> int:
    """An activity in another place."""
    return _term("related activity", iri)


def registration_term(registration: str) -> int:
    """A registration; its UUID in lower case."""
    return _term("registration", registration)


def _term(kind: str, text: str) -> int:
    short = len(text) <= LONGEST_CACHED_CHARACTERS
    return _remembered(kind, text) if short else _hashed(kind, text)


def _hashed(kind: str, text: str) -> int:
    # surrogatepass: JSON can hold halves of surrogate pairs, and a name may be any string.
    digest = blake2b(f"{kind}\0{text}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


_remembered = lru_cache(CACHED_TERMS)(_hashed)
