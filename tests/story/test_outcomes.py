"""Outcomes from a file to the lake: joined to people, corrected, and apart where of a unit."""

from leadline.sources.intake import Intake
from leadline.sources.outcomes_csv import OutcomeFile

HEADER = "outcome,date,value,measure,better,person_id,unit\n"


def imported(world, tmp_path, *lines):
    path = tmp_path / "audits.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n")
    *_, taken = Intake(world.app.log).take(OutcomeFile(path), "audits")
    world.refresh()
    return taken


def outcomes(world):
    return world.app.lake.connect().table("outcome").to_pyarrow().to_pylist()


def test_a_measurement_is_the_persons_whoever_comes_first(world, tmp_path):
    imported(world, tmp_path, "Audit score,2026-03-31,87.5,points,up,ben,")
    ben = world.person("ben", unit="Org/North")
    world.refresh()
    (row,) = outcomes(world)
    assert (row["person"], row["outcome"], row["value"]) == (
        ben,
        "urn:leadline:outcome:audit-score",
        87.5,
    )


def test_the_same_file_again_changes_nothing_and_another_value_corrects(world, tmp_path):
    world.person("ben", unit="Org/North")
    line = "Audit score,2026-03-31,87.5,points,up,ben,"
    assert imported(world, tmp_path, line).accepted == 1
    assert imported(world, tmp_path, line).duplicate == 1
    imported(world, tmp_path, "Audit score,2026-03-31,90,points,up,ben,")
    assert [row["value"] for row in outcomes(world)] == [90.0]


def test_what_is_measured_of_a_unit_is_nobodys(world, tmp_path):
    world.person("ben", unit="Org/North")
    imported(world, tmp_path, "Violations,2026-03-31,3,a month,down,,Org / North")
    assert outcomes(world) == []
    assert world.app.directory.unmatched_total() == 0
    (event,) = world.app.lake.connect().table("event").to_pyarrow().to_pylist()
    assert (event["of_unit"], event["score_raw"], event["better"]) == ("Org/North", 3.0, "down")
