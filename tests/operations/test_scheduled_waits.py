"""A scheduled revision that waits says why, and for whom, wherever a person meets it."""

from __future__ import annotations

import pytest

from support.newsroom import NOON, Newsroom

AFTER_TEN = "2026-05-04T10:04:00+07:00"
LATE = "2026-05-04T16:01:00+07:00"
ELSEWHERE = "a machine that has telegram (this one lacks channels.telegram)"


@pytest.fixture
def lacking(room: Newsroom) -> Newsroom:
    """An office whose revision is scheduled for a channel that has left the configuration."""
    room.write("lain.md", headline="Hasil rapat kerja")
    room.publish("lain.md")
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00", "--channel", "telegram")
    room.only("feed", "harian")
    return room


def test_a_channel_for_which_something_is_scheduled_is_not_retired(lacking: Newsroom) -> None:
    answer = lacking.run("channels", "retire", "telegram")
    assert answer.code == 2
    assert "kabar.md is scheduled for it" in answer.complaint
    assert f"hold {lacking.uri()} --call-off" in answer.complaint
    assert lacking.run("hold", lacking.uri(), "--call-off").code == 0
    assert lacking.run("channels", "retire", "telegram").code == 0


@pytest.mark.parametrize("at", [AFTER_TEN, LATE])
def test_a_missing_channel_is_the_reason_however_late_it_is(lacking: Newsroom, at: str) -> None:
    said = lacking.run("tick", at=at).said
    assert f"waits for {ELSEWHERE} (for other channels: syndicate publish " in said
    assert f"; for none: syndicate hold {lacking.uri()} --call-off)" in said


def test_a_release_promises_nothing_that_this_machine_cannot_send(lacking: Newsroom) -> None:
    lacking.run("hold", "kabar.md")
    said = lacking.run("release", "kabar.md", at=NOON).out
    assert f"goes out with the next tick, from {ELSEWHERE}" in said


def test_the_commands_that_answer_name_the_article(room: Newsroom) -> None:
    room.write()
    room.run("publish", "kabar.md", "--at", "10.00")
    said = room.run("tick", at=LATE).said
    path = room.folder / "kabar.md"
    commands = f"(syndicate release {room.uri()}, syndicate publish {path},"
    assert f"{commands} syndicate publish {path} --at TIME, or syndicate hold {room.uri()})" in said
