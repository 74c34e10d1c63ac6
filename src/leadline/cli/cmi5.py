"""`leadline cmi5`: bring courses in, list them, hand their packages out again."""

import json
import shutil
from pathlib import Path

import click

from leadline.app import build
from leadline.cmi5.course import Course
from leadline.cmi5.library import Library
from leadline.config import Settings
from leadline.store import DEFAULT_TENANT, Unavailable

BY = "command line"
TYPES = {".zip": "application/zip", ".xml": "application/xml"}

tenant_option = click.option(
    "--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose course it is."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")


@click.group("cmi5")
def cmi5_command() -> None:
    """Courses in the cmi5 format."""


@cmi5_command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@tenant_option
@json_option
def import_(file: Path, tenant: str, as_json: bool) -> None:
    """Bring in the course package FILE: a zip with a cmi5.xml in it, or a bare cmi5.xml.

    A package that breaks a rule is refused, and nothing of it is kept. The same file again
    changes nothing."""
    from leadline.cmi5.package import read
    from leadline.cmi5.problem import BadPackage

    media_type = TYPES.get(file.suffix.lower(), file.suffix or "no suffix")
    try:
        course = _library().add(read(file, media_type, file.name), tenant=tenant, by=BY)
    except (BadPackage, OSError, Unavailable) as problem:
        raise click.ClickException(str(problem)) from problem
    _print(course, as_json)


@cmi5_command.command("list")
@tenant_option
@json_option
def list_(tenant: str, as_json: bool) -> None:
    """List the courses that are offered."""
    for course in _library().courses(tenant):
        _print(course, as_json)


@cmi5_command.command("export")
@click.argument("course_id")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@tenant_option
def export(course_id: str, folder: Path, tenant: str) -> None:
    """Write the package of the course COURSE_ID to FOLDER, byte for byte as it came in."""
    library = _library()
    course, package = library.course(course_id, tenant), library.export(course_id)
    if course is None or package is None:
        raise click.ClickException(f"There is no course {course_id}; `leadline cmi5 list` tells.")
    name = "cmi5.xml" if course.media_type == TYPES[".xml"] else f"{course_id}.zip"
    if (folder / name).exists():
        raise click.ClickException(f"{folder / name} is there already.")
    part = folder / f".{name}.part"
    try:
        shutil.copyfile(package, part)
        part.rename(folder / name)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise click.ClickException(f"It could not be written: {problem}") from problem
    click.echo(folder / name)


def _library() -> Library:
    return build(Settings.from_env()).library


def _print(course: Course, as_json: bool) -> None:
    title = next(iter(course.structure.title.values()))
    if as_json:
        shown = {
            "course_id": course.course_id,
            "tenant": course.tenant,
            "title": title,
            "id": course.lms_id,
            "publisher_id": course.structure.id,
            "units": len(course.units),
            "added_at": course.added_at.isoformat(),
        }
        click.echo(json.dumps(shown))
    else:
        click.echo(f"{course.course_id}  {len(course.units):5,} units  {title}")
