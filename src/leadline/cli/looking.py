"""How a command looks: through the lens of a login, as the pages do."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from leadline.privacy.viewer import Purpose

if TYPE_CHECKING:  # `leadline --help` imports the commands: nothing that takes long
    from leadline.app import App
    from leadline.privacy.lens import Lens


def lens_of(login: str, purpose: str | None = None, now: datetime | None = None) -> "Lens":
    """What a login is shown; click's UsageError where there is none, or it has no role."""
    from leadline.accounts.start import start

    app: App = start()
    from leadline.accounts.models import User
    from leadline.accounts.viewing import NoRole, viewer_of
    from leadline.privacy.lens import Lens

    user = User.objects.filter(login=login, is_active=True).first()
    if user is None:
        raise click.UsageError(f"There is no login {login!r}; `leadline user list` shows them.")
    try:
        return Lens(app, viewer_of(user), Purpose(purpose) if purpose else None, now)
    except NoRole as problem:
        raise click.UsageError(str(problem)) from problem
