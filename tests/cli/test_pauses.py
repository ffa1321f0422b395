"""Pauses that a server asks for, and signals: a command waits, or stops between two effects."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from support.children import wait_until
from support.doubts import resolve_command
from support.newsroom import NOON, Newsroom
from syndicate.loopback.botapi import Flood, Slow


def test_a_short_pause_is_waited_for(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Flood(retry_after=1))
    began = time.monotonic()
    room.publish()
    assert time.monotonic() - began >= 1
    assert len(room.api.posts) == 1


def test_a_long_pause_is_kept_and_a_later_tick_finishes(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Flood(retry_after=3600))
    began = time.monotonic()
    answer = room.run("publish", "kabar.md")
    assert answer.code == 3
    assert "3600" in answer.out
    assert re.search(r"it is tried again from \d+ \w+ \d{4} \d\d:\d\d WIB", answer.out)
    assert time.monotonic() - began < 10
    asked = len(room.api.requests)
    assert room.run("tick").code == 3
    assert room.run("publish", "kabar.md").code == 3
    assert len(room.api.requests) == asked  # nobody knocks before the time
    room.let_pauses_end()
    assert room.run("tick").code == 0
    assert len(room.api.posts) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_between_two_effects(
    room: Newsroom, number: signal.Signals
) -> None:
    for name in ("a", "b", "c"):
        room.write(f"{name}.md", headline=f"Kabar {name}")
    room.api.faults.append(Slow(seconds=0.7))
    child = room.start("publish", "a.md", "b.md", "c.md")
    wait_until(lambda: bool(room.api.posts))
    os.kill(child.pid, number)
    answer = child.answer()
    assert answer.code == 3
    assert "Traceback" not in answer.err
    assert len(room.api.posts) == 1
    assert room.run("status").code == 3
    room.publish("a.md", "b.md", "c.md")
    assert sorted(room.posts) == sorted(set(room.posts))
    assert len(room.api.posts) == 3


def test_a_second_signal_ends_it_at_once_and_says_what_to_do(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Slow(seconds=20))
    child = room.start("publish", "kabar.md")
    wait_until(lambda: bool(room.api.posts))
    for _ in range(2):
        os.kill(child.pid, signal.SIGINT)
        time.sleep(0.3)
    answer = child.answer()
    assert answer.code == 4
    assert "syndicate status" in answer.err
    assert room.run("status").code == 4
    assert len(room.api.posts) == 1


def test_a_killed_command_leaves_a_doubt_that_status_names_at_once(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Slow(seconds=20))
    child = room.start("publish", "kabar.md")
    wait_until(lambda: bool(room.api.posts))
    os.kill(child.pid, signal.SIGKILL)
    assert child.answer().code == -signal.SIGKILL
    shown = room.run("status")
    assert shown.code == 4
    assert room.run(*resolve_command(shown, "--sent 1")).code == 0
    room.publish()
    assert len(room.api.posts) == 1


def test_what_is_under_way_in_a_living_process_is_left_to_it(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(Slow(seconds=1))
    child = room.start("publish", "kabar.md")
    wait_until(lambda: bool(room.api.posts))
    assert "under way" in room.run("publish", "kabar.md", at=NOON).out
    assert child.answer().code == 0
    room.publish()
    assert len(room.api.posts) == 1


def test_a_long_pause_holds_for_other_articles_and_other_processes(room: Newsroom) -> None:
    room.write()
    room.write("lain.md", headline="Kabar lain")
    room.api.faults.append(Flood(retry_after=3600))
    assert room.run("publish", "kabar.md").code == 3
    room.api.faults.clear()
    asked = len([one for one in room.api.requests if one.method.startswith("send")])
    answer = room.child("publish", "lain.md")
    assert answer.code == 3
    assert "sending is possible again in" in answer.said
    assert len([one for one in room.api.requests if one.method.startswith("send")]) == asked
    assert room.posts == []


def test_posts_keep_their_distance(room: Newsroom) -> None:
    room.change("telegram", pace=0.5)
    room.write()
    room.write("lain.md", headline="Kabar lain")
    began = time.monotonic()
    room.publish("kabar.md", "lain.md")
    assert time.monotonic() - began >= 0.5
    assert len(room.posts) == 2
