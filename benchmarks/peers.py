"""Programs that ours are measured against, each in a virtual environment of its own."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent / ".bench"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
# a peer's dependency that comes as source only is built with these, as the Makefile builds ours
BUILDERS = ("setuptools", "wheel")


def python_of(requirement: str) -> Path:
    """Return the interpreter of a peer's environment, which need not exist yet."""
    return BENCH / requirement.replace("[markdown]", "") / "bin" / "python"


def installed(requirement: str) -> str:
    """Install a peer, unless it is there; return why it cannot be had, or nothing."""
    python = python_of(requirement)
    if (python.parent.parent / "complete").exists():
        return ""
    if os.environ.get("PIP_NO_INDEX"):
        return "no registry may be asked (PIP_NO_INDEX)"
    print(f"Installing {requirement} to measure against …", flush=True)
    venv.create(python.parent.parent, with_pip=True, clear=True)
    for words in (BUILDERS, ("--no-build-isolation", requirement)):
        done = subprocess.run(
            [str(python), *PIP, *words], capture_output=True, text=True, check=False, timeout=300
        )
        if done.returncode:
            return next(iter(done.stderr.strip().splitlines()[-1:]), f"exit {done.returncode}")
    (python.parent.parent / "complete").touch()
    return ""
