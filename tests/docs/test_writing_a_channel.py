"""docs/writing-a-channel.md: its files are written out of the page and run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

import syndicate.channel as contract
from support.pages import blocks, page
from syndicate.channel import Channel, Scope, collection, mailing_list, office_messages
from syndicate.cli.app import app
from syndicate.config.registry import channel_class
from syndicate.errors import DeliveryError

PAGE = page("docs/writing-a-channel.md")
ARTICLE = """---
headline: "A page for everybody"
url: https://example.org/page
---

The canteen is open again.
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's three files, in a folder of their own."""
    channel, tests = blocks(PAGE, "python")
    (tmp_path / "intranet.py").write_text(channel)
    (tmp_path / "test_intranet.py").write_text(tests)
    (tmp_path / "config.toml").write_text(blocks(PAGE, "toml")[0])
    (tmp_path / "page.md").write_text(ARTICLE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTRANET_TOKEN", "right-token")
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


class Intranet:
    """The page's own server, where its configuration leads; it can be stopped and started."""

    def __init__(self, make: Callable[..., Any], port: int = 0) -> None:
        self.make, self.port = make, port
        self.start()

    def start(self) -> None:
        self.server = self.make(self.port)
        self.port = self.server.server_port
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def pages(self) -> list[str]:
        return list(self.server.pages.values())


@pytest.fixture
def intranet(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Intranet]:
    """The page's server, running, with the page's configuration leading to it."""
    monkeypatch.syspath_prepend(folder)
    for module in ("intranet", "test_intranet"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    made = Intranet(import_module("test_intranet").Pages)
    text = (folder / "config.toml").read_text()
    assert "127.0.0.1:8080" in text
    (folder / "config.toml").write_text(text.replace(":8080", f":{made.port}"))
    yield made
    made.stop()


def run(*words: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """A command's exit code and everything it said."""
    answer = CliRunner().invoke(app, list(words), env=env)
    return answer.exit_code, answer.output


def test_the_page_s_channel_passes_the_conformance_suite(folder: Path) -> None:
    quiet = ("-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir", str(folder))
    said = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, "test_intranet.py"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    assert "failed" not in said.stdout


def test_the_page_s_channel_is_found_where_the_configuration_says(folder: Path) -> None:
    assert channel_class("./intranet.py:Intranet", folder).kind == "intranet"


def test_an_article_is_published_corrected_and_withdrawn_there(
    folder: Path, intranet: Intranet
) -> None:
    assert run("publish", "page.md")[0] == 0
    [held] = intranet.pages
    assert "The canteen is open again." in held

    assert run("publish", "page.md")[0] == 0
    assert intranet.pages == [held]

    article = folder / "page.md"
    article.write_text(article.read_text().replace("open", "closed"))
    assert run("publish", "page.md", "--note", "It is closed.")[0] == 0
    [held] = intranet.pages
    assert "The canteen is closed again." in held
    assert "It is closed." in held

    assert run("withdraw", "page.md", "--reason", "Nobody knows.")[0] == 0
    [held] = intranet.pages
    assert "Nobody knows." in held
    assert "canteen is closed" not in held

    assert run("withdraw", "page.md", "--reason", "Nobody knows.", "--kill")[0] == 0
    assert intranet.pages == []


def test_a_wrong_token_is_said_and_kept_secret(folder: Path, intranet: Intranet) -> None:
    code, said = run("publish", "page.md", env={"INTRANET_TOKEN": "wrong-token"})
    assert code == 3
    assert "channels.intranet.token: the intranet does not take it" in said
    assert "wrong-token" not in said
    assert intranet.pages == []


def test_what_cannot_be_reached_waits_and_a_second_run_finishes_it(
    folder: Path, intranet: Intranet
) -> None:
    intranet.stop()
    code, said = run("publish", "page.md")
    assert code == 3
    assert "channels.intranet.url" in said
    intranet.start()
    assert run("publish", "page.md")[0] == 0
    assert len(intranet.pages) == 1


def bases() -> set[str]:
    """Return what may stand in a channel's header."""
    pages = (contract, collection, mailing_list, office_messages)
    classes = {value for page in pages for value in vars(page).values() if isinstance(value, type)}
    return {one.__name__ for one in classes if issubclass(one, Channel)}


def test_the_page_explains_every_base_class_and_every_way_to_fail() -> None:
    explained = set(re.findall(r"^\| \[?`([A-Z]\w+)`(?:\]\S+)? \|", PAGE, re.MULTILINE))
    errors = {
        one.__name__
        for one in DeliveryError.__subclasses__()
        if one.__module__ == "syndicate.errors"
    }
    assert explained == bases() | errors
    assert all(f"`{scope.name}`" in PAGE for scope in Scope)
