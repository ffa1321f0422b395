"""Options and arguments that several commands share."""

from __future__ import annotations

import typer

# names, not paths: typer would make a validator for each of a thousand
ARTICLES = typer.Argument(metavar="ARTICLE", show_default=False, help="Markdown files.")
ARTICLE_OR_URI = typer.Argument(metavar="ARTICLE|URI", help="The article's file or its uri.")
DRY_RUN = typer.Option(False, "--dry-run", help="Show the plan and change nothing.")
JSON = typer.Option(False, "--json", help="Print one JSON document.")
YES_OPTION = typer.Option(False, "--yes", "-y", help="Do not ask for confirmation.")
