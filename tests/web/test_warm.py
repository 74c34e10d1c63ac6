"""A server makes itself ready for the first page without looking at anybody."""

import sys

from leadline.web.charts import drawing
from leadline.web.warm import warm
from story.world import World


def test_warming_loads_what_a_page_needs_and_looks_at_nobody(house: World) -> None:
    drawing._drawn.cache_clear()
    looks = house.app.audit.head()
    warm()
    assert drawing._drawn.cache_info().currsize == 2  # wide and narrow
    assert {"leadline.web.pages.course.view", "vl_convert", "altair"} <= set(sys.modules)
    assert house.app.audit.head() == looks
