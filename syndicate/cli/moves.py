"""Command that moves the ledger to another database: ``ledger move``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from syndicate.cli.clock import is_rehearsed, rehearsed_clock
from syndicate.cli.failures import command
from syndicate.cli.invocation import invocation, refuse_as_root
from syndicate.cli.logging_options import command_log
from syndicate.cli.opening import introduce
from syndicate.cli.options import JSON
from syndicate.cli.signals import stoppable

if TYPE_CHECKING:
    from pathlib import Path

    from syndicate.config.loader import Settings
    from syndicate.ledger import Ledger
    from syndicate.operations.moving import Moved

COUNTED_ROWS = {"articles": "article", "subscribers": "subscriber", "letters": "letter"}


def move(
    url: str = typer.Argument(
        metavar="URL", help="The new address, as you will write it in config.toml."
    ),
    owner: str = typer.Option(
        "", "--url", metavar="URL", help="The old address with the role that owns the tables."
    ),
    as_json: bool = JSON,
) -> None:
    """Move the ledger to another database, SQLite or PostgreSQL.

    Example: syndicate ledger move 'postgresql://syndicate:${LEDGER_PASSWORD}@localhost/syndicate'
    """
    from syndicate.cli.show import document, out
    from syndicate.config.loader import find, load
    from syndicate.office import files_of
    from syndicate.operations.moving import move_ledger as run
    from syndicate.system.process import remember_command
    from syndicate.system.scrubbing import scrubber

    with command(as_json), command_log():
        remember_command(invocation.command)
        path = find(invocation.config_path)
        settings = load(path, owner)
        target = _named(path, url)
        invocation.scrub = scrubber(settings.secrets | target.secrets)
        invocation.zone = settings.publisher.zone
        refuse_as_root(*files_of(settings), *files_of(target))
        invocation.has_effects = False  # nothing is sent
        with stoppable(lambda: 1):
            clock = rehearsed_clock()

            def opened(ledger: Ledger) -> None:
                introduce(ledger, clock or ledger.clock)

            done = run(
                settings,
                target,
                clock and clock(),
                _print_progress,
                rehearsed=is_rehearsed(),
                opened=opened,
            )
        code = 4 if done.doubts else 0
        lines = [*_result(done), _new_setting(settings.path, url)]
        if as_json:
            document({"done": invocation.scrub("; ".join(lines)), "exit_code": code})
        else:
            out("\n".join(lines))
        raise typer.Exit(code)


def _named(config: Path, url: str) -> Settings:
    from syndicate.config.loader import load
    from syndicate.errors import ConfigError, UsageError

    try:
        return load(config, url)
    except ConfigError as error:
        raise UsageError(str(error).replace("ledger.url:", "URL:", 1)) from error


def _print_progress(text: str) -> None:
    typer.echo(invocation.scrub(text), err=True)


def _result(done: Moved) -> list[str]:
    """Describe a move: what moved where, what is in doubt, and what to delete."""
    if not done.rows:
        return [f"the ledger is at {done.place}"]
    counts = ", ".join(
        f"{done.rows[table]} {name if done.rows[table] == 1 else f'{name}s'}"
        for table, name in COUNTED_ROWS.items()
    )
    lines = [f"{done.origin} is now at {done.place}: {counts}"]
    if done.doubts:
        lines.append(
            f"in doubt at the new place: {done.doubts}, because other commands were sending during"
            " the move (`syndicate status` shows what to do)"
        )
    lines.append(
        f"{done.origin} is now read-only and still contains people's addresses: delete it when"
        " everything works"
    )
    return lines


def _new_setting(config: Path, url: str) -> str:
    """Name the line of the configuration to change, and what to write there."""
    from syndicate.config.loader import line_of_ledger

    line = line_of_ledger(config)
    where = f"{config}:{line}" if line else f"{config}, under [ledger]"
    shown = invocation.scrub(url)
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    change = f'on every machine, change {where} before the next command: url = "{quoted}"'
    if shown == url:
        return change
    return f"{change}, with the password instead of *** (better as ${{NAME}} or file:PATH)"
