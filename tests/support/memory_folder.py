"""A folder in memory, for what would wait for the disk at each commit."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
FREE_BYTES = 2 << 30  # or the tests stay on the disk


def memory_folder() -> Path | None:
    """Return a folder in memory; None where it is small, or may hold no programs."""
    if not os.access(SHARED_MEMORY, os.W_OK):
        return None
    runs_programs = not os.statvfs(SHARED_MEMORY).f_flag & os.ST_NOEXEC
    has_room = shutil.disk_usage(SHARED_MEMORY).free >= FREE_BYTES
    return SHARED_MEMORY if runs_programs and has_room else None
