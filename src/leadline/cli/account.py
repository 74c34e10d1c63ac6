"""Who types: commands need no role, but what they show or change is written down with a name."""

import getpass
import os

ROLE = "command line"


def account() -> str:
    """Who runs this command; in a container nobody may have given the number a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
