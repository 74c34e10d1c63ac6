"""What a credential may do and how it stands, in words."""

from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadline.store import DEFAULT_TENANT, Credential, Scope
from leadline.web import words
from leadline.web.tables import Cell

ENDS_SOON = timedelta(days=14)
MEANINGS: dict[Scope, str | Promise] = {
    Scope.WRITE: gettext_lazy("send statements"),
    Scope.READ_MINE: gettext_lazy("read its own statements"),
    Scope.READ: gettext_lazy("read all statements"),
    Scope.STATE: gettext_lazy("keep the state of its activities"),
    Scope.DEFINE: gettext_lazy("define activities"),
    Scope.PROFILE: gettext_lazy("keep profiles"),
    Scope.ALL_READ: gettext_lazy("read everything"),
    Scope.ALL: gettext_lazy("do everything in the record store"),
    Scope.CMI5: gettext_lazy("add and launch courses"),
}


def may(credential: Credential) -> str:
    """Everything it may do, in one sentence part."""
    *first, last = (str(MEANINGS[scope]) for scope in Scope if scope in credential.scopes)
    return (
        _("%(these)s and %(last)s") % {"these": ", ".join(first), "last": last} if first else last
    )


def courses_of(credential: Credential) -> str:
    """Whose courses it sees, where they are another tenant's than the installation's own."""
    if credential.tenant == DEFAULT_TENANT:
        return ""
    return _("courses of %(tenant)s only") % {"tenant": credential.tenant}


def state(credential: Credential, now: datetime) -> Cell:
    """Whether it opens anything, until when, and whether an old secret does too."""
    ends = credential.expires_at
    match credential.standing(now):
        case "revoked":
            return Cell(_("revoked"), state="unknown", under=words.instant(credential.revoked_at))
        case "expired":
            return Cell(_("expired"), state="action", under=words.instant(ends))
    notes = []
    if ends is not None:
        notes.append(_("until %(when)s") % {"when": words.instant(ends)})
    if overlaps(credential, now):
        when = words.instant(credential.old_until)
        notes.append(_("the old secret until %(when)s") % {"when": when})
    soon = ends is not None and ends - now < ENDS_SOON
    text = _("ends soon") if soon else _("live")
    return Cell(text, state="soon" if soon else "done", under="; ".join(notes))


def overlaps(credential: Credential, now: datetime) -> bool:
    """Whether the secret before the last rotation still opens."""
    return credential.old_until is not None and now < credential.old_until
