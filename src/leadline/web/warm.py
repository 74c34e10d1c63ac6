"""What the first page of a server would otherwise load and wait for."""

from importlib import import_module

from django.conf import settings

from leadline.accounts.viewing import app
from leadline.web.charts import Column, columns, draw


def warm() -> None:
    """Load the pages, draw a chart and open the lake, none of which anybody sees."""
    import_module(settings.ROOT_URLCONF)
    draw(columns, (Column("", 1, 0, ""),), title="", summary="")
    app().lake.connect().table("event").limit(1).to_pyarrow()
