"""Figures as they stood on a day, frozen with all that made them: nothing that comes later moves
them.

Baselines, decisions and reviews keep their evidence so. What was released is kept, suppressed as it
was; a frozen value is named by the SHA-256 of its content, which the access log holds as well."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

import msgspec

from leadline.facts import Sensitivity
from leadline.metrics import Gate, Result, catalogue
from leadline.privacy.answer import Answer
from leadline.privacy.collectives import COLLECTIVE
from leadline.privacy.cut import may_ask
from leadline.privacy.lens import Lens
from leadline.privacy.pictures import COMPETENCY, IMPACT
from leadline.privacy.policy import Rows, sees_as_much
from leadline.privacy.viewer import Role
from leadline.store import Audit, Database

AREA = "frozen"
SCHEMA = (
    """
    CREATE TABLE frozen (
        digest TEXT PRIMARY KEY, subject TEXT NOT NULL, number INTEGER NOT NULL,
        content TEXT NOT NULL);
    CREATE UNIQUE INDEX frozen_of ON frozen (subject, number)
    """,
)
FIGURES_MAX = 200
# What figures that are no metric are made of: who may not count that is not shown them.
SHAPES = {
    **{"impact": IMPACT, "competency": COMPETENCY},
    "contracts": COLLECTIVE,
    "lasting": frozenset({Sensitivity.ASSESSMENT}),
    **dict.fromkeys(("funnel", "video_curve", "items"), frozenset({Sensitivity.ACTIVITY})),
}
FACTS = {"funnel": "reach", "video_curve": "watch", "items": "response"}


class Altered(Exception):
    """What is stored is not what was frozen."""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number as it was shown, or why there was none.

    metric: its name, or a key of SHAPES; definition: the version it was computed by; asked: the
    question's filters, period and choices in words, as Result.population_filter has them; group:
    the value of each slice; unit, gate, note, n and the interval: as in metrics.Result."""

    metric: str
    definition: int
    unit: str
    asked: Mapping[str, str] = {}
    group: Mapping[str, str | None] = {}
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    method: str | None = None
    gate: Gate = Gate.OK
    note: str | None = None


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """Figures, and what a reader needs to make them again or to doubt them.

    subject: what they are evidence of, such as `baseline/onboarding` or `decision/7`; question: in
    words; sentences: what was said of them; as_of: the instant asked as of; frozen_at: when they
    were frozen; commit, mark: number of the lake's commit and how far in the log it went;
    watermark: all sources were heard up to here; definitions: fingerprint of the facts; login,
    role, unit: who froze them and whom that covers; smallest: groups of fewer were withheld."""

    subject: str
    question: str
    figures: tuple[Figure, ...]
    sentences: tuple[str, ...] = ()
    as_of: datetime
    frozen_at: datetime
    commit: int
    mark: int
    watermark: datetime | None
    definitions: str
    login: str
    role: str
    unit: str | None
    smallest: int

    @property
    def digest(self) -> str:
        """SHA-256 of the content, in hex: the name of exactly these figures."""
        return sha256(_encoded(self)).hexdigest()


def figure(result: Result) -> Figure:
    """A metric's result as a figure."""
    return Figure(
        metric=result.metric_id,
        definition=result.definition_version,
        unit=result.unit,
        asked=dict(result.population_filter),
        group=dict(result.group),
        estimate=result.estimate,
        low=result.ci_low,
        high=result.ci_high,
        n=result.n,
        method=result.ci_method,
        gate=result.gate,
        note=result.note,
    )


def figures(answers: Iterable[Answer]) -> tuple[Figure, ...]:
    """Every result of some answers."""
    return tuple(figure(result) for answer in answers for result in answer.results)


def freeze(
    lens: Lens,
    subject: str,
    question: str,
    shown: Iterable[Figure],
    sentences: Iterable[str] = (),
) -> Frozen:
    """What the lens has just shown, with what it was made of. ValueError: nothing, or too much."""
    kept = tuple(shown)
    if not 0 < len(kept) + len(tuple(sentences)) <= FIGURES_MAX:
        raise ValueError(f"{subject}: 1 to {FIGURES_MAX} figures can be frozen, not {len(kept)}.")
    commit = lens.commit
    return Frozen(
        subject=subject,
        question=question,
        figures=kept,
        sentences=tuple(sentences),
        as_of=lens.now,
        frozen_at=datetime.now(UTC),
        commit=commit.number,
        mark=commit.mark,
        watermark=commit.watermark,
        definitions=commit.definitions,
        login=lens.viewer.login,
        role=lens.viewer.role.value,
        unit=lens.viewer.unit,
        smallest=lens.smallest,
    )


class House(Protocol):
    """The parts of the application that frozen figures are kept in."""

    @property
    def database(self) -> Database: ...
    @property
    def audit(self) -> Audit: ...


class Archive:
    """The frozen figures. They are added and read, never changed or taken out."""

    def __init__(self, house: House) -> None:
        self._house = house
        house.database.evolve(AREA, SCHEMA)

    def keep(self, lens: Lens, frozen: Frozen) -> str:
        """Keep them for good; gives their digest. The same content is kept once.

        The figures and their line in the access log are one transaction."""
        digest, database = frozen.digest, self._house.database
        with database.transaction() as tx, lens.looking(f"freeze {frozen.subject}") as look:
            tx.take_turn(AREA)
            look.shown, look.filters = len(frozen.figures), {"sha256": digest}
            sql = "SELECT COALESCE(MAX(number), 0) FROM frozen WHERE subject = ?"
            number = int(tx.execute(sql, (frozen.subject,))[0][0]) + 1
            row = (digest, frozen.subject, number, _encoded(frozen).decode())
            columns = ("digest", "subject", "number", "content")
            tx.insert("frozen", columns, [row], "ON CONFLICT DO NOTHING")
        return digest

    def of(self, lens: Lens, subject: str) -> list[Frozen]:
        """What was frozen of a subject, newest first, as far as the viewer may see it: those whose
        scope the viewer covers, without figures that are closed to the role. Raises Altered."""
        sql = "SELECT digest, content FROM frozen WHERE subject = ? ORDER BY number DESC"
        with lens.looking(f"frozen figures of {subject}") as look:
            rows = self._house.database.execute(sql, (subject,))
            found = [_opened(digest, content) for digest, content in rows]
            shown = [_open_to(lens, frozen) for frozen in found if _covers(lens, frozen)]
            look.shown = sum(len(each.figures) for each in shown)
        return shown

    def named(self, lens: Lens, digest: str) -> Frozen | None:
        """Exactly these figures; None where there are none such, or none for this viewer."""
        sql = "SELECT subject FROM frozen WHERE digest = ?"
        for (subject,) in self._house.database.execute(sql, (digest,)):
            with lens.looking(f"frozen figures of {subject}", sha256=digest) as look:
                frozen = self._get(digest)
                if _covers(lens, frozen):
                    shown = _open_to(lens, frozen)
                    look.shown = len(shown.figures)
                    return shown
        return None

    def altered(self) -> list[str]:
        """Digests whose stored content is not what was frozen; for `leadline doctor`."""
        rows = self._house.database.execute("SELECT digest, content FROM frozen ORDER BY digest")
        return [digest for digest, content in rows if _digest(content) != digest]

    def _get(self, digest: str) -> Frozen:
        sql = "SELECT content FROM frozen WHERE digest = ?"
        ((content,),) = self._house.database.execute(sql, (digest,))
        return _opened(digest, content)


def _encoded(frozen: Frozen) -> bytes:
    return msgspec.json.encode(frozen, order="sorted")


def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def _opened(digest: str, content: str) -> Frozen:
    if _digest(content) != digest:
        raise Altered(f"The frozen figures {digest} were changed; take them from a backup.")
    return msgspec.json.decode(content, type=Frozen)


def _covers(lens: Lens, frozen: Frozen) -> bool:
    """Whether whom the figures are about is within whom the viewer covers."""
    if lens.rules.rows is not Rows.EVERYONE:
        return False
    mine = lens.viewer.unit
    return mine is None or f"{frozen.unit}/".startswith(f"{mine}/")


def _open_to(lens: Lens, frozen: Frozen) -> Frozen:
    """Sentences may tell what figures that are closed to the role say, and more that was open to
    who froze them: for whoever may see less, they go as well."""
    shown = tuple(_safe(lens, each) for each in frozen.figures if _may_see(lens, each))
    whole = shown == frozen.figures and _may_read(lens, frozen)
    sentences = frozen.sentences if whole else ()
    return msgspec.structs.replace(frozen, figures=shown, sentences=sentences)


def _may_read(lens: Lens, frozen: Frozen) -> bool:
    mine = (lens.viewer.role.value, lens.viewer.unit)
    return mine == (frozen.role, frozen.unit) or sees_as_much(lens.viewer, Role(frozen.role))


def _may_see(lens: Lens, each: Figure) -> bool:
    if each.metric in SHAPES:
        shut = FACTS.get(each.metric) in lens.rules.closed
        return lens.rules.columns >= SHAPES[each.metric] and not shut
    return each.metric in catalogue() and may_ask(lens.viewer.role, each.metric)


def _safe(lens: Lens, each: Figure) -> Figure:
    """The minimum group may have been raised since."""
    if each.n is None or each.n >= lens.smallest:
        return each
    note = f"fewer than {lens.smallest} people"
    bare = {"estimate": None, "low": None, "high": None, "n": None, "method": None}
    return msgspec.structs.replace(each, gate=Gate.SUPPRESSED, note=note, **bare)
