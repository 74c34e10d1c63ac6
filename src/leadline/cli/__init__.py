"""`leadline`: one command; each word below it is a file of this folder, loaded when it is used."""

from importlib import import_module

import click

COMMANDS = {  # word: file in this folder that defines a click command of the same name
    "init": "admin",
    "user": "admin",
    "serve": "serving",
    "worker": "serving",
    "import": "people",  # and studies, which add to those of imports
    "quarantine": "imports",
    "facts": "facts",
    "metric": "metric",
    "study": "study",
    "findings": "findings",
    "decisions": "findings",
    "curriculum": "curriculum",
    "evidence": "evidence",
    "checks": "checks",
    "cmi5": "cmi5",
    "credential": "credential",
    "source": "source",
    "settings": "admin",
    "doctor": "admin",
    "backup": "backup",
    "restore": "backup",
    "demo": "demo",
    "docs": "docs",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"leadline.cli.{COMMANDS[cmd_name]}")
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="leadline", prog_name="leadline")
def main() -> None:
    """Leadline: learning analytics that says how deep the water is."""
