"""No number is an answer too, if it says why."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Refused:
    """Why a method gives no number here.

    `gate` is the kind: "low_n" too little to say anything, "immature" too early,
    "not_identified" these records cannot answer the question however many there are. `reason` says
    what is missing and what would be needed, without jargon."""

    gate: Literal["low_n", "immature", "not_identified"]
    reason: str
