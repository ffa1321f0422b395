"""Commands to begin with: init, demo, schedule."""

from __future__ import annotations

from pathlib import Path

import typer

from syndicate.cli.context import asking, can_ask, command, given, logged, only_ours


def init(
    folder: Path = typer.Argument(Path(), metavar="DIR", help="Where config.toml goes."),
    name: str = typer.Option("", "--name", help="The office's name."),
    url: str = typer.Option("", "--url", help="The office's site."),
    email: str = typer.Option("", "--email", help="The office's address."),
    chat: str = typer.Option("", "--telegram", metavar="@CHANNEL", help="A Telegram channel."),
    trial: str = typer.Option("", "--test-chat", metavar="@CHANNEL", help="One for trials."),
    relay: str = typer.Option("", "--smtp", metavar="smtp://…", help="The relay for digests."),
    language: str = typer.Option("id", "--language", help="id or en."),
    timezone: str = typer.Option("Asia/Jakarta", "--timezone", help="The office's time zone."),
) -> None:
    """Write config.toml and a first article; asks at a terminal.

    Example: syndicate init --name "Diskominfo" --url https://diskominfo.example.go.id
    """
    from syndicate.config.scaffold import Answers, is_free, refuse_wrong, zone_named
    from syndicate.config.scaffold import init as run
    from syndicate.errors import UsageError

    def answers() -> Answers:
        return Answers(
            name=name, url=url, email=email, chat=chat, trial=trial, relay=relay,
            language=language.strip(), timezone=zone_named(timezone),
        )  # fmt: skip

    with command():
        only_ours(folder)
        is_free(folder)  # before anything is asked
        refuse_wrong(folder, answers())
        if can_ask():
            with asking():
                name = name or _asked("The office's name", "name", needed=True)
                url = url or _asked("Its site (https://…)", "url", needed=True)
                email = email or _asked("Its email address", "email")
                chat = chat or _asked("A Telegram channel (@…)", "chat")
                if chat:
                    trial = trial or _asked("A second one, private, for trials", "trial", but=chat)
                relay = relay or _asked("A mail relay (smtp://…)", "relay", needed=False)
                if relay and not email:
                    email = _asked("The address that digests come from", "email", needed=True)
        name, url, email, chat, trial, relay = map(
            str.strip, (name, url, email, chat, trial, relay)
        )
        if not (name and url):
            raise UsageError("--name and --url: say who publishes, and where its site is")
        if relay and not email:
            raise UsageError("--email: a digest needs a sender")
        for path in run(folder, answers()):
            typer.echo(f"{path}")
        if chat:
            typer.echo("Next: export TELEGRAM_TOKEN=… (from @BotFather), then try a dry run:")
        typer.echo(
            f"syndicate -c {folder / 'config.toml'} publish {folder / 'first-article.md'} --dry-run"
        )


def _asked(question: str, field: str, *, needed: bool = False, but: str = "") -> str:
    """What somebody answers; asked again while it cannot be right, or is what it may not be."""
    from syndicate.config.scaffold import flaw

    def checked(answer: str) -> str:
        answer = answer.strip()
        wrong = flaw(field, answer) if answer else "it is needed" if needed else ""
        if but and answer.casefold() == but.casefold():
            wrong = "name another one: tests are not news"
        if wrong:
            raise typer.BadParameter(wrong)
        return answer

    return str(typer.prompt(question, default="", show_default=False, err=True, value_proc=checked))


def demo(
    folder: Path = typer.Argument(Path("demo"), metavar="DIR", help="Where everything is left."),
) -> None:
    """Run the whole job without any account, and leave a page that shows it.

    Example: syndicate demo /tmp/demo
    """
    from syndicate.demo import demo as run

    with command(), logged():
        only_ours(folder)
        for line in run(folder):
            typer.echo(line)


def schedule(
    how: str = typer.Argument(metavar="cron|systemd", help="What runs `syndicate tick`."),
) -> None:
    """Print what to install so that digests leave by themselves.

    Example: syndicate schedule cron
    """
    from syndicate.config.loader import find, load
    from syndicate.config.registry import make_channels
    from syndicate.config.services import crontab, job, systemd
    from syndicate.errors import UsageError

    with command():
        if how not in ("cron", "systemd"):
            raise UsageError(f"cron or systemd, not {how!r}")
        settings = load(find(Path(given.config) if given.config else None))
        made = job(settings, make_channels(settings))
        printed = (crontab if how == "cron" else systemd)(made)
        if "${" in settings.path.read_text(encoding="utf-8"):
            said = 'knows nothing that you exported: put secrets into files (token = "file:NAME")'
            typer.echo(f"{how} {said}", err=True)
        if made.user == "root":
            typer.echo(
                "the configuration is root's, and so tick would run as root: better give its folder"
                " to an account that has nothing else",
                err=True,
            )
        typer.echo(printed, nl=False)


def add_to(app: typer.Typer) -> None:
    """Make these commands of the program."""
    for function in (init, demo, schedule):
        app.command()(function)
