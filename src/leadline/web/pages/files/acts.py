"""The steps of bringing in a file: send it, say which column is which, take it in, or let it go."""

from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leadline.directory import TooManyRows
from leadline.privacy.files import Sent, Waiting
from leadline.privacy.lens import Lens
from leadline.sources.columns import ColumnMap
from leadline.sources.records import Unreadable
from leadline.store import Unavailable
from leadline.web import words
from leadline.web.page import action
from leadline.web.pages.files import wording
from leadline.web.pages.files.view import BRINGERS, DONE, REFUSED, files_of

CONSTANT_LETTERS_MAX = 200


@action(sees=BRINGERS)
def send_file(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Keep the file and look at its columns."""
    sent = request.FILES.get("file")
    if sent is None:
        return _no(request, _("No file was chosen."))
    kind, source = request.POST.get("kind", ""), request.POST.get("source", "")
    try:
        waiting = files_of(lens).keep(Sent(kind, source, str(sent.name), sent.chunks()))
    except Unreadable as problem:
        return _no(request, str(problem))
    return redirect(_page(waiting))


@action(sees=BRINGERS)
def try_file(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Read the file as told, and say what it would do."""
    door = files_of(lens)
    waiting = door.waiting(request.POST.get("file", ""))
    via = _told(request, waiting)
    lacking = [
        wording.label(waiting.kind, field)[0]
        for field in waiting.file_kind.required
        if field not in via.columns and field not in via.constants
    ]
    chosen = list(via.columns.values())
    twice = sorted({column for column in chosen if chosen.count(column) > 1})
    if lacking:
        why = _("Say which column holds: %(what)s.") % {"what": ", ".join(lacking)}
        return _no(request, why, waiting)
    if twice:
        why = _("These columns are chosen twice: %(what)s.") % {"what": ", ".join(twice)}
        return _no(request, why, waiting)
    try:
        door.attempt(waiting, via)
    except (Unreadable, TooManyRows) as problem:
        return _no(request, str(problem), waiting)
    return redirect(_page(waiting))


@action(sees=BRINGERS)
def bring_file(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Take the file in as it was tried."""
    door = files_of(lens)
    waiting = door.waiting(request.POST.get("file", ""))
    if waiting.tried is None:
        return _no(request, _("Try it first, and see what it would do."), waiting)
    try:
        done = door.bring(waiting)
    except (Unreadable, TooManyRows, Unavailable) as problem:
        return _no(request, str(problem), waiting)
    request.session[DONE] = {
        "name": waiting.name,
        "source": waiting.source,
        "refused": done.refused,
        "held": done.counts.get("quarantined", 0),
        "counts": [
            f"{words.count(many)} {wording.happened(what, done=True)}"
            for what, many in done.counts.items()
            if many
        ],
    }
    return redirect("files")


@action(sees=BRINGERS)
def drop_file(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Let the file go."""
    door = files_of(lens)
    door.drop(door.waiting(request.POST.get("file", "")))
    return redirect("files")


def _told(request: HttpRequest, waiting: Waiting) -> ColumnMap:
    """The form's choices, as far as they can be meant."""
    columns, constants = {}, {}
    for field in waiting.file_kind.fields:
        column = request.POST.get(f"column-{field.name}", "")
        constant = request.POST.get(f"all-{field.name}", "").strip()[:CONSTANT_LETTERS_MAX]
        if column:
            columns[field.name] = column
        elif field.alike and constant:
            constants[field.name] = constant
    told = {
        "columns": columns,
        "constants": constants,
        "days": request.POST.get("days", waiting.via.days),
        "decimal": request.POST.get("decimal", waiting.via.decimal),
        "encoding": waiting.via.encoding,
    }
    try:
        return msgspec.convert(told, ColumnMap)
    except msgspec.ValidationError:
        return waiting.via


def _page(waiting: Waiting) -> str:
    return f"{reverse('files')}?{urlencode({'file': waiting.key})}"


def _no(request: HttpRequest, why: str, waiting: Waiting | None = None) -> HttpResponse:
    request.session[REFUSED] = why
    return redirect(_page(waiting) if waiting else reverse("files"))
