"""How much memory a process has held."""

from __future__ import annotations

import re
from pathlib import Path


def peak() -> int:
    """KiB that this process has ever held (Linux).

    ``getrusage`` would tell of whoever started it, too: what that one held counts across exec.
    """
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found
    return int(found[1])
