"""Set the stage: the folder, the configuration and the articles that the demo begins with."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from shutil import rmtree

from syndicate.config.loader import Settings, load
from syndicate.errors import UsageError

MARKER = ".syndicate-demo"
CONFIG = "config.toml"
LEDGER = (
    "syndicate.db", "syndicate.db-wal", "syndicate.db-shm", "syndicate.db-journal",
    ".syndicate.db.generation",
)  # fmt: skip
MADE = {MARKER, CONFIG, "articles", "public", "posts", "letters", "index.html", *LEDGER}


def clear(folder: Path) -> None:
    """An empty folder with our marker; an earlier demo goes, anything else is left alone."""
    try:
        existing = {path.name for path in folder.iterdir()} if folder.exists() else set()
        ours = MARKER in existing and existing <= MADE
        if existing and not ours:
            strange = min(existing - MADE, default=min(existing))
            raise UsageError(
                f"{folder}: {strange} is no part of a demo; nothing was touched (name a new folder)"
            )
        for name in existing - {MARKER}:
            _remove(folder / name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text("`syndicate demo` made this folder and may replace it.\n")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be used: {error.strerror} (name another)") from error


def furnish(folder: Path, *, api: str, token: str, smtp: str) -> Settings:
    """Write the articles and config.toml, and read it as any command does."""
    (folder / "articles").mkdir()
    for part in files("syndicate.demo").joinpath("material").iterdir():
        if part.name != CONFIG:
            (folder / "articles" / part.name).write_bytes(part.read_bytes())
    text = material(CONFIG)
    for name, value in {"api": api, "bot_token": token, "smtp": smtp}.items():
        text = text.replace(f"{{{name}}}", value)
    config = folder / CONFIG
    config.write_text(text, encoding="utf-8")
    return load(config)


def material(name: str) -> str:
    """A text that the demo begins with."""
    return files("syndicate.demo").joinpath("material", name).read_text(encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        rmtree(path)
    else:
        path.unlink()
