"""Students of the OULAD tables as people of the directory.

Taken in: the number, the region and the days of registration, because results are joined by the
one, sliced by the other and placed in time by the third. Gender, age, disability, deprivation and
education are not taken in: no question that Leadline answers needs them (minimum necessary)."""

from collections.abc import Iterator
from datetime import date

from leadline.directory import PersonRow
from leadline.sources.oulad.statements import HOME, Courses
from leadline.sources.oulad.tables import Tables
from leadline.statements.agents import Identifier

UNIT = "Open University"
ROLE = "student"
ZONE = "Europe/London"


def people(tables: Tables, known: Courses) -> Iterator[PersonRow]:
    """One row for each student and day of registration; the region is where they lived then."""
    registered = {
        (module, presentation, student): day
        for module, presentation, student, day in tables.rows(
            "studentRegistration",
            "code_module", "code_presentation", "id_student", "date_registration",
        )
    }  # fmt: skip
    seen: set[tuple[int, date]] = set()
    rows = tables.rows("studentInfo", "code_module", "code_presentation", "id_student", "region")
    for module, presentation, student, region in rows:
        course = known.get((module, presentation))
        if course is None or student is None:
            continue  # the statements' import holds the row in quarantine and says why
        start = course.date(registered.get((module, presentation, student)))
        if (student, start) not in seen:
            seen.add((student, start))
            yield _row(student, region, start, f"{tables.name('studentInfo')}:{student}")


def _row(student: int, region: str | None, start: date, origin: str) -> PersonRow:
    return PersonRow(
        person_id=f"oulad-{student}",
        identifiers=(Identifier("account", f"{HOME}|{student}"),),
        unit=UNIT,
        role=ROLE,
        location=region,
        valid_from=start,
        zone=ZONE,
        origin=origin,
    )
