"""``ledger move``: the ledger goes into another database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from syndicate.cli.context import (
    JSON,
    command,
    given,
    introduce,
    is_rehearsed,
    logged,
    only_ours,
    rehearsed_clock,
)
from syndicate.cli.signals import stoppable

if TYPE_CHECKING:
    from pathlib import Path

    from syndicate.config.loader import Settings
    from syndicate.ledger import Ledger
    from syndicate.operations.moving import Moved

COUNTED = {"articles": "article", "subscribers": "subscriber", "letters": "letter"}


def move(
    url: str = typer.Argument(metavar="URL", help="As it is going to stand in config.toml."),
    owner: str = typer.Option(
        "", "--url", metavar="URL", help="The old address, for the tables' owner."
    ),
    as_json: bool = JSON,
) -> None:
    """Move the ledger into another database, whole: from SQLite to PostgreSQL, and back.

    Example: syndicate ledger move 'postgresql://syndicate:${LEDGER_PASSWORD}@localhost/syndicate'
    """
    from syndicate.cli.show import document, out
    from syndicate.config.loader import find, load
    from syndicate.office import files_of
    from syndicate.operations.moving import move as run
    from syndicate.system.process import called
    from syndicate.system.scrubbing import scrubber

    with command(as_json), logged():
        from pathlib import Path

        called(given.command)
        path = find(Path(given.config) if given.config else None)
        settings = load(path, owner)
        target = _named(path, url)
        given.scrub = scrubber(settings.secrets | target.secrets)
        given.zone = settings.publisher.zone
        only_ours(*files_of(settings), *files_of(target))
        given.acts = False  # nothing leaves
        with stoppable(lambda: 1):
            clock = rehearsed_clock()

            def opened(ledger: Ledger) -> None:
                introduce(ledger, clock or ledger.clock)

            done = run(
                settings, target, clock and clock(), _tell, rehearsed=is_rehearsed(), opened=opened
            )
        code = 4 if done.doubts else 0
        said = [*_lines(done), _what_to_write(settings.path, url)]
        if as_json:
            document({"done": given.scrub("; ".join(said)), "exit_code": code})
        else:
            out("\n".join(said))
        raise typer.Exit(code)


def _named(config: Path, url: str) -> Settings:
    from syndicate.config.loader import load
    from syndicate.errors import ConfigError, UsageError

    try:
        return load(config, url)
    except ConfigError as error:
        raise UsageError(str(error).replace("ledger.url:", "URL:", 1)) from error


def _tell(said: str) -> None:
    typer.echo(given.scrub(said), err=True)


def _lines(done: Moved) -> list[str]:
    if not done.rows:
        return [f"the ledger is at {done.place}"]
    counts = ", ".join(
        f"{done.rows[table]} {name if done.rows[table] == 1 else f'{name}s'}"
        for table, name in COUNTED.items()
    )
    said = [f"{done.origin} is now at {done.place}: {counts}"]
    if done.doubts:
        said.append(
            f"{done.doubts} of what others were sending meanwhile may be out: it is in doubt there"
            " (`syndicate status`)"
        )
    said.append(f"nothing can be changed at {done.origin} any more; it still holds people's"
                " addresses: delete it once all goes well")  # fmt: skip
    return said


def _what_to_write(config: Path, url: str) -> str:
    from syndicate.config.loader import line_of_ledger

    line = line_of_ledger(config)
    where = f"{config}:{line}" if line else f"{config}, under [ledger]"
    shown = given.scrub(url)
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    what = f'write this on every machine before the next command: {where}: url = "{quoted}"'
    if shown == url:
        return what
    return (
        f"{what}, with the password in its place (better as ${{NAME}}, or all of it by file:PATH)"
    )
