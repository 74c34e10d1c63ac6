"""What may need somebody, role by role; each matter is one sentence, its reason and one step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadline.insights import Finding
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Register
from leadline.privacy.records import PersonRecord
from leadline.web import words
from leadline.web.addresses import course_page, person_page, short
from leadline.web.found import page_of
from leadline.web.pages.my_learning.checks import ToAnswer

FINDINGS_SHOWN = 3
PEOPLE_SHOWN = 5
SOON_DAYS = 30
LOOKS_SEARCHED = 1_000


@dataclass(frozen=True)
class Matter:
    """One thing that waits. state: action, soon or unknown."""

    state: str
    saying: str
    reason: str
    act: str
    href: str


def of_findings(findings: list[Finding]) -> Iterator[Matter]:
    """The strongest findings, each with the first cause that something speaks for."""
    for finding in findings[:FINDINGS_SHOWN]:
        causes = [each.claim for each in finding.hypotheses if each.supported]
        reason = _("The cause is not known yet.")
        if causes:
            reason = _("Possible cause: %(cause)s") % {"cause": causes[0]}
        yield Matter("action", finding.sentence, reason, _("See why"), page_of(finding))


def of_sources(lens: Lens) -> Iterator[Matter]:
    """Sources that fail, records that wait, identifiers nobody claims."""
    if Register.SOURCES in lens.registers:
        yield from _failing(lens)
        held = sum(lens.quarantine_counts().values())
        if held:
            said = ngettext(
                "%(n)s record waits in quarantine.", "%(n)s records wait in quarantine.", held
            )
            yield Matter(
                "soon",
                said % {"n": words.count(held)},
                _("What they say is not counted anywhere until somebody lets them in."),
                _("See why"),
                reverse("quarantine"),
            )
    if Register.UNMATCHED in lens.registers and lens.unmatched(limit=1):
        yield Matter(
            "soon",
            _("Some records belong to nobody in the directory."),
            _("Each unknown identifier is counted as a person of its own."),
            _("List them"),
            reverse("unmatched"),
        )


def _failing(lens: Lens) -> Iterator[Matter]:
    for source in lens.sources():
        failed, went_well = source.last_failure, source.last_success
        if failed and (went_well is None or failed > went_well):
            said = _("The source %(name)s failed on %(when)s.")
            yield Matter(
                "action",
                said % {"name": source.name, "when": words.instant(failed)},
                source.last_error or "",
                _("See the sources"),
                reverse("trust"),
            )


def of_team(lens: Lens) -> Iterator[Matter]:
    """People of one's own team with something overdue, the most first."""
    found = lens.roster()
    late = sorted((r for r in found.rows if r["overdue"]), key=lambda r: -r["overdue"])
    for row in late[:PEOPLE_SHOWN]:
        name = found.names.get(row["person"])
        said = ngettext(
            "%(name)s has %(n)s course overdue.",
            "%(name)s has %(n)s courses overdue.",
            row["overdue"],
        )
        yield Matter(
            "action",
            said % {"name": name.display if name else "", "n": words.count(row["overdue"])},
            _("%(n)s open in all; ask what stands in the way.") % {"n": words.count(row["open"])},
            _("See what is open"),
            person_page(row["person"]),
        )


def of_checks(waiting: list[ToAnswer]) -> Iterator[Matter]:
    """Short checks of what was learned weeks ago; a few minutes each."""
    for one in waiting:
        said = _("A short check waits for you: “%(name)s”, until %(day)s.")
        yield Matter(
            "soon",
            said % {"name": one.name, "day": one.until},
            _("A few minutes; it shows whether the training lasts."),
            _("Answer"),
            one.href,
        )


def of_record(record: PersonRecord) -> Iterator[Matter]:
    """What is due, left or running out for a learner."""
    soon = record.as_of + timedelta(days=SOON_DAYS)
    for row in record.courses:
        title = record.titles.get(row["course"], short(row["course"]))
        ended = row.get("completed_at") or row.get("withdrawn_at") or row.get("waived_at")
        due = row.get("due_at")
        if ended or due is None or due > soon:
            yield from _left(record, row["course"], ended=bool(ended))
            continue
        late = due < record.as_of
        said = (
            _("“%(course)s” was due on %(day)s.") if late else _("“%(course)s” is due on %(day)s.")
        )
        module = record.abandoned.get(row["course"])
        where = (
            _("You stopped at “%(module)s”.") % {"module": record.titles.get(module, short(module))}
            if module
            else ""
        )
        yield Matter(
            "action" if late else "soon",
            said % {"course": title, "day": words.day(due)},
            where,
            _("See my record"),
            reverse("my-learning"),
        )
    yield from _certificates(record)


def _left(record: PersonRecord, course: str, *, ended: bool) -> Iterator[Matter]:
    """An unfinished course without a deadline near, in which nothing happened for long."""
    module = record.abandoned.get(course)
    if ended or module is None:
        return
    said = _("You stopped “%(course)s” at “%(module)s”.") % {
        "course": record.titles.get(course, short(course)),
        "module": record.titles.get(module, short(module)),
    }
    go_on = _("You can go on there any time.")
    yield Matter("soon", said, go_on, _("See my record"), reverse("my-learning"))


def _certificates(record: PersonRecord) -> Iterator[Matter]:
    soon = record.as_of + timedelta(days=SOON_DAYS)
    renewed = {row["certificate"] for row in record.certificates if _valid_after(row, soon)}
    for row in record.certificates:
        until = row.get("expires_at")
        if until is None or until > soon or row["certificate"] in renewed:
            continue
        title = record.titles.get(row["certificate"], short(row["certificate"]))
        gone = until <= record.as_of
        said = _("“%(name)s” expired on %(day)s.") if gone else _("“%(name)s” expires on %(day)s.")
        yield Matter(
            "action" if gone else "soon",
            said % {"name": title, "day": words.day(until)},
            "",
            _("See my record"),
            reverse("my-learning"),
        )


def _valid_after(row: Mapping[str, Any], instant: datetime) -> bool:
    until = row.get("expires_at")
    return until is None or until > instant


def of_duties(lens: Lens) -> Iterator[Matter]:
    """What has lapsed, in regulated roles before any other."""
    if not lens.requirements():
        return
    of = {"regulated": _("in regulated roles"), "other": _("in other roles")}
    for severity, roles in of.items():
        lapsed = lens.measure("violations", where={"severity": severity}).result
        if words.shown(lapsed) and lapsed.estimate:
            said = {"n": words.estimate(lapsed), "roles": roles}
            yield Matter(
                "action",
                _("Of what is required %(roles)s, %(n)s lapsed or were never met.") % said,
                _("What has expired is a violation from its first day."),
                _("See who it is"),
                f"{reverse('obligations')}?state=violated",
            )


def of_deadlines(lens: Lens) -> Iterator[Matter]:
    """Courses in which much of what fell due is still not done, the largest share first."""
    answer = lens.measure("overdue_rate", by=("course",))
    names = {row["activity"]: row["name"] for row in lens.activities(kind="course")}
    late = [r for r in answer.results if words.shown(r) and r.estimate]
    late.sort(key=lambda r: -(r.ci_low or 0.0))
    for result in late[:FINDINGS_SHOWN]:
        course = result.group["course"] or ""
        said = _("%(share)s of what fell due in “%(course)s” is still not done.")
        yield Matter(
            "action",
            said % {"share": words.estimate(result), "course": names.get(course) or short(course)},
            f"{words.interval(result)}, {words.people(result.n)}",
            _("See the course"),
            course_page(course),
        )


def of_looks(lens: Lens) -> Iterator[Matter]:
    """Looks that were refused lately."""
    refused = [k for k in lens.looks(limit=LOOKS_SEARCHED) if k.outcome.startswith("refused")]
    if refused:
        said = ngettext(
            "%(n)s of the newest looks was refused.",
            "%(n)s of the newest looks were refused.",
            len(refused),
        )
        yield Matter(
            "soon",
            said % {"n": words.count(len(refused))},
            _("The newest was by %(login)s, on %(when)s.")
            % {"login": refused[0].login, "when": words.instant(refused[0].at)},
            _("Open the access log"),
            reverse("access-log"),
        )
