"""Secrets that a configuration takes from the environment or from files."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syndicate.config import database
from syndicate.errors import ConfigError
from syndicate.system import disk
from syndicate.text import shortened, visible

ENV_REFERENCE = re.compile(r"\$\{(\w+)\}")
MOST_SECRET_BYTES = 100_000  # bytes of a file that holds one


@dataclass
class SecretReferences:
    """Puts in what settings take from the environment or a file; what is not there stays as it is.

    ``unset`` says by path why.
    """

    folder: Path
    secrets: set[str] = field(default_factory=set, repr=False)
    unset: dict[tuple[str, ...], str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)  # that hold secrets

    def resolved(self, value: Any, path: tuple[str, ...] = ()) -> Any:
        if isinstance(value, dict):
            return {name: self.resolved(inner, (*path, name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.resolved(inner, (*path, f"{n}")) for n, inner in enumerate(value)]
        if not isinstance(value, str):
            return value
        if value.startswith("file:"):
            return self._from_file(value, path)
        if path == ("ledger", "url") and database.is_of_postgresql(value):
            given = {
                name: os.environ[name]
                for name in ENV_REFERENCE.findall(value)
                if name in os.environ
            }
            self.secrets.update(given.values())
            value = database.with_secrets(value, ENV_REFERENCE, given)
        return ENV_REFERENCE.sub(lambda found: self._from_environment(found, path), value)

    def refuse_unset(self, *tables: str) -> None:
        """Raise ConfigError for what these tables lack: nothing works without it."""
        for path, why in self.unset.items():
            if path[0] in tables:
                raise ConfigError(why)

    def known(self, tables: Mapping[str, Any], name: str) -> Any:
        """Return a table without the settings that could not be taken from anywhere."""
        table = tables.get(name, {})
        if not isinstance(table, dict):
            return table
        return {key: value for key, value in table.items() if (name, key) not in self.unset}

    def unset_in(self, *tables: str) -> tuple[str, ...]:
        """Return why settings of these tables could not be taken from anywhere."""
        return tuple(why for path, why in self.unset.items() if path[0] in tables)

    def unset_of_channels(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        of_channels = {path: why for path, why in self.unset.items() if path[0] == "channels"}
        for (_, name, setting, *_), why in of_channels.items():
            found.setdefault(name, {}).setdefault(setting, why)
        return found

    def _from_environment(self, found: re.Match[str], path: tuple[str, ...]) -> str:
        name, where = found[1], ".".join(path)
        if (value := os.environ.get(name)) is not None:
            self.secrets.add(value)
            return value
        why = f"{where}: ${name} is not set in the environment (export {name}=…)"
        self.unset.setdefault(path, why)
        return found[0]

    def _from_file(self, reference: str, path: tuple[str, ...]) -> str:
        file = self.folder / reference.removeprefix("file:")
        try:
            file = self.folder / Path(reference.removeprefix("file:")).expanduser()
            value = (
                disk.contents(file, MOST_SECRET_BYTES)[:MOST_SECRET_BYTES].decode("utf-8").strip()
            )
        except (OSError, RuntimeError, ValueError):  # no such home; no name of a file; no UTF-8
            where, name = ".".join(path), shortened(visible(str(file)))
            self.unset[path] = f"{where}: {name} cannot be read (write the secret into it)"
            return reference
        self.secrets.add(value)
        self.files.append(file)
        return value
