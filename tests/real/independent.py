"""The same answers computed a second time from the raw files, without a line of Leadline."""

import gzip
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

VIDEO = "https://w3id.org/xapi/video/extensions/"
PLAYED = "https://w3id.org/xapi/video/verbs/played"


def records(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt") as lines:
        for line in lines:
            yield json.loads(line)


@dataclass
class Watched:
    """What one file says about one video."""

    played: set[str] = field(default_factory=set)
    seen: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def starters(self) -> int:
        """People who pressed play or watched something."""
        return len(self.played | {who for who, parts in self.seen.items() if parts})

    def viewers_at(self, second: int) -> int:
        return sum(any(a <= second < b for a, b in parts) for parts in self.seen.values())


def videos(path: Path) -> dict[str, Watched]:
    """Per video: who pressed play, and the closed, non-empty played segments of each person."""
    found: dict[str, Watched] = defaultdict(Watched)
    for record in records(path):
        who = json.dumps(record["actor"]["account"], sort_keys=True)
        video = found[record["object"]["id"]]
        if record["verb"]["id"] == PLAYED:
            video.played.add(who)
        result = record.get("result", {}).get("extensions", {})
        context = record.get("context", {}).get("extensions", {})
        length = result.get(VIDEO + "length") or context.get(VIDEO + "length") or math.inf
        for part in (result.get(VIDEO + "played-segments") or "").split("[,]"):
            ends = part.split("[.]")
            if len(ends) == 2:
                low, high = sorted((float(ends[0]), float(ends[1])))
                if min(high, length) > low:
                    video.seen[who].append((low, min(high, length)))
    return found


def open_ended(path: Path) -> int:
    """Segments that have a start and no end."""
    return sum(
        len(part.split("[.]")) == 1
        for record in records(path)
        for part in (
            record.get("result", {}).get("extensions", {}).get(VIDEO + "played-segments") or ""
        ).split("[,]")
        if part
    )
