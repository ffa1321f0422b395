"""docs/security.md: each secret that the program takes is named there, and each command exists."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib.metadata import entry_points

import pytest
from typer.main import get_command

from support.pages import page
from syndicate.cli.app import app
from syndicate.config.locked import secrets_among
from syndicate.network.http import PROXIES
from syndicate_email import EmailDigest
from syndicate_feed import Feed
from syndicate_telegram import Telegram

PAGE = page("docs/security.md")
[TABLE] = re.findall(r"## What each secret allows\n(.*?)\n## ", PAGE, re.DOTALL)
NAMED = {
    name
    for row in re.findall(r"^\| (.*?) \|", TABLE, re.M)
    for name in re.findall("`([^`]+)`", row)
}


@pytest.mark.parametrize("kind", [EmailDigest, Feed, Telegram])
def test_every_secret_setting_of_a_channel_is_named(kind: type) -> None:
    settings = {field.name: "" for field in fields(kind)}
    assert set(secrets_among(kind, settings)) <= NAMED


def test_every_kind_of_channel_is_looked_at() -> None:
    kinds = {one.load() for one in entry_points(group="syndicate.channels")}
    assert kinds == {EmailDigest, Feed, Telegram}


def test_what_else_holds_a_secret_is_named() -> None:
    assert {"ledger.url", "webhook", "ping", PROXIES[0]} <= NAMED
    assert "syndicate ledger newkey" in TABLE


def test_every_command_of_the_page_exists() -> None:
    program = get_command(app)
    for words in re.findall(r"`syndicate ((?:[a-z]+ ?)+)", PAGE):
        at = program
        for word in words.split():
            commands = getattr(at, "commands", {})
            assert word in commands, words
            at = commands[word]


def test_readme_leads_to_it() -> None:
    assert "(docs/security.md)" in page("README.md")
