"""Processes that hold claims, and proof that they live or are dead."""

from __future__ import annotations

import os
import socket
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LONGEST_SESSION_NAME_BYTES = 63  # bytes that PostgreSQL keeps of a session's name
LOCK = 0x73796E64  # "synd": the first half of PostgreSQL's advisory lock; a holder's id is the rest

_command = [""]  # what this process does; one command after the other


def remember_command(command: str) -> None:
    """Remember which command this process runs."""
    _command[0] = command


def title() -> str:
    """Name this process to whoever waits for it: the command, the host, the process's number."""
    end = f" ({os.getpid()})"
    what = f"syndicate {_command[0]}".strip()[:30]
    name = f"{what} on {socket.gethostname()}".encode("ascii", "replace").decode()
    return name[: LONGEST_SESSION_NAME_BYTES - len(end)] + end


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One process of one boot of one host.

    ``host`` names the process namespace too: two containers may share a name and a boot, and the
    pids of one mean nothing in the other.
    """

    host: str
    boot: str
    pid: int
    started: str

    @classmethod
    def me(cls) -> Holder:
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> Holder:
        """Whatever runs here under a number; ``started`` is "" where nothing does."""
        return cls(host=_host(), boot=_boot(), pid=pid, started=_started(pid))

    def is_here(self) -> bool:
        """Return True for this boot of this very host; others may have its name."""
        return (self.host, self.boot) == (_host(), _boot())

    @property
    def name(self) -> str:
        """Its machine's name, as people know it."""
        return self.host.partition(" ")[0]

    def proven_dead(self) -> bool:
        """Return True where it is certain, from here, that the process is dead."""
        if self.host != _host():
            return False  # nobody here can tell; time will
        if self.boot != _boot():
            return True
        return _started(self.pid) != self.started

    def proven_alive(self) -> bool:
        """Return True where it is certain, from here, that the process still runs."""
        return self.host == _host() and not self.proven_dead()


@cache
def _host() -> str:
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {namespace}".strip()


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return _ask("sysctl", "-n", "kern.boottime")


def _started(pid: int) -> str:
    """When a process started, as its kernel says it; "" where there is no such process."""
    if not Path("/proc/self/stat").exists():
        return _ask("ps", "-o", "lstart=", "-p", str(pid))
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    after_name = stat.rpartition(")")[2].split()
    if after_name[0] in "ZX":
        return ""  # a zombie has no effects any more
    return after_name[19]  # field 22, proc(5)


def _ask(*command: str) -> str:
    asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return " ".join(asked.stdout.split())
