"""From a login to the viewer that the lens knows, and from a request to both."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest

from leadline.accounts.models import Grant, User
from leadline.app import App
from leadline.privacy.viewer import Role, Viewer

GRANT_IN_SESSION = "grant"
NONE = "none"  # role and purpose of a look by a login that has no role


class NoRole(Exception):
    """The login has no role, so there is nothing that it may see."""


def app() -> App:
    """The installation that the pages serve."""
    return cast(App, settings.LEADLINE)


def viewer_of(user: User, grant: int | None = None) -> Viewer:
    """The viewer behind a login: the chosen grant, or the first one given to it.

    A grant of another login counts as none chosen. Raises NoRole, written down, where there is no
    grant."""
    grants = list(user.grants.all())
    if not grants:
        why = f"The login {user.login} has no role; `leadline user add` grants one."
        _turned_away(user, why)
        raise NoRole(why)
    chosen = next((g for g in grants if g.pk == grant), grants[0])
    return Viewer(user.login, Role(chosen.role), chosen.person, chosen.unit or None)


def _turned_away(user: User, why: str) -> None:
    app().audit.look(
        login=user.login,
        role=NONE,
        purpose=NONE,
        what="open",
        people=(),
        rows=0,
        outcome=f"refused: {why}",
    )


def viewer_for(request: HttpRequest) -> Viewer:
    """The viewer of a signed-in request, in the role chosen in this session."""
    return viewer_of(cast(User, request.user), request.session.get(GRANT_IN_SESSION))


def choose(request: HttpRequest, grant: int) -> bool:
    """Look as another of one's own grants from now on; False where the grant is not one's own."""
    user = cast(User, request.user)
    if not Grant.objects.filter(pk=grant, user=user).exists():
        return False
    request.session[GRANT_IN_SESSION] = grant
    return True
