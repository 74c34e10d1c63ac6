"""Certificates: each issue is a row."""

from facts_world import at, event, row, rows, told


def earned(when, **fields):
    return event(when, "earned", "certificate", object="first-aid", **fields)


def test_a_renewal_is_a_new_row():
    found = rows(
        "certificate",
        [
            earned(at(days=0), expires_at=at(days=365)),
            earned(at(days=360), expires_at=at(days=725), course=None),
        ],
    )
    assert told(found, "certificate", "course", "issued_at", "expires_at") == [
        ("first-aid", None, at(days=360), at(days=725)),
        ("first-aid", "C", at(days=0), at(days=365)),
    ]


def test_issued_twice_at_one_instant_is_one_issue_with_the_last_expiry():
    both = [earned(0, expires_at=at(days=1)), earned(0, expires_at=at(days=2))]
    assert row("certificate", both)["expires_at"] == at(days=2)


def test_without_an_expiry_nothing_is_made_up():
    assert row("certificate", [earned(0)])["expires_at"] is None


def test_earning_something_else_is_no_certificate():
    assert (
        rows("certificate", [event(0, "earned", "course"), event(1, "completed", "certificate")])
        == []
    )
