"""`leadline docs`: write the pages of documentation that the code knows best, or check them."""

from collections.abc import Callable
from pathlib import Path

import click

from leadline import cli


def _commands() -> str:
    """Every command with its help, from the command line itself."""
    lines = ["# Commands", "", "Made by `leadline docs`; each command also answers `--help`.", ""]

    def walk(command: click.Command, words: list[str]) -> None:
        with click.Context(command, info_name=" ".join(words)) as context:
            lines.extend([f"## {' '.join(words)}", "", "```", command.get_help(context), "```", ""])
            if isinstance(command, click.Group):
                for word in command.list_commands(context):
                    if (below := command.get_command(context, word)) is not None:
                        walk(below, [*words, word])

    walk(cli.main, ["leadline"])
    return "\n".join(lines)


def _pages() -> dict[str, Callable[[], str]]:
    """Who writes which page; imported here, since `leadline --help` imports every command."""
    from leadline import config, metrics
    from leadline.cmi5 import description as cmi5
    from leadline.lrs import description as lrs
    from leadline.privacy import document as policy

    return {
        "commands.md": _commands,
        "metrics.md": metrics.document,
        "openapi-cmi5.json": cmi5.document,
        "openapi.json": lrs.document,
        "settings.md": config.document,
        "who-sees-what.md": policy.document,
    }


@click.command("docs")
@click.option("--check", is_flag=True, help="Write nothing; fail if a page is out of step.")
@click.option("--folder", default="docs", type=click.Path(path_type=Path), show_default=True)
def docs_command(check: bool, folder: Path) -> None:
    """Write docs/{commands,metrics,settings,who-sees-what}.md and openapi*.json from the code."""
    stale = []
    for name, write in _pages().items():
        text = write().rstrip() + "\n"
        path = folder / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text)
    if check and stale:
        raise click.ClickException(
            f"out of step with the code: {', '.join(stale)}; run `make docs`"
        )
    click.echo("documentation is in step" if not stale else f"wrote {', '.join(stale)}")
