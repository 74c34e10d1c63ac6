"""Draw: who was assigned by lot, as it was first taken in."""

from facts_world import at, event, rows


def drawn(when, **more):
    return event(when, "drawn", "trial", object="coaching", **more)


def test_the_first_draw_that_was_taken_in_stands():
    later = drawn(50, success=False, seq=2, stored=at(days=2))
    first = drawn(
        90, success=True, seq=1, stored=at(days=1), offers="C", chance=0.5, cluster="North"
    )
    (row,) = rows("draw", [later, first])
    assert (row["offered"], row["course"], row["chance"], row["cluster"]) == (
        True,
        "C",
        0.5,
        "North",
    )
    assert (row["at"], row["stored_at"]) == (at(90), at(days=1))


def test_a_draw_into_no_arm_is_none_and_opens_no_course():
    assert rows("draw", [drawn(50)]) == []
    assert rows("cycle", [drawn(50, success=True, offers="C", course=None)]) == []
    assert rows("session", [drawn(50, success=True, course=None)]) == []
