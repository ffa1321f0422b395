"""A second signal ends a command at once, and it says what to do."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from support import postgres
from support.hostile.signals import (
    GRACE,
    HUP,
    INT,
    REACHED,
    TERM,
    Cell,
    Scene,
    Stand,
    a_command,
    a_hub,
    a_post,
    a_size,
    asked,
    check,
    checking,
    mailing,
    reading,
    stopped,
)
from support.newsroom import PROGRAM, newsroom
from syndicate.loopback import botapi

INSISTED: list[tuple[Cell, Scene]] = [
    (Cell("a post", 4, {"telegram": ["sending"]}, at_once=True), a_post),
    (Cell("a post, Ctrl-C", 4, {"telegram": ["sending"]}, INT, at_once=True), a_post),
    (Cell("the feed's command", 4, at_once=True), a_command),
    (Cell("a hub", 4, at_once=True), a_hub),
    (Cell("a picture's size", 4, at_once=True), a_size),
    (Cell("a letter's dot", 4, at_once=True), partial(mailing, step="dot")),
    (Cell("a relay's greeting", 4, at_once=True), partial(mailing, step="connect")),
    (Cell("an inbox's letter", 4, at_once=True), partial(reading, step="literal")),
    (Cell("checking a bot", 1, at_once=True), checking),
]


@pytest.mark.soak
def test_the_second_signal_ends_a_command_at_once(tmp_path: Path) -> None:
    found = list(stopped(INSISTED, tmp_path, again=True))
    check(iter(found))
    [post] = [one for one in found if one.cell.name == "a post"]
    assert "syndicate status" in post.answer.err


@pytest.mark.soak
def test_a_ledger_s_server_that_answers_no_more_is_not_waited_for(tmp_path: Path) -> None:
    with ExitStack() as stack, newsroom(tmp_path / "kantor") as room:
        server = stack.enter_context(postgres.mortal())
        url = stack.enter_context(postgres.database(server.url))
        room.ledger_url = url.replace("+psycopg", "")
        room.configure()
        stand = Stand(room, stack, tmp_path)
        a_post(stand)
        child = room.start(*stand.words, at=stand.at)
        until = time.monotonic() + REACHED
        while not stand.reached():
            assert time.monotonic() < until
            time.sleep(0.02)
        os.killpg(server.process.pid, signal.SIGSTOP)
        try:
            child.send(TERM)
            began = time.monotonic()
            answer = child.answer()
        finally:
            os.killpg(server.process.pid, signal.SIGCONT)
        assert answer.code == 4
        assert time.monotonic() - began < GRACE + 4
        assert "Traceback" not in answer.said
        again = room.run("publish", "kabar.md")
        assert again.code == 4
        assert "syndicate resolve" in again.out
        assert len(room.posts) == 1


@pytest.mark.soak
def test_who_ignores_that_the_terminal_was_closed_goes_on(tmp_path: Path) -> None:
    """As nohup has it."""
    with ExitStack() as stack, newsroom(tmp_path / "kantor") as room:
        stand = Stand(room, stack, tmp_path)
        room.only("telegram")
        room.write()
        room.api.faults.append(botapi.Slow(on="sendMessage", seconds=1))
        process = subprocess.Popen(
            ["nohup", *PROGRAM, "publish", "kabar.md"], cwd=room.folder, env=room.environ(),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        reached, until = asked(stand, "sendMessage"), time.monotonic() + REACHED
        while not reached():
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(HUP)
        assert process.wait(REACHED) == 0
