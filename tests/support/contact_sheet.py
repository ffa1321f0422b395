"""Draw all golden posts as a phone shows them: build/contact-sheet.html, and .png by Chromium.

``PYTHONPATH=tests python -m support.contact_sheet``; no picture where no Chromium is found.
"""

from __future__ import annotations

import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from support.chromium import browser as find_browser
from support.gallery import Piece, gallery
from support.posts import Post, units
from syndicate.demo.post_html import bubble

PNG = b"\x89PNG"
BUILD = Path(__file__).resolve().parents[2] / "build"

COLUMNS, BUBBLE, GAP = 5, 360, 20  # pixels, but for the first
PAGE = """<!doctype html>
<meta charset="utf-8"><title>Golden posts</title>
<style>
body {{ margin: {gap}px; background: #d3e4e2; color: #14253f; columns: {columns};
  column-gap: {gap}px;
  font: 15px/1.35 Roboto, "Noto Sans", "Noto Color Emoji", system-ui, sans-serif; }}
figure {{ margin: 0 0 {gap}px; width: {bubble}px; }}
figcaption {{ font-size: 12px; color: #4a5a70; margin: 0 0 4px 6px; break-after: avoid; }}
.bubble {{ background: #fff; border-radius: 14px 14px 14px 4px; overflow: hidden; }}
.said {{ white-space: pre-wrap; overflow-wrap: anywhere; padding: 10px 12px; }}
.said a, .tag {{ color: #0b5f63; text-decoration: none; }}
.quote {{ border-left: 3px solid #0b5f63; padding-left: 8px; display: inline-block;
  background: #eef6f5; }}
code {{ font: 13px/1.3 "Noto Sans Mono", "DejaVu Sans Mono", monospace; background: #f2f4f4; }}
.picture {{ background: #b8c9c7; color: #33484b; min-height: 120px; display: grid;
  place-items: center; font-size: 12px; text-align: center; }}
.picture img {{ display: block; width: 100%; }}
</style>
{figures}
<script>document.documentElement.dataset.height = document.documentElement.scrollHeight</script>
"""


def main() -> None:
    BUILD.mkdir(exist_ok=True)
    page, picture = BUILD / "contact-sheet.html", BUILD / "contact-sheet.png"
    with TemporaryDirectory() as name:
        figures = "\n".join(map(figure, gallery(Path(name))))
    page.write_text(
        PAGE.format(figures=figures, columns=COLUMNS, bubble=BUBBLE, gap=GAP), encoding="utf-8"
    )
    print(page)
    browser = find_browser()
    if browser is None:
        print("no picture: no Chromium was found", file=sys.stderr)
    else:
        photograph(browser, page, picture)
        print(picture)


def figure(piece: Piece) -> str:
    said = piece.post
    stretches = bubble(said.text, (dict(entity) for entity in said.entities))
    text = stretches.replace('</span><span class="quote">', "")  # one bar beside all of it
    shown = _picture(said, piece.files)
    parts = [f'<div class="said" dir="auto">{text}</div>']
    parts.insert(0 if said.is_caption or said.given.get("above") else 1, shown)
    caption = f"{piece.name}: {units(said.text):,} units, {len(said.entities)} entities"
    return (
        f"<figure><figcaption>{escape(caption)}</figcaption>"
        f'<div class="bubble">{"".join(parts)}</div></figure>'
    )


def _picture(said: Post, files: Mapping[str, bytes]) -> str:
    """The file itself; for one at an address, which may not exist, a frame with that address."""
    names = said.given["attached"] or list(filter(None, [said.given["card"]]))
    return "".join(_one(name, files) for name in names)


def _one(name: str, files: Mapping[str, bytes]) -> str:
    content = files.get(name, b"")
    if content[:4] == PNG:
        data = b64encode(content).decode()
        return f'<div class="picture"><img alt="" src="data:image/png;base64,{data}"></div>'
    return f'<div class="picture">{escape("📄 PDF" if content else name)}</div>'


def photograph(browser: str, page: Path, picture: Path) -> None:
    width = COLUMNS * (BUBBLE + GAP) + GAP
    shown = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    told = _run([*shown, f"--window-size={width},1000", "--dump-dom", page.as_uri()])
    found = re.search(r'data-height="(\d+)"', told)
    height = int(found[1]) if found else 8000
    _run([*shown, f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri()])


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


if __name__ == "__main__":
    main()
