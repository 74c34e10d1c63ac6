"""Every chart: no inline style, no foreign address, words on its marks, nothing invented."""

import re

import pytest
from django.utils.translation import override

from leadline.web.charts import (
    Cliff,
    Climb,
    Column,
    Dot,
    Figure,
    Group,
    Point,
    Rise,
    Slope,
    Step,
    Stretch,
    Unknown,
    columns,
    dots,
    draw,
    drawing,
    funnel,
    groups,
    slope,
    trend,
    viewers,
    waiting,
)

STRETCHES = tuple(Stretch(5 * i, 5 * i + 5, 100 if i < 40 else 40, 3) for i in range(60))
STEPS = (
    Step("Why it matters", 100, 2, 3, 0.03, href="/programmes/video?video=a&course=b"),
    Step("Requests <from> people & others", 95, 5, 50, 0.56, worst=True),
)
POINTS = (
    Point("Jan", 0.41, 0.36, 0.46, 402),
    Point("Feb", None, None, None, None, "fewer than 10 people"),
)
DOTS = (Dot("Ropes", 0.2, -0.6, 100, "possibly the wrong key"), Dot("Knots", 0.7, 0.5, 100))
CLIMBS = tuple(
    Climb(name, (Rise(0, 0, 0, 0, 80), Rise(28, rate, rate - 0.1, rate + 0.1, 40)))
    for name, rate in (("after", 0.6), ("before", 0.4))
)
SLOPES = (
    Slope("average score", 0.86, 0.61, 0.58, 0.64),
    Slope("passed", 0.9, 0.63, 0.54, 0.72),
)
GROUPS = (
    Group("North", 0.5, 0.4, 0.6, 80),
    Group("South", None, None, None, None, "fewer than 10 people"),
)


def drawn(kind: str) -> Figure:
    words = {"title": "Title <x>", "summary": "What it shows"}
    if kind == "viewers":
        return draw(viewers, STRETCHES, Cliff(195, 205, 60, 3.1), **words)
    if kind == "funnel":
        return draw(funnel, STEPS, **words)
    if kind == "trend":
        return draw(trend, POINTS, unit="share", **words)
    if kind == "groups":
        return draw(groups, GROUPS, unit="share", whole=0.5, **words)
    if kind == "waiting":
        return draw(waiting, CLIMBS, until=180.0, **words)
    if kind == "slope":
        ends, unknown = ("on the day", "day 14 to 28"), Unknown(0.8, 0.1, 0.95)
        return draw(slope, SLOPES, ends=ends, unknown=unknown, **words)
    if kind == "dots":
        return draw(dots, DOTS, weak=0.15, **words)
    return draw(columns, (Column("1 Nov", 9, 1, "1 Nov: 9"),), **words)


@pytest.mark.parametrize(
    "kind", ["viewers", "funnel", "trend", "groups", "columns", "dots", "waiting", "slope"]
)
def test_a_drawing_is_safe_under_the_strict_policy_and_scales(kind: str) -> None:
    figure = drawn(kind)
    for svg in (figure.wide, figure.narrow):
        opening = svg[: svg.index(">")]
        assert "style=" not in svg
        assert "<script" not in svg
        assert "http" not in re.sub(r'xmlns(:xlink)?="[^"]*"', "", svg)
        assert "viewBox" in opening
        assert " width=" not in opening
        assert "<title" in svg
        assert "Title &lt;x&gt;" in svg
        assert "aria-label=" in svg
        assert "var(--" in svg


def test_a_suspect_question_is_named_and_says_what_is_wrong() -> None:
    wide = drawn("dots").wide
    assert ">Ropes<" in wide and ">Knots<" not in wide
    assert "Ropes: 20" in wide and "possibly the wrong key" in wide


def test_both_ends_of_a_slope_are_told_and_stand_apart() -> None:
    wide = drawn("slope").wide
    for said in ("on the day", "day 14 to 28", "average score: 86", "passed: 90"):
        assert said in wide
    at = {n: float(y) for y, n in re.findall(r"translate\([\d.]+,([\d.]+)\)[^>]*>(\d+)", wide)}
    assert at["86"] - at["90"] >= 19
    assert at["61"] - at["63"] >= 19


def test_two_drawings_on_one_page_have_different_ids() -> None:
    figure = drawn("trend")
    ids = re.findall(r' id="([^"]+)"', figure.wide + figure.narrow)
    assert len(ids) == len(set(ids)) == 4


def test_each_stretch_of_the_video_says_who_watches_it_once() -> None:
    labels = re.findall(r'aria-label="(\d+:\d\d to [^"]+)"', drawn("viewers").wide)
    assert len(labels) == 60
    assert labels[0] == "0:00 to 0:05: 100 watching for the first time, 3 again"


def test_the_cliff_is_named_in_the_picture() -> None:
    assert "60 leave between 3:15 and 3:25" in drawn("viewers").wide
    assert "60 leave, 3:15–3:25" in drawn("viewers").narrow


def test_a_link_of_a_mark_stays_within_the_house() -> None:
    assert 'href="/programmes/video?video=a&amp;course=b"' in drawn("funnel").wide


def test_the_worst_module_is_marked_by_a_shape_and_not_by_colour_alone() -> None:
    assert "▼ Requests &lt;from&gt; people &amp; others" in drawn("funnel").wide


def test_those_still_active_are_drawn_apart_from_those_who_left() -> None:
    def spans(svg: str, fill: str) -> float:
        paths = re.findall(rf'd="M([\d.]+),[^"]*?h(-?[\d.]+)[^"]*" fill="var\(--{fill}\)"', svg)
        return sum(abs(float(width)) for _, width in paths)

    svg = drawn("funnel").wide
    assert spans(svg, "accent-soft") == pytest.approx(880 * 7 / 100, rel=0.02)
    assert spans(svg, "red") == pytest.approx(880 * 50 / 100, rel=0.02)


def test_a_withheld_period_stays_visible_and_says_why() -> None:
    assert "Feb: fewer than 10 people" in drawn("trend").wide


def test_a_withheld_group_shows_no_number() -> None:
    svg = drawn("groups").wide
    assert "South: fewer than 10 people" in svg
    assert "South: 0" not in svg


def test_measurements_below_one_are_written_as_they_are() -> None:
    rows = (Group("Ropes", 0.5, 0.0, 1.0, 80),)
    svg = draw(groups, rows, unit="measured", whole=0.0, title="Title", summary="What").wide
    assert re.search(r">\s*0\.\d+\s*<", svg)
    assert not re.search(r">\d+m<", svg)


def test_the_same_values_are_drawn_once_in_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    specified: list[str] = []
    monkeypatch.setattr(
        drawing, "_svg", lambda specification: specified.append(specification) or "<svg>"
    )
    drawing._drawn.cache_clear()
    for language in ("en", "fr", "en"):
        with override(language):
            drawn("trend")
    drawing._drawn.cache_clear()
    assert len(specified) == 4  # wide and narrow, English and French
