"""Bringing in a file: sent, its columns told apart, tried, taken in; each step is seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.privacy.files import FILE_BYTES_MAX, NEEDED, Files, Waiting
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Place
from leadline.privacy.refusals import NotThere
from leadline.privacy.viewer import Role
from leadline.sources.bringing import Tried
from leadline.sources.columns import ColumnMap, Days, column_name
from leadline.sources.file_kinds import Field, Sight
from leadline.web import words
from leadline.web.anatomy import Body, Companion, Crumb, Foot
from leadline.web.page import page
from leadline.web.pages.files import wording
from leadline.web.places import doing
from leadline.web.tables import Cell, Head, Table, asked, cut

DONE, REFUSED = "file-done", "file-refused"  # said once, from the session
BRINGERS: frozenset[Role] = frozenset().union(*map(doing, NEEDED.values()))
EXAMPLE_LETTERS_MAX = 24
Option = tuple[str, str, bool]  # value, words, whether it is chosen


@dataclass(frozen=True)
class Asking:
    """One column of ours and what it may be read from. constant: what every row says instead; None:
    that cannot be, or a column was chosen."""

    name: str
    label: str
    meaning: str
    required: bool
    options: list[Option]
    constant: str | None


@dataclass(frozen=True, kw_only=True)
class FilesPage(Body):
    """Where a file is: not sent (`waiting` None), not tried (`tried` None), or tried."""

    kinds: list[tuple[str, str, str]]
    most_mib: int
    waiting: Waiting | None
    columns: int
    first: list[Asking]
    more: list[Asking]
    days: list[Option]
    decimals: list[Option]
    tried: Tried | None
    done: dict[str, object] | None
    refused: str


def files_of(lens: Lens) -> Files:
    """Files as the lens's viewer may bring them in."""
    return Files(app(), lens)


@page(place=Place.DATA, sees=BRINGERS)
def files(request: HttpRequest, lens: Lens) -> FilesPage:
    """What does this file say, and shall it be taken in?"""
    door = files_of(lens)
    waiting = _waiting(door, request.GET.get("file", ""))
    sight = door.sight(waiting) if waiting else None
    tried = waiting.tried if waiting else None
    asking = list(_asking(waiting, sight)) if waiting and sight else []
    first = {field.name for field in waiting.file_kind.fields if field.first} if waiting else set()
    via = waiting.via if waiting else ColumnMap()
    known = [(kind, wording.KINDS[kind]) for kind in door.kinds]
    return FilesPage(
        crumbs=(Crumb(_("Data & trust"), reverse("trust")), Crumb(_("Bring in a file"))),
        companions=tuple(_counts(tried)) if tried else (),
        twin=_bad(request, tried) if tried and tried.bad else None,
        twin_open=True,
        foot=Foot(
            (
                _("Nothing is taken in before it was tried; a file may be brought in again."),
                _("a file that is not taken in is deleted after a day"),
            )
        ),
        kinds=[(kind, str(name), str(what)) for kind, (name, what) in known],
        most_mib=FILE_BYTES_MAX >> 20,
        waiting=waiting,
        columns=len(sight.header) if sight else 0,
        first=[each for each in asking if each.name in first],
        more=[each for each in asking if each.name not in first],
        days=[(each, each, each == via.days) for each in get_args(Days)],
        decimals=[(".", "1234.5", via.decimal == "."), (",", "1234,5", via.decimal == ",")],
        tried=tried,
        done=request.session.pop(DONE, None),
        refused=request.session.pop(REFUSED, ""),
    )


def _waiting(door: Files, key: str) -> Waiting | None:
    """A file that is gone leads back to the first step."""
    try:
        return door.waiting(key) if key else None
    except NotThere:
        return None


def _asking(waiting: Waiting, sight: Sight) -> Iterator[Asking]:
    kind = waiting.file_kind
    for field in kind.fields:
        label, meaning = wording.label(kind.name, field.name)
        yield Asking(
            name=field.name,
            label=label,
            meaning=meaning,
            required=field.name in kind.required,
            options=[*_options(field, waiting.via, sight)],
            constant=None
            if not field.alike or field.name in waiting.via.columns
            else waiting.via.constants.get(field.name, ""),
        )


def _options(field: Field, via: ColumnMap, sight: Sight) -> Iterator[Option]:
    chosen = via.columns.get(field.name, "")
    yield "", _("not in this file"), not chosen
    for written in sight.header:
        name = column_name(written)
        if name:
            example = next(iter(sight.cells(name)), "")[:EXAMPLE_LETTERS_MAX]
            said = _("%(column)s, as in “%(example)s”") if example else "%(column)s"
            yield name, said % {"column": written, "example": example}, name == chosen


def _counts(tried: Tried) -> Iterator[Companion]:
    yield Companion(_("Rows that can be read"), words.count(tried.good))
    yield Companion(_("Rows that cannot"), words.count(tried.refused))
    happening = [(what, many) for what, many in tried.counts.items() if many]
    if happening:
        what, many = max(happening, key=lambda pair: pair[1])
        rest = ", ".join(
            f"{words.count(n)} {wording.happened(w, done=False)}" for w, n in happening if w != what
        )
        yield Companion(wording.happened(what, done=False).capitalize(), words.count(many), rest)


def _bad(request: HttpRequest, tried: Tried) -> Table:
    wanted = asked(request, ())
    rows: Sequence[tuple[Cell, ...]] = [
        (
            Cell(_("line %(n)s") % {"n": each.origin.rpartition(":")[2]}),
            Cell(each.field),
            Cell(words.sentence(each.reason)),
            Cell(each.remedy),
        )
        for each in cut(tried.bad, wanted)
    ]
    heads = (Head(_("Where")), Head(_("Column")), Head(_("What is wrong")), Head(_("What to do")))
    return Table(_("Rows that cannot be taken in"), heads, rows, wanted, len(tried.bad))
