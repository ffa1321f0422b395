"""A newsroom for every test of the command line, with its own destinations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.newsroom import CHAT, TEST_CHAT, TOKEN, Newsroom
from syndicate.loopback.botapi import BotApi
from syndicate.loopback.smtp import SmtpServer


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    """An office with a feed, a Telegram channel and a daily letter."""
    chats = {CHAT: -1001, TEST_CHAT: -1002, "@pindah": -1003}
    with BotApi(chats=chats, tokens=[TOKEN]) as api, SmtpServer() as smtp:
        folder = tmp_path / "kantor"
        folder.mkdir()
        yield Newsroom(folder, api, smtp)
