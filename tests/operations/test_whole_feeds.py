"""After a restore the feed stays whole: nothing public vanishes unless it is withdrawn."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.newsroom import NOON, Newsroom


@pytest.fixture
def room(room: Newsroom) -> Newsroom:
    room.only("feed", "telegram")
    return room


def an_old_copy(room: Newsroom) -> None:
    for path in room.folder.glob("syndicate.db*"):
        path.unlink()
    shutil.copy(room.folder / "copy", room.ledger)


def a_new_one(room: Newsroom) -> None:
    for path in [*room.folder.glob("syndicate.db*"), *room.folder.glob(".syndicate.db*")]:
        path.unlink()
    room.run("status")


def titles(room: Newsroom) -> list[str]:
    return sorted(one["title"] for one in room.entries)


def archived(room: Newsroom) -> str:
    return "".join(Path(one).read_text() for one in (room.feed / "archive").glob("*.xml"))


@pytest.mark.parametrize("lose", [an_old_copy, a_new_one])
def test_what_a_lost_ledger_published_stays_in_the_feed(
    lose: Callable[[Newsroom], None], room: Newsroom
) -> None:
    room.change("feed", items=2)
    room.write("satu.md", "Isi satu.", headline="Satu")
    room.publish("satu.md")
    assert room.run("ledger", "backup", "copy").code == 0
    for number, name in enumerate(("dua", "tiga", "empat"), 10):
        room.write(f"{name}.md", f"Isi {name}.", headline=name.title(), subjects=["pilkada"])
        room.publish(f"{name}.md", at=f"2026-05-04T{number}:00:00+07:00")
    posts = len(room.posts)
    before = room.entries
    lose(room)
    answer = room.run("ledger", "restored", at=NOON)
    assert answer.code == 0, answer.said
    assert "entries were not known here" in answer.out
    asked = room.run("publish", "empat.md", at=NOON)
    assert (asked.code, "--new" in asked.err) == (1, True)  # its posts are not known
    adopted = room.run("adopt", "empat.md", "4", "--channel", "telegram", at=NOON)
    assert adopted.code == 0, adopted.said
    room.write("lima.md", "Isi lima.", headline="Lima")
    room.publish("lima.md", at="2026-05-04T15:00:00+07:00")
    assert titles(room) == ["Empat", "Lima"]
    [kept] = [one for one in room.entries if one["title"] == "Empat"]
    assert kept["date_published"] == before[0]["date_published"]
    assert kept["tags"] == ["pilkada"]
    for name in ("satu", "dua", "tiga"):
        assert f"Isi {name}." in archived(room)
    assert len(room.posts) == posts + 1
    gone = room.run("withdraw", room.uri("tiga.md"), "--reason", "Keliru.", "--yes", at=NOON)
    assert gone.code == 0, gone.said
    assert "Isi tiga." not in archived(room)
    assert "Keliru." in archived(room)
