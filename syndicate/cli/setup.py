"""Commands to start with: init, demo, schedule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from syndicate.cli.failures import command
from syndicate.cli.invocation import invocation, refuse_as_root
from syndicate.cli.logging_options import command_log
from syndicate.cli.questions import asking, can_ask

if TYPE_CHECKING:
    from syndicate.config.scaffold import Answers

ASKED_FIELDS = ("name", "url", "email", "chat", "trial", "relay")  # fields of Answers


def init(
    folder: Path = typer.Argument(Path(), metavar="DIR", help="Folder for config.toml."),
    name: str = typer.Option("", "--name", help="Name of the office."),
    url: str = typer.Option("", "--url", help="Website of the office (https://…)."),
    email: str = typer.Option("", "--email", help="Email address of the office."),
    chat: str = typer.Option("", "--telegram", metavar="@CHANNEL", help="Telegram channel."),
    trial: str = typer.Option(
        "", "--test-chat", metavar="@CHANNEL", help="A second, private channel for tests."
    ),
    relay: str = typer.Option("", "--smtp", metavar="smtp://…", help="Mail server for digests."),
    language: str = typer.Option("id", "--language", help="Language of letters: id or en."),
    timezone: str = typer.Option("Asia/Jakarta", "--timezone", help="Time zone of the office."),
) -> None:
    """Create config.toml and a first article. Asks at a terminal.

    Example: syndicate init --name "Diskominfo" --url https://diskominfo.example.go.id
    """
    from syndicate.config.scaffold import Answers, is_free, refuse_wrong, zone_named
    from syndicate.config.scaffold import write_scaffold as run

    answers = Answers(
        name=name,
        url=url,
        email=email,
        chat=chat,
        trial=trial,
        relay=relay,
        language=language.strip(),
        timezone=zone_named(timezone),
    )
    with command():
        refuse_as_root(folder)
        is_free(folder)  # before anything is asked
        refuse_wrong(folder, answers)
        if can_ask():
            with asking():
                answers = _ask_for_missing(answers)
        answers = _complete(answers)
        for path in run(folder, answers):
            typer.echo(f"{path}")
        if answers.chat:
            typer.echo("Next: export TELEGRAM_TOKEN=… (from @BotFather), then try a dry run:")
        typer.echo(
            f"syndicate -c {folder / 'config.toml'} publish {folder / 'first-article.md'} --dry-run"
        )


def _ask_for_missing(answers: Answers) -> Answers:
    """Ask at the terminal for what the options leave open."""
    name = answers.name or _ask("Name of the office", "name", needed=True)
    url = answers.url or _ask("Its website (https://…)", "url", needed=True)
    email = answers.email or _ask("Its email address", "email")
    chat, trial = answers.chat or _ask("A Telegram channel (@…)", "chat"), answers.trial
    if chat:
        trial = trial or _ask("A second, private channel for tests (@…)", "trial", but=chat)
    relay = answers.relay or _ask("A mail server (smtp://…)", "relay")
    if relay and not email:
        email = _ask("The sender address of the digests", "email", needed=True)
    return replace(answers, name=name, url=url, email=email, chat=chat, trial=trial, relay=relay)


def _complete(answers: Answers) -> Answers:
    """Return the answers without white space; UsageError where a needed one is missing."""
    from syndicate.errors import UsageError

    stripped = {field: getattr(answers, field).strip() for field in ASKED_FIELDS}
    if not (stripped["name"] and stripped["url"]):
        raise UsageError("--name and --url are needed: the office's name and its website")
    if stripped["relay"] and not stripped["email"]:
        raise UsageError("--email is needed: it is the sender of the digests")
    return replace(answers, **stripped)


def _ask(question: str, field: str, *, needed: bool = False, but: str = "") -> str:
    """Ask a question, again while the answer is wrong or equals ``but``."""
    from syndicate.config.scaffold import flaw

    def checked(answer: str) -> str:
        answer = answer.strip()
        wrong = flaw(field, answer) if answer else "an answer is needed" if needed else ""
        if but and answer.casefold() == but.casefold():
            wrong = "name a different channel: tests are not news"
        if wrong:
            raise typer.BadParameter(wrong)
        return answer

    return str(typer.prompt(question, default="", show_default=False, err=True, value_proc=checked))


def demo(
    folder: Path = typer.Argument(Path("demo"), metavar="DIR", help="Folder for the result."),
) -> None:
    """Try everything without an account.

    The result is a page that shows what readers get.

    Example: syndicate demo /tmp/demo
    """
    from syndicate.demo import demo as run

    with command(), command_log():
        refuse_as_root(folder)
        for line in run(folder):
            typer.echo(line)


def schedule(
    how: str = typer.Argument(
        metavar="cron|systemd", help="The program that will run `syndicate tick`."
    ),
) -> None:
    """Print the cron or systemd job that sends digests.

    Example: syndicate schedule cron
    """
    from syndicate.config.loader import find, load
    from syndicate.config.registry import make_channels
    from syndicate.config.services import crontab, job, systemd
    from syndicate.errors import UsageError

    with command():
        if how not in ("cron", "systemd"):
            raise UsageError(f"{how}: use cron or systemd")
        settings = load(find(invocation.config_path))
        tick = job(settings, make_channels(settings))
        text = (crontab if how == "cron" else systemd)(tick)
        if "${" in settings.path.read_text(encoding="utf-8"):
            typer.echo(
                f"{how} does not see the variables that you exported: put secrets into files"
                ' (token = "file:NAME")',
                err=True,
            )
        if tick.user == "root":
            typer.echo(
                "the configuration belongs to root, so tick would run as root: give its folder to"
                " an account that is used for nothing else (chown -R NAME FOLDER)",
                err=True,
            )
        typer.echo(text, nl=False)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (init, demo, schedule):
        app.command()(function)
