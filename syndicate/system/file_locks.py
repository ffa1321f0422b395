"""Locks on files, as this machine's kernel lists them, and the processes that hold them."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

LOCKS = Path("/proc/locks")  # proc_locks(5); missing outside of Linux
LINE = re.compile(r"^\d+: POSIX +\w+ +WRITE +(\d+) +\S+:(\d+) (\d+) (\d+|EOF)$", re.MULTILINE)
STOPPED = "Tt"  # states in proc_pid_stat(5)


def writer_of(file: Path, byte: int) -> int | None:
    """Return the process that has this byte of a file locked for itself; None where unknown."""
    try:
        number, listed = os.stat(file).st_ino, LOCKS.read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    for pid, inode, start, end in LINE.findall(listed):
        ends = end == "EOF" or byte <= int(end)
        if int(inode) == number and int(start) <= byte and ends and int(pid) != os.getpid():
            return int(pid) or None  # 0: of another container
    return None


def described(pid: int) -> str:
    """Describe a process in words: ``process 17 (syndicate tick), which is stopped``."""
    name = _command(pid)
    stands = ", which is stopped" if _state(pid) in STOPPED else ""
    return f"process {pid}{f' ({name})' if name else ''}{stands}"


def is_stopped(pid: int) -> bool:
    """Return whether a process stands still until somebody lets it go on."""
    return _state(pid) in STOPPED


def _state(pid: int) -> str:
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return stat.rpartition(")")[2].split()[0]
    return "-"


def _command(pid: int) -> str:
    """Return the program's name; ours with the command's first word, but nothing secret."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        names = [Path(word).name for word in words if word]
        if "syndicate" in names:
            after = names[names.index("syndicate") + 1 :]
            commands = [word for word in after if word.isalpha() and word.islower()]
            return " ".join(["syndicate", *commands[:1]])
        return names[0] if names else ""
    return ""
