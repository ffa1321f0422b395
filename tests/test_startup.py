"""Commands that should start quickly import nothing that they do not need."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from syndicate.system import answer_cache

HEAVY = {
    "sqlalchemy", "pydantic", "telegram", "httpx", "feedgen", "lxml", "jinja2", "nh3",
    "markdown_it", "rich", "yaml", "email_validator", "asyncio",
}  # fmt: skip

LOADED = """
import atexit, pathlib, sys
names = pathlib.Path(sys.argv.pop())
atexit.register(lambda: names.write_text(" ".join(sys.modules)))
sys.argv = ["syndicate", *sys.argv[1:]]
from syndicate.cli import main
main()
"""

CONFIG = """
[publisher]
name = "Kantor"
url = "https://kantor.example"
[channels.feed]
kind = "feed"
title = "Kabar"
url = "https://kantor.example/feed"
directory = "feed"
[channels.telegram]
kind = "telegram"
token = "123456:abc"
chat = "@kabar"
[channels.harian]
kind = "email"
title = "Kabar"
sender = "redaksi@kantor.example"
mailbox = "berhenti@kantor.example"
schedule = "daily 17:00"
smtp = "smtp://127.0.0.1:9"
"""


def loaded(folder: Path, *words: str) -> set[str]:
    """The top-level packages that a command has imported when it ends."""
    names = folder.with_name(f"{folder.name}.modules")
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words, names], cwd=folder, capture_output=True, text=True,
        env=os.environ | {"NO_COLOR": "1", "XDG_CACHE_HOME": f"{folder}.cache"}, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return {name.partition(".")[0] for name in names.read_text().split()}


@pytest.mark.parametrize("words", [("--version",), ("-V",), ("--help",), ("-h",), ()], ids=" ".join)
def test_words_about_the_program_itself_load_nothing_heavy(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert loaded(tmp_path, *words) & HEAVY == set()


@pytest.mark.parametrize(
    "words", [("publish", "--help"), ("subscribers", "add", "-h"), ("bogus",)], ids=" ".join
)
def test_a_command_s_help_loads_only_what_typer_itself_needs(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert loaded(tmp_path, *words) & HEAVY <= {"pydantic"}


@pytest.mark.parametrize("words", [("--help",), ("help", "publish"), ("publish", "-h")])
def test_no_help_loads_a_log(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert "logging" not in loaded(tmp_path, *words)


def test_the_version_alone_does_not_even_load_typer(tmp_path: Path) -> None:
    assert loaded(tmp_path, "--version") & {"typer", "click"} == set()


def test_a_publication_with_nothing_to_do_loads_no_network_and_no_form(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    (tmp_path / "kabar.md").write_text("---\nheadline: Kabar\n---\n\nIsi.\n")
    again = ("publish", "--channel", "feed", "kabar.md")
    assert "sqlalchemy" in loaded(tmp_path, *again)
    assert (tmp_path / "feed" / "rss.xml").exists()
    time.sleep(answer_cache.RECENT_NS / 1e9 + 0.1)
    assert loaded(tmp_path, *again) & {"telegram", "httpx", "jinja2", "rich"} == set()
    assert loaded(tmp_path, *again) & (HEAVY | {"typer", "dataclasses"}) == set()


def test_the_heavy_ones_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG)
    assert loaded(tmp_path, "status") >= {"sqlalchemy", "pydantic"}
