"""A newsroom ready for `channels check`, and what the check finds wrong."""

from __future__ import annotations

import pytest

from support.newsroom import Newsroom

CHAT, TEST, AUDIT = -1001, -1002, -1003
SITE = {"description": "Kabar resmi. https://kantor.example/kontak"}


@pytest.fixture
def ready(room: Newsroom) -> Newsroom:
    """Return an office where everything is in order."""
    room.api.about[CHAT] = SITE
    room.change("telegram", test_chat="@kabar_uji", audit_chat="@pindah")
    return room


@pytest.fixture
def telegram_ready(ready: Newsroom) -> Newsroom:
    """Return the same office with nothing but its Telegram channel."""
    ready.only("telegram")
    return ready


def wrong_findings(room: Newsroom, *words: str) -> dict[str, str]:
    """Return what the check finds wrong, by what it is."""
    answer = room.run("channels", "check", *words, "--json")
    document = answer.json
    assert answer.code == document["exit_code"]
    found = {one["what"]: one["detail"] for one in document["findings"] if not one["ok"]}
    assert answer.code == (3 if found else 0)
    assert all("\n" not in one["detail"] for one in document["findings"])
    return found


def detail_in_order(room: Newsroom, what: str) -> str:
    """Return what the check says of something that is in order."""
    document = room.run("channels", "check", "--json").json
    [detail] = [one["detail"] for one in document["findings"] if one["what"] == what and one["ok"]]
    return str(detail)
