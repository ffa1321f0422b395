"""Who did what with an article is written down with it."""

from __future__ import annotations

import pytest

from support.newsroom import MORNING, NOON, Newsroom
from syndicate.system.accounts import account


def acts(room: Newsroom) -> list[tuple[object, ...]]:
    """What, who, why, of which version; each by the account that runs the tests."""
    found = room.rows("SELECT what, person, note, version, account FROM acts ORDER BY id")
    assert {row[-1] for row in found} == {account()}
    return [row[:-1] for row in found]


def test_who_publishes_corrects_and_withdraws_is_kept(room: Newsroom) -> None:
    room.only("feed")
    room.write()
    assert room.run("--as", "Ani Redaksi", "publish", "kabar.md").code == 0
    room.rewrite("Isi kabar", "Isi kabar yang benar")
    by = {"SYNDICATE_USER": "Budi"}
    assert room.run("publish", "kabar.md", "--note", "Isinya keliru.", at=NOON, env=by).code == 0
    words = ("withdraw", "kabar.md", "--reason", "Tidak benar.", "--yes", "--as", "Cici")
    assert room.run(*words, at=NOON, env=by).code == 0
    assert acts(room) == [
        ("original", "Ani Redaksi", "", 1),
        ("correction", "Budi", "Isinya keliru.", 2),
        ("withdrawal", "Cici", "Tidak benar.", 3),
    ]


@pytest.mark.parametrize("again", [("--dry-run",), ()])
def test_what_does_nothing_is_no_act(room: Newsroom, again: tuple[str, ...]) -> None:
    room.only("feed")
    room.write()
    assert room.run("publish", "kabar.md").code == 0
    assert room.run("publish", "kabar.md", *again, at=MORNING).code == 0
    assert acts(room) == [("original", "", "", 1)]
