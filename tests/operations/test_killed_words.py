"""What was killed is named nowhere any more: neither its headline nor its text."""

from __future__ import annotations

import pytest

from support.newsroom import NOON, Newsroom

KILL = ("withdraw", "kabar.md", "--reason", "Nama anak disebut.", "--kill", "--yes")
COMMANDS = {
    "status": ("status",),
    "status in JSON": ("status", "--json"),
    "status of it": ("status", "kabar.md"),
    "status of it in JSON": ("status", "kabar.md", "--json"),
    "killed again, dry": (*KILL[:-1], "--dry-run"),
    "killed again": KILL,
    "killed again in JSON": (*KILL, "--json"),
    "history": ("history", "kabar.md"),
    "audit": ("audit",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_its_headline_is_shown_by_no_command(room: Newsroom, command: str) -> None:
    room.only("feed", "telegram")
    room.write(headline="Anak RAHASIA ditemukan", body="Isi SENDIRI saja.")
    room.publish()
    assert room.run(*KILL, at=NOON).code == 0
    said = room.run(*COMMANDS[command], at=NOON).said
    assert "RAHASIA" not in said
    assert "SENDIRI" not in said
