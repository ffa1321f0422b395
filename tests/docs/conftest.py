"""An office on servers of this machine, for the pages' examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from support.pages import ROOT
from syndicate.cli.app import app
from syndicate.loopback.botapi import LOOPBACK_TOKEN, BotApi
from syndicate.loopback.smtp import SmtpServer

CHAT = "@kominfo_contoh"
TRIALS = "@kominfo_contoh_uji"
CHATS = {CHAT: -1001, TRIALS: -1002}


@dataclass(frozen=True)
class Desk:
    """Somebody at the command line, in the office's folder."""

    folder: Path
    api: BotApi
    smtp: SmtpServer
    now: str = ""  # when it is, in a rehearsal

    def run(self, *words: str, now: str = "") -> tuple[int, str]:
        """A command's exit code, and everything it said."""
        env = {"SYNDICATE_NOW": now or self.now or None}
        answer = CliRunner().invoke(app, [*words], env=env, catch_exceptions=False)
        return answer.exit_code, answer.output

    def ask(self, *words: str, now: str = "") -> dict[str, Any]:
        """The JSON document that a command answers."""
        env = {"SYNDICATE_NOW": now or self.now or None}
        answer = CliRunner().invoke(app, [*words, "--json"], env=env)
        document: dict[str, Any] = json.loads(answer.stdout)
        assert document["exit_code"] == answer.exit_code
        return document

    def configure(self) -> None:
        """What init writes, with Telegram's server on this machine."""
        office = ("--name", "Dinas Kominfo Contoh", "--url", "https://kominfo.contoh.go.id")
        ways = (
            "--email",
            "kabar@contoh.go.id",
            "--telegram",
            CHAT,
            "--smtp",
            self.smtp.url,
            "--test-chat",
            TRIALS,
        )
        assert self.run("init", *office, *ways)[0] == 0
        self.lead_here()

    def lead_here(self) -> None:
        config = self.folder / "config.toml"
        chat = f'chat = "{CHAT}"'
        said = config.read_text()
        assert chat in said
        config.write_text(said.replace(chat, f'{chat}\napi = "{self.api.url}"'))

    def article(self, name: str = "article.md") -> Path:
        """An article of the examples, without a picture."""
        path = self.folder / name
        text = (ROOT / "examples" / "notice-water-outage.md").read_text(encoding="utf-8")
        if name != "article.md":  # another notice, for the same text is not posted twice
            text = text.replace('headline: "', 'headline: "Once more: ') + "\nIt is another pump.\n"
        path.write_text(text, encoding="utf-8")
        return path

    def change(self, name: str = "article.md") -> None:
        """Edit an article, as its author would."""
        path = self.folder / name
        path.write_text(path.read_text() + "\nThe pump is called Melati.\n")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk in an empty folder, with Telegram and a relay of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_TOKEN", LOOPBACK_TOKEN)
    with BotApi(chats=CHATS) as api, SmtpServer() as smtp:
        api.about[CHATS[CHAT]] = {"description": "Resmi: https://kominfo.contoh.go.id"}
        yield Desk(tmp_path, api, smtp)
