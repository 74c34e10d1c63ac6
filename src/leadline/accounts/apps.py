"""The Django application of logins."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Registers the login and grant models."""

    name = "leadline.accounts"
    default_auto_field = "django.db.models.BigAutoField"
