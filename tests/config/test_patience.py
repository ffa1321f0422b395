"""How long a mail server is waited for."""

from __future__ import annotations

from support.newsroom import Newsroom


def test_patience_has_bounds_and_they_are_said(room: Newsroom) -> None:
    for wrong in (0, 0.5, 121, 1e9, -1, "soon"):
        room.change("harian", patience=wrong)
        answer = room.run("status")
        assert answer.code == 1
        assert "channels.harian.patience" in answer.complaint
    for right in (1, 1.5, 120, "60"):
        room.change("harian", patience=right)
        assert room.run("status").code == 0
