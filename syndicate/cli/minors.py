"""Commands on the list of minors' names: add."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from syndicate.cli.failures import command
from syndicate.cli.invocation import invocation, refuse_as_root
from syndicate.cli.options import JSON

minors = typer.Typer(
    no_args_is_help=True,
    help="Keep the names that no article may hold, as hashes.",
    rich_markup_mode=None,
)


@minors.command()
def add(
    file: Path = typer.Argument(
        Path("-"), metavar="FILE", help="Names, one a line. Default: standard input."
    ),
    as_json: bool = JSON,
) -> None:
    """Put names on the list. Only their hashes are kept.

    Example: syndicate minors add names.txt
    """
    from syndicate.cli.show import print_done
    from syndicate.config.loader import find
    from syndicate.config.parts import standards
    from syndicate.editorial import minors as listed
    from syndicate.errors import UsageError

    with command(as_json):
        path = find(invocation.config_path)
        kept = standards(path).minors
        refuse_as_root(path.parent)
        try:
            names = [name for line in _typed(file).splitlines() if (name := line.strip())]
            count = listed.add(kept, names)
        except OSError as error:
            raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"{file}: is not UTF-8 (save it as UTF-8)") from error
        except ValueError as error:
            raise UsageError(f"a name: {error}") from None  # which it was is not repeated
        print_done(f"{count} of {len(names)} added to {kept.file}", as_json=as_json)


def _typed(file: Path) -> str:
    if str(file) != "-":
        return file.read_text(encoding="utf-8-sig")
    if sys.stdin.isatty():
        typer.echo("Names, one a line; end with Ctrl-D:", err=True)
    return sys.stdin.read()


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.add_typer(minors, name="minors")
