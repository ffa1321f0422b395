"""A channel that is added does not get the archive unasked."""

from __future__ import annotations

import pytest

from support.newsroom import EVENING, MORNING, NOON, REAL, Newsroom

WHY = "older than this channel (to send it there all the same, use --backfill)"


@pytest.fixture
def grown(room: Newsroom) -> Newsroom:
    """An office with an archive, which has just got a second Telegram channel and list."""
    lists = room.channels["harian"]
    room.only("feed", "telegram")
    for name in ("satu.md", "dua.md"):
        room.write(name, f"Isi {name}.", headline=f"Kabar {name}")
    room.publish("satu.md", "dua.md")
    room.channels["kedua"] = room.channels["telegram"] | {"chat": "@pindah"}
    room.channels["harian"] = lists
    room.configure()
    return room


def second(room: Newsroom) -> list[str]:
    return [post.text.partition("\n")[0] for post in room.api.shown if post.chat_id == -1003]


@pytest.mark.parametrize("at", [MORNING, NOON, REAL])
def test_an_archive_is_not_posted_to_a_channel_that_was_added(grown: Newsroom, at: str) -> None:
    dry = grown.run("publish", "satu.md", "dua.md", "--dry-run", at=at)
    answer = grown.run("publish", "satu.md", "dua.md", at=at)
    for one in (dry, answer):
        assert one.code == 0, one.said
        lines = [line for line in one.out.splitlines() if WHY in line]
        assert sorted(line.split()[0] for line in lines) == ["harian"] * 2 + ["kedua"] * 2
    assert second(grown) == []
    grown.write("tiga.md", "Isi tiga.", headline="Kabar tiga")
    grown.publish("tiga.md", at=at)
    assert second(grown) == ["Kabar tiga"]


@pytest.mark.parametrize("words", [["--backfill"], ["--channel", "kedua"]], ids=" ".join)
def test_it_is_when_it_is_asked_for(grown: Newsroom, words: list[str]) -> None:
    assert grown.run("publish", "satu.md", "dua.md", *words, "--dry-run").out.count("create") == 2
    grown.publish("satu.md", "dua.md", *words)
    assert sorted(second(grown)) == ["Kabar dua.md", "Kabar satu.md"]
    assert WHY not in grown.publish("satu.md", "dua.md", "--channel", "kedua").out


def test_a_list_that_was_added_gets_only_what_is_new(grown: Newsroom) -> None:
    grown.subscribe("ani@pembaca.example")
    grown.rewrite("Isi satu", "Isi baru", "satu.md")
    answer = grown.publish("satu.md", "--note", "Keliru.", at=NOON)
    assert "in the digest of" not in answer.out
    assert second(grown) == []
    assert grown.run("digest", at=EVENING).code == 0
    assert grown.readers == []
    grown.publish("satu.md", "dua.md", "--backfill", at=EVENING)
    assert grown.run("digest", at="2026-05-05T17:01:00+07:00").code == 0
    assert grown.readers == ["ani@pembaca.example"]


def test_an_article_s_own_date_counts_for_nothing(grown: Newsroom) -> None:
    grown.write("lama.md", "Isi lama.", headline="Kabar lama", date="2011-01-01")
    grown.publish("lama.md")
    assert second(grown) == ["Kabar lama"]
