"""The program: all commands, and the options that each of them takes."""

from __future__ import annotations

import sys
from copy import copy
from functools import cache
from typing import Any

import typer
from typer.main import get_command

from syndicate.cli import (
    approvals,
    articles,
    channels,
    desk,
    digests,
    ledger,
    lists,
    minors,
    records,
    setup,
    states,
)
from syndicate.cli.failures import command
from syndicate.cli.invocation import begin, invocation
from syndicate.version import VERSION

# taken by each command too
EVERYWHERE = ("config", "verbose", "as_root", "as_person", "log_file", "log_format")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,  # rich would cost --help as much as all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"syndicate {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: str = typer.Option(
        "",
        "--config",
        "-c",
        metavar="PATH",
        help="Configuration file. Default: $SYNDICATE_CONFIG, ./config.toml or"
        " ~/.config/syndicate/config.toml.",
    ),
    verbose: int = typer.Option(
        0,
        "--verbose",
        "-v",
        count=True,
        show_default=False,
        help="Show causes and tracebacks; -vv also shows the conversation with servers.",
    ),
    log_file: str = typer.Option(
        "", "--log-file", metavar="PATH", help="Append a log of what is done to this file."
    ),
    log_format: str = typer.Option(
        "", "--log-format", metavar="FORMAT", help="Format of the log: text or json."
    ),
    as_root: bool = typer.Option(
        False, "--as-root", help="Let root write files in folders of other users."
    ),
    as_person: str = typer.Option(
        "", "--as", metavar="NAME", help="Your name, for the history. Default: $SYNDICATE_USER."
    ),
    _version_asked: bool = typer.Option(
        False, "--version", "-V", is_eager=True, callback=_version, help="Show the version."
    ),
) -> None:
    """Publish one article as feed, Telegram post and email digest.

    Correct it or withdraw it everywhere, and see where it is.

    Example: syndicate publish article.md
    """
    begin(
        context.invoked_subcommand or "",
        config=config,
        verbose=verbose,
        as_root=as_root,
        log_file=log_file,
        log_format=log_format,
        as_person=as_person,
    )


@app.command("help")
def help_(
    context: typer.Context,
    words: list[str] = typer.Argument(
        None, metavar="COMMAND", help="For example: ledger backup. Default: all commands."
    ),
) -> None:
    """Show the help of a command.

    Example: syndicate help ledger backup
    """
    from syndicate.errors import UsageError

    at: Any = context.parent
    with command():
        for word in words or ():
            known = getattr(at.command, "commands", {})
            if not known:
                name = at.command_path.partition(" ")[2]
                raise UsageError(f"{name} has no subcommands (try: syndicate help {name})")
            if word not in known:
                raise UsageError(f"no such command: {word!r} (choose from {', '.join(known)})")
            at = type(at)(known[word], parent=at, info_name=word)
        typer.echo(at.get_help())


setup.add_to(app)
articles.add_to(app)
approvals.add_to(app)
states.add_to(app)
minors.add_to(app)
digests.add_to(app)
desk.add_to(app)
records.add_to(app)
channels.add_to(app)
lists.add_to(app)
ledger.add_to(app)


@cache
def program() -> Any:
    """Return the whole program; each command also takes the options of all of them."""
    group: Any = get_command(app)
    _accept(group, [option for option in group.params if option.name in EVERYWHERE])
    return group


def _accept(group: Any, options: list[Any]) -> None:
    for subcommand in group.commands.values():
        for option in options:
            later = copy(option)
            later.expose_value, later.hidden = False, True
            later.callback = _also_later
            subcommand.params.append(later)
        if hasattr(subcommand, "commands"):
            _accept(subcommand, options)


def _also_later(_context: Any, option: Any, value: Any) -> Any:
    if value and option.name == "verbose":
        invocation.verbose += value
    elif value:
        setattr(invocation, option.name, value)
    return value


def run() -> int:
    """Run one command and return its exit code; with --json wrong usage gets a document too."""
    try:
        return program().main(prog_name="syndicate", standalone_mode=False) or 0
    except typer.Abort:
        return 1
    except Exception as error:
        if not hasattr(error, "show"):  # the class of a usage error depends on typer's version
            raise
        return _misused(error)


def _misused(error: Any) -> int:
    if "--check" in sys.argv and "status" in sys.argv:
        from syndicate.operations.monitor import failed

        verdict = failed(error.format_message(), is_critical=False)
        typer.echo(verdict.line)
        return verdict.exit_code
    error.show()
    if "--json" in sys.argv:
        import json

        document = {"error": error.format_message(), "exit_code": error.exit_code}
        typer.echo(json.dumps(document))
    return int(error.exit_code)
