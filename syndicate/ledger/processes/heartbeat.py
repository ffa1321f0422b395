"""Heartbeat at PostgreSQL: a lock that is held as long as this process lives."""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

import psycopg

from syndicate.system.process import LOCK

if TYPE_CHECKING:
    from syndicate.ledger.database.postgresql import Dialler, Line

BEAT_SECONDS = 2.0  # between two words: whoever ends idle connections does not end this one
ANSWER_SECONDS = 10.0  # for the answer to one
RETRY_SECONDS = 0.5  # between two tries to get it back
LEAVE_SECONDS = 1.0  # for the farewell
LOCK_SQL = f"SELECT pg_try_advisory_lock({LOCK}, %s), pg_backend_pid()"


class Heartbeat:
    """A connection that holds this process's lock, reopened at once where it was ended.

    A thread keeps it, for what has to notice is at work elsewhere, or waits for a mail server.
    """

    def __init__(self, dial: Dialler, number: int) -> None:
        self._dial, self._number = dial, number
        self._ended = Event()
        self._hears, self._wake = os.pipe()
        self.renewed = 0  # how often it was lost, and got back
        self.session = 0  # the server's process that holds it
        self._line: Line | None = self._taken()
        self._thread = Thread(target=self._keep, daemon=True, name="heartbeat")
        self._thread.start()

    def close(self) -> None:
        """Release the lock: from now on this process counts as dead."""
        self._ended.set()
        os.write(self._wake, b".")
        self._thread.join(LEAVE_SECONDS)
        if self._line is not None:
            self._line.patience = LEAVE_SECONDS
            self._line.close()
        if not self._thread.is_alive():
            os.close(self._wake)
            os.close(self._hears)

    def _taken(self) -> Line | None:
        """Return a connection with the lock; None where our own lost one still has it."""
        line = self._dial()
        try:
            line.autocommit, line.patience = True, ANSWER_SECONDS
            row = line.execute(LOCK_SQL, (self._number,)).fetchone()
            if row and row[0]:
                self.session = row[1]
                return line
        except BaseException:
            line.close()
            raise
        line.close()
        return None

    def _keep(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are the main one's
        while not self._ended.is_set():
            try:
                if self._line is None:
                    self._line = self._taken()
                    self.renewed += self._line is not None
                    if self._line is None:
                        self._ended.wait(RETRY_SECONDS)
                    continue
                self._wait(self._line)
                if not self._ended.is_set():
                    self._line.execute("SELECT 1")
            except (psycopg.Error, OSError, ValueError):
                if self._line is not None:
                    with suppress(psycopg.Error, OSError):
                        self._line.close()
                    self._line = None
                else:
                    self._ended.wait(RETRY_SECONDS)

    def _wait(self, line: Line) -> None:
        """Wait for the next beat, or for the end of the connection."""
        waits = select.poll()  # whatever the numbers of its files are
        for file in (line.fileno(), self._hears):
            waits.register(file, select.POLLIN)
        waits.poll(BEAT_SECONDS * 1000)
