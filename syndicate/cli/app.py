"""Every command's name in one place; what they need is imported when they run."""

from __future__ import annotations

import sys
from typing import Any

import typer

from syndicate.cli import articles, desk, lists, setup
from syndicate.cli.context import remember
from syndicate.version import VERSION

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
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
    config: str = typer.Option(
        "", "--config", "-c", metavar="PATH",
        help="The configuration: else $SYNDICATE_CONFIG, ./config.toml, ~/.config/syndicate.",
    ),
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Say more about what goes wrong."),
    _version_asked: bool = typer.Option(
        False, "--version", "-V", is_eager=True, callback=_version, help="Say which version."
    ),
) -> None:  # fmt: skip
    """Say it once, everywhere: one article becomes a feed, a Telegram post and an email digest,
    and what is out can be corrected, withdrawn and found again.

    Example: syndicate publish article.md
    """
    remember(config, verbose)


setup.add_to(app)
articles.add_to(app)
lists.add_to(app)
desk.add_to(app)


def run() -> int:
    """Run one command and return its exit code; with --json wrong words get a document too."""
    try:
        return app(prog_name="syndicate", standalone_mode=False) or 0
    except typer.Abort:
        return 1
    except Exception as error:
        if not hasattr(error, "show"):  # the class of a usage error depends on typer's version
            raise
        return _misused(error)


def _misused(error: Any) -> int:
    error.show()
    if "--json" in sys.argv:
        import json

        said = {"error": error.format_message(), "exit_code": error.exit_code}
        typer.echo(json.dumps(said))
    return int(error.exit_code)
