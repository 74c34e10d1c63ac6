"""Starting Django where there is no web server: commands, the worker, tests."""

import os

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leadline.accounts import SETTINGS_MODULE
from leadline.app import App


def start(*, migrate: bool = True) -> App:
    """Set Django up and bring the tables of logins and sessions up to date; gives the application.

    Safe in several processes at once: one of them migrates, the others wait for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    django.setup()
    from leadline.accounts.viewing import app

    assembled = app()
    database = assembled.database  # makes the home, which Django's own connection cannot
    if migrate and pending():
        with database.exclusive("migrate"):
            make_tables()
    return assembled


def make_tables() -> None:
    """The tables of logins, sessions and locked doors, as this version wants them."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def pending() -> bool:
    """Whether the tables of logins and sessions are missing or out of date."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
