"""Processes that a test forks off, warm with all that it has imported, to kill or to race."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from sqlalchemy import text

from support.onlookers import onlooker

HAPPENS_WITHIN = 20.0  # seconds until something that must happen counts as not happening


@dataclass
class ForkedChild:
    """A process of our own making."""

    pid: int
    url: str
    _ended: int | None = field(default=None, init=False)

    def wait(self) -> int:
        """Its exit code, negative where a signal ended it; PostgreSQL has seen it go, too."""
        if self._ended is None:
            _, status = os.waitpid(self.pid, 0)
            self._ended = os.waitstatus_to_exitcode(status)
            _seen_to_go(self.url, self.pid)
        return self._ended

    def kill(self) -> int:
        """End it as a power cut would; its exit code, 0 where it was done already."""
        os.kill(self.pid, signal.SIGKILL)
        return self.wait()


def fork(url: str, work: Callable[[], object]) -> ForkedChild:
    """Do something in a child that is warm already: it has imported all that we have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests' threads do not matter
        pid = os.fork()
    if not pid:
        _live(url, work)
    return ForkedChild(pid, url)


def in_child(url: str, work: Callable[[], object]) -> int:
    """Do something in a child and wait for its end; returns its exit code."""
    return fork(url, work).wait()


def die() -> NoReturn:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what another process is about to do."""
    until = time.monotonic() + HAPPENS_WITHIN
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.005)


def _live(url: str, work: Callable[[], object]) -> NoReturn:
    code = 1
    gc.disable()  # it would touch, and so copy, all of the parent's memory
    try:
        os.environ["PGAPPNAME"] = f"child {os.getpid()}"
        work()
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _seen_to_go(url: str, pid: int) -> None:
    """A server sees a moment later than we do that its client is gone."""
    if url.startswith("sqlite"):
        return
    left = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
    with onlooker(url).connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        wait_until(lambda: db.scalar(left, {"name": f"child {pid}"}) == 0)
