"""The Django application of logins."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Registers the login and grant models, and what writes down who came in."""

    name = "leadline.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leadline.accounts import writing  # noqa: F401  (connects its receivers)
