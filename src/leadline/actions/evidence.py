"""Evidence packs: for a requirement, a unit and a day, a folder that an auditor can check.

Everything in it follows from what was asked and from what was known at the instant it names;
nothing says when or by whom it was made (the access log does). So it can be made again, byte for
byte."""

import csv
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from leadline.metrics import catalogue, obligation
from leadline.paper.typeset import typeset
from leadline.privacy.policy import POLICY
from leadline.privacy.proof import Evidence
from leadline.privacy.viewer import Role

MANIFEST = "manifest.json"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
# A spreadsheet runs a cell that begins so; the quote in front makes it plain text again.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
REMEDIES_SHOWN = 200  # on paper; the file beside it has them all
Row = Mapping[str, Any]
Files = Mapping[str, bytes]


class Exists(Exception):
    """The folder for a pack is there already."""


def end_of(day: date, zone: str) -> datetime:
    """The last instant of a day: what a pack of that day is as of."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(
        microseconds=1
    )


def pack(found: Evidence, role: Role) -> Files:
    """The files of the pack by name, the manifest with the SHA-256 of each among them.

    role: as whom it was asked for, whose line of the policy goes with it."""
    files = {
        "people.csv": _csv(_PEOPLE, (_person(found, row) for row in found.standing)),
        "records.csv": _csv(_RECORDS, (_record(found, row) for row in found.issues)),
        "requirement.json": _json(list(found.versions)),
        "definitions.json": _json(_definitions()),
        "policy.json": _json(_policy(role)),
    }
    if found.scores:
        tried = found.tried
        files["scores.csv"] = _csv(_SCORES, (_score(found, row) for row in tried.attempts))
        files["delayed-scores.csv"] = _csv(_SCORES, (_score(found, row) for row in tried.checks))
        files["remediation.csv"] = _csv(_REMEDIES, (_remedy(found, r) for r in tried.remedies))
    files["evidence.pdf"] = typeset("evidence", _Paper(found).values(), _second(found.known_at))
    files = dict(sorted(files.items()))
    hashes = {name: sha256(content).hexdigest() for name, content in files.items()}
    return files | {MANIFEST: _json(_asked(found) | {"sha256": hashes})}


def write(files: Files, folder: Path) -> None:
    """Write a pack as a folder, whole or not at all. Raises Exists."""
    if folder.exists():
        raise Exists(f"{folder} is there already; name another folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            with (made / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        made.chmod(0o700)
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def zipped(files: Files) -> bytes:
    """The pack as one file; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def broken(folder: Path) -> list[str]:
    """Files of a pack that are not as its manifest says, are missing, or do not belong to it."""
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes())
    there = {path.name for path in folder.iterdir()} - {MANIFEST}
    sums = manifest["sha256"]
    wrong = {
        name
        for name in there & sums.keys()
        if sha256((folder / name).read_bytes()).hexdigest() != sums[name]
    }
    return sorted(wrong | (there ^ sums.keys()))


def _asked(found: Evidence) -> dict[str, Any]:
    return {
        "requirement": found.requirement,
        "unit": found.unit,
        "as_of": found.as_of.isoformat(),
        "known_at": found.known_at.isoformat(),
        "people": len(found.standing),
        "states": counts(found.standing),
        "scores": "with them" if found.scores else "closed to the role that asked",
    }


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """How many rows there are of each state."""
    told = dict.fromkeys((*obligation.MET, obligation.VIOLATED, *obligation.NOT_COUNTED), 0)
    for row in rows:
        told[row["state"]] += 1
    return told


def _definitions() -> dict[str, Any]:
    metrics = {
        name: {"definition": catalogue()[name].definition, "version": catalogue()[name].version}
        for name in ("compliance_rate", "violations")
    }
    columns = {name: column.meaning for name, column in obligation.COLUMNS.items()}
    return {"metrics": metrics, "columns of people.csv": columns}


def _policy(role: Role) -> dict[str, Any]:
    rules = POLICY[role]
    return {
        "role": role.value,
        "rows": rules.rows.value,
        "beside a name": sorted(rules.named),
        "closed": sorted(rules.closed),
    }


_PEOPLE = (
    *("employee_id", "name", "unit", "role", "location", "state", "since", "due_on"),
    *("violated_on", "held", "issued_at", "expires_on", "expires_sent", "expires_computed"),
    *("source", "statement_id"),
)
_RECORDS = (
    *("employee_id", "name", "satisfied_by", "issued_at", "issued_on", "due_on", "days_late"),
    *("holds_until", "statement_id"),
)
_SCORES = (
    *("employee_id", "name", "course", "assessment", "attempt_no", "graded_at", "score", "passed"),
    "statement_id",
)
_REMEDIES = (
    *("employee_id", "name", "assessment", "failed_at", "failed_score", "failed_statement_id"),
    *("remedy", "remedy_activity", "remedy_at", "remedy_statement_id"),
    *("passed_at", "passed_score", "passed_statement_id"),
)


def _who(found: Evidence, row: Row) -> tuple[str, str]:
    name = found.names.get(row["person"])
    return (name.employee_id or "", name.display) if name else ("", "")


def _person(found: Evidence, row: Row) -> Sequence[Any]:
    own = {**row, "held": row["thing"]}
    return (*_who(found, row), *(own.get(column) for column in _PEOPLE[2:]))


def _record(found: Evidence, row: Row) -> Sequence[Any]:
    late = None if row["due_on"] is None else (row["issued_on"] - row["due_on"]).days
    ends = None if row["ends"] == obligation.FAR else row["ends"]
    told = (row["thing"], row["issued_at"], row["issued_on"], row["due_on"], late, ends)
    return (*_who(found, row), *told, row["statement_id"])


def _score(found: Evidence, row: Row) -> Sequence[Any]:
    return (*_who(found, row), *(row[column] for column in _SCORES[2:]))


def _remedy(found: Evidence, row: Row) -> Sequence[Any]:
    failed, step, passed = row["failed"], row["remedy"], row["passed"]
    graded = ("graded_at", "score", "statement_id")
    taken = (
        [step[column] for column in ("did", "object", "timestamp", "statement_id")]
        if step
        else ["none on record", None, None, None]
    )
    return (
        *_who(found, failed),
        failed["assessment"],
        *(failed[column] for column in graded),
        *taken,
        *(passed[column] for column in graded),
    )


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_text(cell) for cell in row] for row in sorted(rows, key=_order))
    return out.getvalue().encode()


def _order(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(map(_text, row))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    text = str(cell)
    plain = not isinstance(cell, str) or not text.startswith(FORMULA_STARTS)
    return text if plain else f"'{text}"


def _json(value: object) -> bytes:
    plain = msgspec.to_builtins(value)
    return msgspec.json.format(msgspec.json.encode(plain, order="sorted"), indent=2) + b"\n"


@dataclass(frozen=True)
class _Paper:
    """The pack as a document."""

    found: Evidence

    def values(self) -> dict[str, object]:
        found, states = self.found, counts(self.found.standing)
        met = sum(states[state] for state in obligation.MET)
        owed = met + states[obligation.VIOLATED]
        name = found.versions[-1].name
        share = f"{100 * met / owed:.1f} %" if owed else "nothing owed yet"
        return {
            "title": f"Evidence: {name}",
            "under": f"{found.unit or 'Everybody'}; as of {_moment(found.as_of)}, as known at "
            f"{_moment(found.known_at)}",
            "answer": f"{met:,} of {owed:,} people who owe it meet it ({share}); "
            f"{states[obligation.VIOLATED]:,} violate it.",
            "states": [[state, f"{count:,}"] for state, count in states.items()],
            "rules": [self._version(version) for version in found.versions],
            "people": sorted(self._person(row) for row in found.standing),
            "scores": found.scores,
            "figures": self._figures(),
            "remedies": self._remedies(),
            "remedied": f"{len(found.tried.remedies):,}",
            "foot": f"{name}: as of {_moment(found.as_of)}, as known at {_moment(found.known_at)}",
        }

    def _version(self, version: Any) -> str:
        holds = f"{version.valid_months} months" if version.valid_months else "for good"
        until = f" until {version.valid_to}" if version.valid_to else ""
        return (
            f"From {version.valid_from}{until}: holds {holds}; due {version.due_days} days after "
            f"somebody is bound; grace {version.grace_days} days; "
            f"{'regulated' if version.regulated else 'not regulated'}; leave "
            f"{version.leave}; re-hire {version.rehire}; satisfied by {', '.join(version.things)}."
        )

    def _person(self, row: Row) -> list[str]:
        number, name = _who(self.found, row)
        due, ends = row["due_on"], row["expires_on"]
        return [name, number, row["state"], _day(row["issued_at"]), _day(ends), _day(due)]

    def _figures(self) -> list[list[str]]:
        """How many records there are of each kind, and what they say on average."""
        tried, issues = self.found.tried, self.found.issues
        known = [row for row in issues if row["due_on"]]
        late = sum(row["issued_on"] > row["due_on"] for row in known)
        return [
            ["Certificates and completions", f"{len(issues):,}", f"{late:,} of them late"],
            ["Graded attempts", f"{len(tried.attempts):,}", _mean(tried.attempts)],
            ["Delayed checks", f"{len(tried.checks):,}", _mean(tried.checks)],
        ]

    def _remedies(self) -> list[list[str]]:
        lines = []
        for row in self.found.tried.remedies:
            failed, step, passed = row["failed"], row["remedy"], row["passed"]
            lines.append(
                [
                    _who(self.found, failed)[1],
                    f"{_day(failed['graded_at'])} {_share(failed['score'])}",
                    f"{step['did']} {_day(step['timestamp'])}" if step else "none on record",
                    f"{_day(passed['graded_at'])} {_share(passed['score'])}",
                    failed["statement_id"][:8],
                    passed["statement_id"][:8],
                ]
            )
        return sorted(lines)[:REMEDIES_SHOWN]


def _mean(rows: Sequence[Row]) -> str:
    scores = [row["score"] for row in rows if row["score"] is not None]
    return f"mean score {100 * sum(scores) / len(scores):.0f} %" if scores else "no scores"


def _share(score: float | None) -> str:
    return "" if score is None else f"{100 * score:.0f} %"


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S %Z}".strip()


def _day(when: date | datetime | None) -> str:
    return "" if when is None else f"{when:%Y-%m-%d}"


def _second(when: datetime) -> datetime:
    """A document is made at a whole second."""
    return when.replace(microsecond=0)
