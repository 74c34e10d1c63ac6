"""The Django application of the pages."""

from django.apps import AppConfig


class Web(AppConfig):
    """Registers the start-up check that every address says who may see it."""

    name = "leadline.web"

    def ready(self) -> None:
        from leadline.web import declared  # noqa: F401  (registers on import)
