"""What happens at the door is written into the access log: comings, refusals, changed factors."""

from typing import Any

from allauth.mfa import signals as mfa
from allauth.usersessions import signals as sessions
from django.contrib.auth import signals as auth
from django.dispatch import receiver

from leadline.accounts.viewing import NONE, app


def written(what: str, login: str, outcome: str) -> None:
    """One line of the access log about a login; nobody's records were looked at."""
    app().audit.look(
        login=login, role=NONE, purpose=NONE, what=what, people=(), rows=0, outcome=outcome
    )


@receiver(auth.user_logged_in)
def _came(sender: Any, user: Any, **more: Any) -> None:
    written("sign in", user.login, "let in")


@receiver(auth.user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], **more: Any) -> None:
    written("sign in", str(credentials.get("username", ""))[:150], "refused: wrong password")


@receiver(mfa.authentication_failed)
def _wrong_factor(sender: Any, user: Any, **more: Any) -> None:
    written("sign in", user.login, "refused: wrong second factor")


@receiver(mfa.authenticator_added)
def _added(sender: Any, user: Any, authenticator: Any, **more: Any) -> None:
    written(f"second factor {authenticator.get_type_display()}", user.login, "added")


@receiver(mfa.authenticator_removed)
def _removed(sender: Any, user: Any, authenticator: Any, **more: Any) -> None:
    written(f"second factor {authenticator.get_type_display()}", user.login, "removed")


@receiver(mfa.authenticator_reset)
def _reset(sender: Any, user: Any, authenticator: Any, **more: Any) -> None:
    written(f"second factor {authenticator.get_type_display()}", user.login, "made anew")


@receiver(sessions.session_client_changed)
def _moved(sender: Any, to_session: Any, **more: Any) -> None:
    written("session", to_session.user.login, "went on from another address or browser")
