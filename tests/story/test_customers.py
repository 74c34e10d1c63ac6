"""Customers without an HR record: what training changed at accounts, quarter by quarter."""

from datetime import date

import pytest

from leadline.privacy.refusals import Forbidden
from leadline.privacy.viewer import Role, Viewer
from leadline.sources.customers_csv import bring_in, read_customers
from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile
from leadline.stats.claims import NOT_ESTABLISHED
from leadline.stats.intervals import Interval
from leadline.stats.refusal import Refused
from story.customers_world import QUARTERS, completes, customers, outcomes, tickets
from story.world import World, iri

SETUP = iri("course/setup")


def told(world, outcome_name="support-tickets"):
    lens = world.lens(Role.TRAINING_LEAD)
    (outcome,) = [o for o in lens.shared("account") if o.outcome.endswith(outcome_name)]
    return lens.collectives(outcome)


@pytest.mark.mission("S053")
def test_training_that_saves_four_tickets_in_ten_is_found_per_account_and_quarter(tmp_path):
    world = World(tmp_path)
    tickets(world, tmp_path, left=0.6)
    found = told(world)[SETUP]
    assert (found.trained.groups, found.others.groups) == (60, 60)
    assert [line.quarter for line in found.lines] == [
        f"{q.year} Q{q.month // 3 + 1}" for q in QUARTERS
    ]
    assert found.outcome.counted
    assert found.adjusted.low < 0.6 < found.adjusted.high < 0.75
    assert found.controlled and found.seen
    assert found.effect.low < -12 < found.effect.high < 0  # four tenths of 30 on average
    assert found.claim.level == 4
    assert found.claim.wording == "has an estimated effect on"
    assert found.verdict in ("improved", "improved, size uncertain")
    world.close()


@pytest.mark.mission("S053")
def test_beside_training_that_changes_nothing_nothing_is_claimed(tmp_path):
    world = World(tmp_path)
    tickets(world, tmp_path, left=1.0, seed=5)
    found = told(world)[SETUP]
    assert found.adjusted.low < 1 < found.adjusted.high
    assert not found.seen
    assert found.claim.wording == NOT_ESTABLISHED
    assert found.detectable is not None and found.detectable > 0
    world.close()


def test_too_few_accounts_are_refused_with_a_reason_and_fewer_still_are_not_shown(tmp_path):
    world = World(tmp_path)
    customers(world, tmp_path, 40)
    outcomes(
        world,
        tmp_path,
        [
            f"Support tickets,{q.year}-{q.month + 2:02d}-28,{10 + n % 3},1,tickets,down,a{n}"
            for q in QUARTERS
            for n in range(40)
        ],
    )
    for account in range(12):
        completes(world, account, "course/setup", date(2024, 8, 1))
    for account in range(9):
        completes(world, account, "course/rare", date(2024, 8, 1))
    found = told(world)
    assert set(found) == {SETUP}
    assert isinstance(found[SETUP].headline, Refused)
    assert found[SETUP].headline.reason.startswith("12 have a quarter after somebody completed it")
    assert "20 of each are needed" in found[SETUP].headline.reason
    assert found[SETUP].claim is None
    world.close()


@pytest.mark.mission("S015")
def test_customers_are_analysed_without_any_hr_record(tmp_path):
    world = World(tmp_path)
    customers(world, tmp_path, 24)
    people = {"big": 24, "mid": 22}
    crm = tmp_path / "big.csv"
    crm.write_text(
        "account,name,started_on,contact_email\n"
        + "".join(
            f"{each},{each.title()} Customer,2023-01-01,c{n}@{each}.example\n"
            for each, many in people.items()
            for n in range(many)
        )
    )
    assert not bring_in(read_customers(crm), world.app.directory, world.app.customers).errors
    for each, many in people.items():
        for number in range(many):
            actor = {"mbox": f"mailto:c{number}@{each}.example"}
            world.says("", "assigned", "course/setup", at="2026-02-01", actor=actor)
            if number < 9:
                world.says("", "completed", "course/setup", at="2026-02-05", actor=actor)
    for account in range(24):
        if account % 3:
            completes(world, account, "course/setup", date(2026, 2, 1))
        else:
            for each in range(2):
                mailbox = {"mbox": f"mailto:c{account}-{each}@customer.example"}
                world.says("", "assigned", "course/setup", at="2026-02-01", actor=mailbox)
    lens = world.lens(Role.TRAINING_LEAD)
    whole = lens.measure("completion_rate").result
    assert (whole.n, lens.measure("completion_rate").coverage) == (94, 1.0)
    by_account = lens.measure("completion_rate", by=("account",)).results
    shown = {each.group["account"]: each for each in by_account if each.gate != "suppressed"}
    assert set(shown) == {"big"}
    assert (shown["big"].n, round(shown["big"].estimate * 24)) == (24, 9)
    assert len(by_account) == 26
    alone = lens.measure("completion_rate", where={"account": "big"}).result
    assert (alone.n, alone.estimate) == (24, shown["big"].estimate)
    for hidden in ("a1", "mid"):  # two people; and twenty-two, lest the others be worked out
        small = lens.measure("completion_rate", where={"account": hidden}).result
        assert (small.gate, small.estimate) == ("suppressed", None)
    assert lens.account_names(["big", "a1"]) == {"big": "Big Customer", "a1": "Customer 1"}
    world.close()


def test_who_may_not_tell_customers_apart_gets_none_of_it(tmp_path):
    world = World(tmp_path)
    ana = world.person("ana", unit="Org/North")
    customers(world, tmp_path, 24)
    completes(world, 1, "course/setup", date(2026, 2, 1))
    for viewer in (
        Viewer("hr", Role.HR_MANAGER),
        Viewer("dov", Role.COMPLIANCE_OFFICER),
        Viewer("ana", Role.DEPARTMENT_MANAGER, ana),
        Viewer("lead", Role.TRAINING_LEAD, None, "Org/North"),
    ):
        lens = world.lens(viewer)
        if viewer.unit is None:
            with pytest.raises(Forbidden):
                lens.measure("completion_rate", by=("account",))
            with pytest.raises(Forbidden):
                lens.account_names(["a1"])
        with pytest.raises(Forbidden):
            lens.shared("account")
        with pytest.raises(Forbidden):
            lens.contracts()
    for viewer in (
        Viewer("ana", Role.DEPARTMENT_MANAGER, ana),
        Viewer("l", Role.TRAINING_LEAD, None, "Org"),
    ):
        assert world.lens(viewer).measure("completion_rate").result.n in (0, None)
    world.close()


def stays(world, folder, lost):
    """120 accounts, those with an even pair trained early in 2025; `lost` leave before the end."""
    ended = {n: "2025-09-01" for n in range(120) if lost(n)}
    customers(world, folder, 120, ended)
    for account in range(120):
        if account // 2 % 2:
            completes(world, account, "course/setup", date(2025, 2, 3))


@pytest.mark.mission("S060")
def test_customers_who_were_trained_stay_and_small_groups_are_not_told(tmp_path):
    world = World(tmp_path)
    stays(world, tmp_path, lambda n: (not n // 2 % 2 and n % 5 < 2) or n == 2)
    for account in range(9):
        completes(world, account, "course/rare", date(2025, 2, 3))
    kept = world.lens(Role.TRAINING_LEAD).contracts()
    assert set(kept) == {SETUP}
    found = kept[SETUP]
    assert (found.on, found.days) == (date(2025, 2, 10), 365)
    assert (found.trained.accounts, found.trained.kept) == (60, 59)
    assert (found.others.accounts, found.others.kept) == (60, 36)
    assert found.adjusted.low < 23 / 60 < found.adjusted.high
    assert found.seen and found.claim.wording == "is associated with, after adjustment,"
    world.close()


@pytest.mark.mission("S060")
def test_where_as_many_leave_nothing_is_claimed_and_the_difference_that_would_show_is_told(
    tmp_path,
):
    world = World(tmp_path)
    stays(world, tmp_path, lambda n: n % 5 < 2)
    found = world.lens(Role.TRAINING_LEAD).contracts()[SETUP]
    assert isinstance(found.headline, Interval) and not found.seen
    assert found.claim.wording == NOT_ESTABLISHED
    assert found.too_little and found.detectable > 0.1
    world.close()


@pytest.mark.mission("S050")
def test_scores_ratings_close_rates_and_tickets_belong_to_people_teams_or_accounts(tmp_path):
    world = World(tmp_path)
    world.people("ben", 12, unit="Org/North")
    world.people("cleo", 12, unit="Org/South")
    customers(world, tmp_path, 12)
    lines = [f"Audit score,2026-03-31,{80 + n},points,up,,ben{n},," for n in range(1, 13)]
    lines += [f"CSAT,2026-03-31,{n % 5 + 1},stars,up,,,,a{n}" for n in range(12)]
    lines += [f"Close rate,2026-03-31,{30 + n},%,up,,ben{n},," for n in range(1, 13)]
    lines += [f"Tickets,2026-03-31,{n},tickets,down,3,,,a{n}" for n in range(12)]
    lines += ["Violations,2026-03-31,3,violations,down,3,,Org/North,"]
    lines += [
        "Tickets,2026-03-31,4,tickets,down,0,,,a1",
        "Tickets,2026-03-31,4,tickets,down,,ben1,,a1",
    ]
    path = tmp_path / "all.csv"
    path.write_text(
        "outcome,date,value,measure,better,exposure,person_id,unit,account\n" + "\n".join(lines)
    )
    *_, taken = Intake(world.app.log).take(OutcomeFile(path), "files")
    assert (taken.accepted, taken.quarantined) == (len(lines) - 2, 2)
    held = {record.field for record in world.app.quarantine.list()}
    assert held == {"exposure", "person_id"}
    world._fresh = False
    lens = world.lens(Role.TRAINING_LEAD)
    of_people = {
        o.outcome.rpartition(":")[2]: (o.measure, o.better, o.people) for o in lens.outcomes()
    }
    assert of_people == {"audit-score": ("points", "up", 12), "close-rate": ("%", "up", 12)}
    of_accounts = {
        o.outcome.rpartition(":")[2]: (o.measure, o.counted, o.groups)
        for o in lens.shared("account")
    }
    assert of_accounts == {"csat": ("stars", False, 12), "tickets": ("tickets", True, 12)}
    assert lens.shared("unit") == []  # one unit alone is too few to be told of
    stored = world.app.lake.connect().table("measurement").to_pyarrow().to_pylist()
    (unit,) = [row for row in stored if row["kind"] == "unit"]
    assert (unit["of"], unit["value"], unit["exposure"], str(unit["at"].date())) == (
        "Org/North", 3.0, 3.0, "2026-03-31",
    )  # fmt: skip
    world.close()


def test_what_is_measured_of_units_goes_the_same_way(tmp_path):
    """Forty teams of three; every other one is trained, and has half the violations after it."""
    world = World(tmp_path)
    lines = []
    for team in range(40):
        logins = world.people(f"t{team}x", 3, unit=f"Org/Team {team}/Shift")
        if team % 2:
            world.says(logins[0], "completed", "course/safe", at="2024-11-15 09:00")
        for number, q in enumerate(QUARTERS):
            many = 8 if team % 2 and number > 3 else 16
            many += (team * 7 + number * 3) % 5 - 2
            lines.append(
                f"Violations,{q.year}-{q.month + 2:02d}-28,{many},1,a quarter,down,,Org/Team {team}"
            )
    path = tmp_path / "violations.csv"
    path.write_text("outcome,date,value,exposure,measure,better,account,unit\n" + "\n".join(lines))
    *_, taken = Intake(world.app.log).take(OutcomeFile(path), "safety")
    assert taken.accepted == len(lines)
    world._fresh = False
    lens = world.lens(Role.HR_MANAGER)
    (outcome,) = lens.shared("unit")
    found = lens.collectives(outcome)[iri("course/safe")]
    assert (found.trained.groups, found.others.groups) == (20, 20)
    assert found.adjusted.low < 0.5 < found.adjusted.high
    assert found.effect.low < -8 < found.effect.high
    world.close()


def values(world):
    return [
        row["value"]
        for row in world.app.lake.connect().table("measurement").to_pyarrow().to_pylist()
    ]


def test_a_measurement_taken_back_is_gone_and_a_later_word_corrects(tmp_path):
    world = World(tmp_path)
    line = "Tickets,2026-03-31,{},1,tickets,down,a1"
    outcomes(world, tmp_path, [line.format(4)], source="one")
    world.refresh()
    outcomes(world, tmp_path, [line.format(9)], source="two")
    world.refresh()
    assert values(world) == [9.0]
    (last,) = world.app.log.since(1, 10)
    world.voids(last.id)
    world.refresh()
    assert values(world) == [4.0]
    world.close()
