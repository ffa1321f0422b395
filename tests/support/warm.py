"""All that a command may import, for the server that the tests' processes are forked from."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

OURS = ("syndicate", "syndicate_email", "syndicate_feed", "syndicate_telegram")
THEIRS = (  # what ours, and what they stand on, import only when it is used
    "anyio._backends._asyncio", "certifi", "email.generator", "encodings.ascii", "encodings.idna",
    "encodings.unicode_escape", "encodings.utf_16_le", "encodings.utf_8_sig", "httpcore",
    "jinja2.sandbox", "markdown_it", "mdit_py_plugins.footnote", "nh3", "psycopg",
    "pydantic.dataclasses", "socksio", "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite", "stringprep", "telegram.request", "typer._click.decorators",
    "xml.etree.ElementTree",
)  # fmt: skip
TESTS = ("support.ledger_moves", "support.machine", "support.terminal")


def _ours() -> list[str]:
    """Name every module of the program but the one that runs it."""
    found = []
    for name in OURS:
        package = import_module(name)
        found += [name, *(each.name for each in walk_packages(package.__path__, f"{name}."))]
    return [name for name in found if not name.endswith(".__main__")]


for _name in (*_ours(), *THEIRS, *TESTS):
    import_module(_name)
