"""`leadline demo`: a demo organisation, served."""

from datetime import UTC, date, datetime

import click


@click.command("demo")
@click.option("--until", metavar="YYYY-MM-DD", help="Last day of the demo year; default: today.")
@click.option("--plant-only", is_flag=True, help="Plant the world, print the logins and stop.")
@click.pass_context
def demo_command(context: click.Context, until: str | None, plant_only: bool) -> None:
    """Plant a demo organisation in LEADLINE_HOME, if it is not there yet, and serve it.

    About 2,000 people, 40 courses and 12 months, the same every time; some courses carry an effect
    that Leadline must find, others look alike without it."""
    from leadline.accounts.start import start

    app = start()
    from leadline.cli.serving import serve_command
    from leadline.demo.plant import LOGINS, PASSWORD, NotEmpty, plant, planted

    try:
        if not planted(app):
            last = date.fromisoformat(until) if until else datetime.now(UTC).date()
            plant(app, last, lambda text: click.echo(f"  {text}"))
    except NotEmpty as problem:
        raise click.UsageError(str(problem)) from problem
    except ValueError as problem:
        raise click.BadParameter(f"{until} is not a day like 2026-11-23") from problem
    settings = app.settings
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(f"\n  {address}    password of every login: {PASSWORD}\n")
    for login, (role, _) in LOGINS.items():
        click.echo(f"    {login:12} {role}")
    click.echo("\n  Try: sign in as lead; the first finding on Home is one click away.\n")
    if not plant_only:
        context.invoke(serve_command, no_worker=False)
