"""Commands at a terminal of their own: what is typed there, and what its screen shows."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

from support.forks import WarmProcess
from support.newsroom import NOON, Newsroom
from support.screen import screen
from syndicate.cli import main

Files = Mapping[int, str]
NO_FILES: Files = {}
PATIENCE = 30.0  # seconds until words that do not come count as words that never will


@dataclass
class Terminal:
    """A command at a terminal, and all that it has written there."""

    process: BaseProcess
    line: int
    columns: int
    written: str = ""

    @property
    def seen(self) -> list[str]:
        """The screen's lines, without the empty ones."""
        return [row for row in screen(self.written, self.columns) if row]

    @property
    def code(self) -> int | None:
        return self.process.exitcode

    def read_until(self, words: str) -> list[str]:
        """The screen once it shows these words, or at the command's end."""
        until = time.monotonic() + PATIENCE
        while not any(words in row for row in self.seen) and self._read(until):
            pass
        return self.seen

    def end(self) -> list[str]:
        """The screen at the command's end."""
        until = time.monotonic() + PATIENCE
        while self._read(until):
            pass
        self.process.join(PATIENCE)
        return self.seen

    def type(self, text: str) -> None:
        os.write(self.line, text.encode())

    def interrupt(self) -> None:
        """Do what Ctrl-C does, until the command answers.

        A signal that comes just before a line is read is only noticed with the next one.
        """
        assert self.process.pid
        while self.process.is_alive():
            os.kill(self.process.pid, signal.SIGINT)
            while select.select([self.line, self.process.sentinel], [], [], 2.0)[0]:
                if not self._read(0.0):
                    return

    def _read(self, until: float) -> bool:
        """Take in what was written; False once there is no more to come."""
        there = [self.line, self.process.sentinel]
        ready, _, _ = select.select(there, [], [], max(0.0, until - time.monotonic()))
        assert ready, f"nothing more came:\n{self.written}"
        if self.line in ready:
            self.written += os.read(self.line, 65536).decode(errors="replace")
        return self.line in ready


@contextmanager
def terminal(
    room: Newsroom, *words: str, columns: int = 200, no_color: bool = True, files: Files = NO_FILES
) -> Iterator[Terminal]:
    """Run a command at a terminal, and wait for nothing.

    ``files`` take what is written to 1 or 2 instead of the terminal, as ``2>log`` has it.
    """
    colour = {"NO_COLOR": "1"} if no_color else {}
    environ = room.environ(NOON) | {"TERM": "xterm-256color", "COLUMNS": f"{columns}"} | colour
    line, inside = pty.openpty()  # the inside stays open: else what was written last is lost
    given = (words, str(room.folder), environ, os.ttyname(inside), files)
    process = WarmProcess(target=be_at_a_terminal, args=given)
    process.start()
    try:
        yield Terminal(process, line, columns)
    finally:
        process.kill()
        process.join()
        os.close(line)
        os.close(inside)


def at_a_terminal(
    room: Newsroom, *words: str, type: str = "", no_color: bool = True, columns: int = 200,
    files: Files = NO_FILES,
) -> str:  # fmt: skip
    """Run a command at a terminal, and return all that it wrote."""
    with terminal(room, *words, columns=columns, no_color=no_color, files=files) as at:
        at.type(type)
        at.end()
        return at.written


def be_at_a_terminal(
    words: tuple[str, ...], folder: str, environ: dict[str, str], name: str, files: Files
) -> None:
    """What a forked process does: become ``syndicate`` with these words, at this terminal."""
    os.setsid()
    line = os.open(name, os.O_RDWR)  # the first one that a session opens is its own
    for number in range(3):
        os.dup2(line, number)
    os.close(line)
    sys.stdin, sys.stdout, sys.stderr = (  # as Python opens them at a terminal
        os.fdopen(number, "w" if number else "r", 1, closefd=False) for number in range(3)
    )
    os.chdir(folder)
    for number, path in files.items():
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["syndicate", *words]
    main()
