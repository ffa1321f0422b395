"""A channel has so much time in a run for what nothing comes of; one that moves has all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.newsroom import REAL, Newsroom, newsroom
from syndicate.loopback.botapi import Rude, Slow
from syndicate.loopback.http_faults import SLOW
from syndicate_telegram import Telegram
from syndicate_telegram.api.client import Timing

ARTICLES = [f"{number}.md" for number in range(8)]


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newsroom]:
    monkeypatch.setattr(Telegram, "timing", Timing(answer=0.4))
    with newsroom(tmp_path / "office") as office:
        office.only("telegram")
        for name in ARTICLES:
            office.write(name, headline=f"Kabar {name}")
        yield office


def states(room: Newsroom) -> list[str]:
    return [str(state) for (state,) in room.rows("SELECT state FROM deliveries ORDER BY id")]


def test_what_never_answers_is_not_asked_for_every_article(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.delivery.rim.BUDGET_SECONDS", 0.7)
    drip = SLOW["a byte of a body now and then"]
    room.api.faults += [Rude(on="sendMessage", speak=drip) for _ in ARTICLES]
    began = time.monotonic()
    answer = room.run("publish", *ARTICLES, at=REAL)
    assert time.monotonic() - began < 5
    assert answer.code == 4
    assert states(room) == ["in_doubt"] * 2 + ["due"] * 6
    assert "no success for" in answer.said
    # the rest goes out with the next run
    room.api.faults.clear()
    assert room.run("tick", at=REAL).code == 4
    assert states(room) == ["in_doubt"] * 2 + ["settled"] * 6


def test_a_channel_that_is_slow_and_moves_is_left_all_the_time_it_needs(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.delivery.rim.BUDGET_SECONDS", 0.3)
    room.api.faults += [Slow(on="sendMessage", seconds=0.15) for _ in ARTICLES]
    assert room.run("publish", *ARTICLES, at=REAL).code == 0
    assert states(room) == ["settled"] * 8


def test_corrections_that_nobody_answers_wait_together(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert room.run("publish", *ARTICLES, at=REAL).code == 0
    monkeypatch.setattr("syndicate.delivery.rim.BUDGET_SECONDS", 0.7)
    for name in ARTICLES:
        room.rewrite("Isi", "Isi baru", name)
    silent = SLOW["silence"]
    room.api.faults += [Rude(on="editMessageText", speak=silent) for _ in ARTICLES]
    answer = room.run("publish", *ARTICLES, "--minor", at=REAL)
    assert answer.code == 3
    assert len(room.api.faults) == 6
    assert states(room) == ["due"] * 8
