"""Commands to begin with: init, demo, schedule."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from syndicate.cli.context import command, given


def init(
    folder: Path = typer.Argument(Path(), metavar="DIR", help="Where config.toml goes."),
    name: str = typer.Option("", "--name", help="The office's name."),
    url: str = typer.Option("", "--url", help="The office's site."),
    email: str = typer.Option("", "--email", help="The office's address."),
    chat: str = typer.Option("", "--telegram", metavar="@CHANNEL", help="A Telegram channel."),
    relay: str = typer.Option("", "--smtp", metavar="smtp://…", help="The relay for digests."),
    language: str = typer.Option("id", "--language", help="id or en."),
    timezone: str = typer.Option("Asia/Jakarta", "--timezone", help="The office's time zone."),
) -> None:
    """Write config.toml and a first article; asks at a terminal.

    Example: syndicate init --name "Diskominfo" --url https://diskominfo.example.go.id
    """
    from syndicate.errors import UsageError
    from syndicate.scaffold import Answers
    from syndicate.scaffold import init as run

    with command():
        if sys.stdin.isatty():
            name = name or typer.prompt("The office's name")
            url = url or typer.prompt("Its site (https://…)")
            email = email or typer.prompt("Its email address", default="", show_default=False)
            chat = chat or typer.prompt("A Telegram channel", default="", show_default=False)
            relay = relay or typer.prompt("A mail relay (smtp://…)", default="", show_default=False)
        if not (name and url):
            raise UsageError("--name and --url: say who publishes, and where its site is")
        if relay and not email:
            raise UsageError("--email: a digest needs a sender")
        answers = Answers(
            name=name, url=url, email=email, chat=chat, relay=relay, language=language,
            timezone=timezone,
        )  # fmt: skip
        for path in run(folder, answers):
            typer.echo(f"{path}")
        if chat:
            typer.echo("Next: export TELEGRAM_TOKEN=… (from @BotFather), then try a dry run:")
        typer.echo(
            f"syndicate -c {folder / 'config.toml'} publish {folder / 'first-article.md'} --dry-run"
        )


def demo(
    folder: Path = typer.Argument(Path("demo"), metavar="DIR", help="Where everything is left."),
) -> None:
    """Run the whole job without any account, and leave a page that shows it.

    Example: syndicate demo /tmp/demo
    """
    from syndicate.demo import demo as run

    with command():
        for line in run(folder):
            typer.echo(line)


def schedule(
    how: str = typer.Argument(metavar="cron|systemd", help="What runs `syndicate tick`."),
) -> None:
    """Print what to install so that digests leave by themselves.

    Example: syndicate schedule cron
    """
    from syndicate.config import find, load
    from syndicate.errors import UsageError
    from syndicate.scaffold import crontab, systemd

    with command():
        if how not in ("cron", "systemd"):
            raise UsageError(f"cron or systemd, not {how!r}")
        settings = load(find(Path(given.config) if given.config else None))
        if "${" in settings.path.read_text(encoding="utf-8"):
            said = 'knows nothing that you exported: put secrets into files (token = "file:NAME")'
            typer.echo(f"{how} {said}", err=True)
        typer.echo((crontab if how == "cron" else systemd)(settings), nl=False)


def add_to(app: typer.Typer) -> None:
    """Make these commands of the program."""
    for function in (init, demo, schedule):
        app.command()(function)
