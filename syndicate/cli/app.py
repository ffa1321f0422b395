"""Every command's name in one place; what they need is imported when they run."""

from __future__ import annotations

import sys
from copy import copy
from functools import cache
from typing import Any

import typer
from typer.main import get_command

from syndicate.cli import articles, desk, lists, setup
from syndicate.cli.context import command, given, remember
from syndicate.version import VERSION

EVERYWHERE = ("config", "verbose", "as_root", "log_file", "log_format")  # taken by each command too

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
        "", "--config", "-c", metavar="PATH",
        help="The configuration: else $SYNDICATE_CONFIG, ./config.toml, ~/.config/syndicate.",
    ),
    verbose: int = typer.Option(
        0, "--verbose", "-v", count=True,
        help="Show causes and tracebacks; -vv also shows the talk with other machines.",
    ),
    log_file: str = typer.Option(
        "", "--log-file", metavar="PATH", help="Append what is done to this file."
    ),
    log_format: str = typer.Option(
        "", "--log-format", metavar="FORMAT", help="How the log is written: text, or json."
    ),
    as_root: bool = typer.Option(
        False, "--as-root", help="As root, write among somebody else's files all the same."
    ),
    _version_asked: bool = typer.Option(
        False, "--version", "-V", is_eager=True, callback=_version, help="Say which version."
    ),
) -> None:  # fmt: skip
    """Say it once, everywhere: one article becomes a feed, a Telegram post and an email digest,
    and what is out can be corrected, withdrawn and found again.

    Example: syndicate publish article.md
    """
    remember(
        config, verbose, context.invoked_subcommand or "", as_root=as_root,
        log_file=log_file, log_format=log_format,
    )  # fmt: skip


@app.command("help")
def help_(
    context: typer.Context,
    words: list[str] = typer.Argument(None, metavar="COMMAND", help="As `ledger backup`."),
) -> None:
    """Say what a command does; without one, which commands there are.

    Example: syndicate help ledger backup
    """
    from syndicate.errors import UsageError

    at: Any = context.parent
    with command():
        for word in words or ():
            known = getattr(at.command, "commands", {})
            if not known:
                name = at.command_path.partition(" ")[2]
                raise UsageError(f"{name} has no commands of its own (syndicate help {name})")
            if word not in known:
                raise UsageError(f"there is no command {word!r} (there are {', '.join(known)})")
            at = type(at)(known[word], parent=at, info_name=word)
        typer.echo(at.get_help())


setup.add_to(app)
articles.add_to(app)
lists.add_to(app)
desk.add_to(app)


@cache
def program() -> Any:
    """Return the whole program; each command also takes the options of all of them."""
    made: Any = get_command(app)
    everywhere = [one for one in made.params if one.name in EVERYWHERE]
    _accept(made, everywhere)
    return made


def _accept(group: Any, options: list[Any]) -> None:
    for one in group.commands.values():
        for option in options:
            later = copy(option)
            later.expose_value, later.hidden = False, True
            later.callback = _also_later
            one.params.append(later)
        if hasattr(one, "commands"):
            _accept(one, options)


def _also_later(_context: Any, option: Any, value: Any) -> Any:
    if value and option.name == "verbose":
        given.verbose += value
    elif value:
        setattr(given, option.name, value)
    return value


def run() -> int:
    """Run one command and return its exit code; with --json wrong words get a document too."""
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

        said = {"error": error.format_message(), "exit_code": error.exit_code}
        typer.echo(json.dumps(said))
    return int(error.exit_code)
