"""What a statement is: its rules, its parts, its identity."""

from leadline.statements.agents import Identifier, identifier_of
from leadline.statements.comparison import same
from leadline.statements.mentions import Mentions, mentions
from leadline.statements.problem import BadStatement
from leadline.statements.statement import Statement, read
from leadline.statements.wanted import Wanted

__all__ = [
    "BadStatement",
    "Identifier",
    "Mentions",
    "Statement",
    "Wanted",
    "identifier_of",
    "mentions",
    "read",
    "same",
]
