"""A real browser, where the machine has one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from html import unescape
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REPORT = """
<script>{axe}</script>
<script>
axe.run({{resultTypes: ["violations"]}}).then(found => {{
  parent.postMessage(JSON.stringify({{
    width: window.innerWidth,
    scrolls: document.documentElement.scrollWidth > window.innerWidth,
    passes: found.passes.length,
    violations: found.violations.map(one => [one.id, ...one.nodes.map(node => node.html)]),
  }}), "*");
}});
</script>
"""
# a window has a least width, a frame has none
FRAME = """<!doctype html>
<script>addEventListener("message", it => document.documentElement.dataset.axe = it.data)</script>
<iframe src="page.html" style="border: 0; width: {width}px; height: 2000px"></iframe>
"""


def browser() -> str | None:
    """The program, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def axe(page: bytes, width: int, *, dark: bool = False) -> dict[str, Any]:
    """What axe finds on a page of this width (pixels)."""
    report = REPORT.format(axe=_axe().replace("</script", "<\\/script"))
    head = page.decode().replace("</body>", f"{report}</body>")
    with TemporaryDirectory() as name:
        Path(name, "page.html").write_text(head, encoding="utf-8")
        path = Path(name, "frame.html")
        path.write_text(FRAME.format(width=width), encoding="utf-8")
        scheme = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
        shown = run(
            "--virtual-time-budget=20000", "--window-size=1400,2100", *scheme,
            f"--user-data-dir={name}/profile", "--dump-dom", path.as_uri(),
        )  # fmt: skip
    said = re.search(r'data-axe="([^"]*)"', shown)
    assert said, shown[-2000:]
    found: dict[str, Any] = json.loads(unescape(said[1]))
    return found


def run(*words: str) -> str:
    """The browser's answer."""
    program = browser()
    assert program is not None
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")
    done = subprocess.run([program, *flags, *words], capture_output=True, timeout=100, check=True)
    return done.stdout.decode()


@cache
def _axe() -> str:
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
