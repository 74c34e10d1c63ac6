"""Segments that explain a difference (METHODS B4)."""

import numpy as np
import pytest

from leadline.stats.refusal import Refused
from leadline.stats.segments import Cell, attribute, halves, replicates, scan

DIMENSIONS = ("department", "role", "site", "tenure")


def staff(seed, people=1500, effect=0.0, base=0.25):
    """Department 3 at sites 0 and 1 (5 % of people) fails more often by `effect` on the logit."""
    generator = np.random.default_rng(seed)
    levels = np.column_stack([generator.integers(0, k, people) for k in (10, 5, 4, 4)])
    odd = (levels[:, 0] == 3) & (levels[:, 2] < 2)
    chance = 1 / (1 + np.exp(-(np.log(base / (1 - base)) + effect * odd)))
    failed = generator.random(people) < chance
    cells, place = np.unique(levels, axis=0, return_inverse=True)
    n = np.bincount(place.reshape(-1))
    x = np.bincount(place.reshape(-1), weights=failed)
    return [Cell(tuple(map(str, c)), int(a), int(b)) for c, a, b in zip(cells, x, n, strict=True)]


def test_the_planted_segment_is_named_and_its_twin_finds_nothing():
    found = scan(DIMENSIONS, staff(1, people=5000, effect=1.5))
    assert ("department", "3") in found.segments[0].levels
    assert found.segments[0].excess.low > 0
    assert not found.segments[0].adjusted.proxy
    assert found.tests > 180
    assert scan(DIMENSIONS, staff(1, people=5000)).segments == ()


def test_a_finding_must_hold_in_the_other_half():
    one, other = halves(staff(2, people=6000, effect=1.5), seed=1)
    assert sum(cell.n for cell in one) + sum(cell.n for cell in other) == 6000
    levels = scan(DIMENSIONS, one).segments[0].levels
    assert replicates(DIMENSIONS, other, levels).p_value < 0.001
    _, clean = halves(staff(2, people=6000), seed=1)
    assert replicates(DIMENSIONS, clean, levels).p_value > 0.01
    assert replicates(DIMENSIONS, other, (("department", "elsewhere"),)) is None


def test_a_proxy_is_unmasked():
    # All trouble is in the night shift; South works mostly at night, and no worse than North.
    cells = [
        Cell(("north", "day"), 30, 300),
        Cell(("north", "night"), 50, 100),
        Cell(("south", "day"), 10, 100),
        Cell(("south", "night"), 150, 300),
    ]
    found = {segment.levels: segment for segment in scan(("site", "shift"), cells).segments}
    south = found[(("site", "south"),)]
    assert south.adjusted.proxy
    assert [name for name, _ in south.confounded] == ["shift"]
    assert not found[(("shift", "night"),)].adjusted.proxy


def test_the_same_people_under_two_names_are_one_finding():
    cells = [Cell(("sales", "berlin"), 60, 100), Cell(("support", "essen"), 20, 200)]
    found = scan(("department", "city"), cells)
    assert [segment.levels for segment in found.segments] == [(("department", "sales"),)]


def test_what_cannot_be_searched_is_refused():
    assert scan(("site",), [Cell(("north",), 3, 12)]).gate == "low_n"
    assert (
        scan(("site",), [Cell(("north",), 0, 90), Cell(("south",), 0, 90)]).gate == "not_identified"
    )
    assert isinstance(scan(("site",), [Cell(("north",), 5, 100)]), Refused)


def test_adtributor_on_the_example_of_its_paper():
    found = attribute(
        {
            "data center": {"X": (94, 47), "Y": (6, 3)},
            "advertiser": {"A1": (50, 24), "A2": (20, 21), "A3": (20, 4), "A4": (10, 1)},
            "device": {"PC": (50, 49), "Mobile": (25, 1), "Tablet": (25, 0)},
        }
    )
    assert found[0].dimension == "device"
    assert set(found[0].levels) == {"Tablet", "Mobile"}
    assert found[0].power == pytest.approx(0.98)
    assert [round(each.surprise, 4) for each in found] == [0.1446, 0.0279, 0.0]
