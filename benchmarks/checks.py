"""What `check` costs for each file: its rules and the whole command, as ratios to reading it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from syndicate import sources
from syndicate.config.loader import load
from syndicate.intake.examined import examined
from syndicate.office import Office
from syndicate.operations.check import check_articles

MOST_RULES = 1.0  # of the rules for a file, in times of reading it: 2 ms where that takes 2
CONFIG = """
[publisher]
name = "Dinas Kominfo Contoh"
url = "https://kominfo.contoh.go.id"
[channels.feed]
kind = "feed"
title = "Kabar"
url = "https://kominfo.contoh.go.id/feed"
directory = "feed"
pages = true
[channels.telegram]
kind = "telegram"
token = "1:x"
chat = "@kabar"
[channels.harian]
kind = "email"
title = "Kabar harian"
schedule = "daily 17:00"
sender = "Redaksi <redaksi@kominfo.contoh.go.id>"
smtp = "smtp://127.0.0.1:2525"
mailbox = "berhenti@kominfo.contoh.go.id"
[glossary]
names = ["Diskominfotik", "Bengkalis", "Fadhillah", "Penghargaan"]
"""
PARAGRAPH = (
    "Kepala dinas menerima rombongan nomor {n} pada Jumat, 18 Maret 2022 pukul 08.00 WIB di ruang"
    " kerjanya, dan menyampaikan bahwa {m} desa telah menerima bantuan Rp{m} juta. “Kami siap"
    " menyebarluaskan informasi kepada masyarakat lewat laman kantor,” ucapnya di hadapan warga."
)


def article(number: int) -> str:
    """Return an article of some 400 words."""
    body = "\n\n".join(PARAGRAPH.format(n=number * 10 + at, m=at * 7 + 3) for at in range(10))
    return f"---\nprofile: berita\nheadline: Bantuan ke-{number} diserahkan\n---\n\n{body}\n"


def milliseconds(work: Callable[[], object], files: int) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) / files * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    files = parser.parse_args().files
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIG)
        paths = [folder / f"kabar-{number}.md" for number in range(files)]
        for number, path in enumerate(paths):
            path.write_text(article(number), encoding="utf-8")
        office = Office.open(load(folder / "config.toml"), lambda: datetime.now(UTC), dry=True)
        drafts: list[sources.Draft] = []
        read = milliseconds(
            lambda: drafts.extend(sources.read(path, office.publisher) for path in paths), files
        )
        rules = milliseconds(lambda: [examined(office, draft) for draft in drafts], files)
        whole = milliseconds(lambda: check_articles(office, paths), files)
        office.close()
    print(f"{files} articles: read {read:.2f} ms a file")
    print(f"rules: {rules:.2f} ms more, {rules / read:.2f} of reading it")
    print(f"check, with all renditions of three channels: {whole:.2f} ms, {whole / read:.1f} of it")
    return 0 if rules <= MOST_RULES * read else 1


if __name__ == "__main__":
    sys.exit(main())
