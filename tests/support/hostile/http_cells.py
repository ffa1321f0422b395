"""A table of servers of HTTP that misbehave; a command meets each of them, all side by side.

    python -m support.hostile.http_cells FOLDER PATIENCE [CELL…]

FOLDER/baru is an office with an article, FOLDER/lama one that has published it.

One process is a whole table: what it needed at most is more than any single command may need.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from support.hostile.memory import peak
from support.newsroom import CHAT, TOKEN
from support.serving import served
from syndicate.config.loader import load
from syndicate.loopback.botapi import BotApi, No, Rude
from syndicate.loopback.http_faults import ENDLESS_ANSWERS, MALFORMED, RUDE, Speaks, said_by
from syndicate.office import Office
from syndicate.operations.publish import publish
from syndicate.operations.recording import Publication
from syndicate.operations.tick import tick
from syndicate.operations.withdraw import WithdrawalRequest as Withdrawal
from syndicate.operations.withdraw import withdraw
from syndicate.report import Report

AT_ONCE = 12  # cells, but for what is large: that is measured alone
HEAVY = ("half a million brackets",)
API, SITE = "http://127.0.0.1:11", "http://127.0.0.1:12"  # in files, for where the servers are
NEW, OLD, LOST = "baru", "lama", "hilang"  # offices: nothing, an article, one in doubt is out
DOUBT, WAITS, DONE = 4, 3, 0


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a command is about when somebody misbehaves."""

    name: str
    article: str = "kabar.md"
    office: str = NEW
    method: str = ""  # of the Bot API; without one a site misbehaves
    code: int = WAITS
    state: str = "due"
    row: str = "post"


STEPS = (
    Step(name="opening", method="getMe"),
    Step(name="the chat", method="getChat"),
    Step(name="a post", method="sendMessage", code=DOUBT, state="in_doubt"),
    Step(name="an upload", method="sendPhoto", article="foto.md", code=DOUBT, state="in_doubt"),
    Step(name="a correction", office=OLD, method="editMessageText"),
    Step(name="a removal", office=OLD, method="deleteMessage"),
    Step(name="a hub", row="hub/"),
    Step(name="a picture's size", article="gambar.md", code=DONE, state="settled"),
    Step(name="a picture", article="gambar.md"),  # which is tried again later
    Step(name="the public page", office=LOST, code=DOUBT, state="in_doubt"),
)


PICTURES = ("a picture's size", "a picture")
LATER = {"a wait of ages"}  # Telegram has done nothing, and says so
SOON = {"a wait of nothing", "a wait that is none"}  # it is asked again after a second
NO = {"no and no word more", "no in half a sign"}
BESIDE = {  # what is no trouble after all: a code, what is booked, how many posts
    # its words go without the picture
    **{f"an upload: {fault}": (DONE, "settled", 1) for fault in NO},
    **{
        f"{step}: {fault}": (WAITS, "refused", 0)
        for step in ("a post", "a correction", "a removal")
        for fault in NO
    },
    "a correction: a name of half a sign": (DONE, "settled", 0),  # nobody needs it
    "a hub: half packed": (DONE, "settled", 0),  # its head says that it was told
    "a hub: moved to itself": (WAITS, "refused", 0),
    # asked again at once, Telegram has no such message in its chat
    **{f"a correction: {fault}": (WAITS, "refused", 0) for fault in SOON},
    **{f"a removal: {fault}": (DONE, "settled", 0) for fault in SOON},
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Who misbehaves, and how."""

    step: Step
    fault: str
    speak: Speaks

    def __str__(self) -> str:
        return f"{self.step.name}: {self.fault}"

    @property
    def expected(self) -> tuple[int, str, int]:
        """The exit code, what is booked, and how many posts there are."""
        if found := BESIDE.get(str(self)):
            return found
        if self.fault in LATER:
            return WAITS, "due", 0
        if self.fault in SOON:
            return DONE, "settled", 1
        return self.step.code, self.step.state, int(self.step.name in PICTURES)


def cells() -> Iterator[Cell]:
    for step in STEPS:
        faults = {**RUDE, **MALFORMED} if step.method else RUDE
        for name, speak in faults.items():
            yield Cell(step=step, fault=name, speak=speak)


CELLS = {str(cell): cell for cell in cells()}


@dataclass(kw_only=True)
class Outcome:
    """What came of a cell."""

    code: int = 1
    state: str = ""
    posts: int = 0
    said: str = ""
    seconds: float = 0.0


class Site(ThreadingHTTPServer):
    """A site that misbehaves whatever it is asked."""

    daemon_threads = True

    def __init__(self, speak: Speaks) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.speak, self.closing = speak, Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asks may hang up."""


class Asked(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.close_connection = True
        said_by(self.server.speak, self.connection, self.server.closing)

    do_POST = do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def misbehaving(speak: Speaks) -> Iterator[Site]:
    with served(Site(speak)) as server:
        try:
            yield server
        finally:
            server.closing.set()


def tried(cell: Cell, folder: Path, here: Path, patience: float) -> Outcome:
    """What a command makes of it."""
    step = cell.step
    shutil.copytree(folder / step.office, here)
    with BotApi(chats={CHAT: -1001}, tokens=[TOKEN]) as api, misbehaving(cell.speak) as site:
        for path in (here / "config.toml", here / "gambar.md"):
            path.write_text(path.read_text().replace(SITE, site.url).replace(API, api.url))
        config, kept = load(here / "config.toml"), "feed" if step.name == "a hub" else "telegram"
        channel = {**config.channels[kept], "patience": patience}
        config = replace(config, channels={kept: channel})
        if step.method:
            api.faults.append(Rude(on=step.method, speak=cell.speak))
        if step.name == "a picture":
            api.faults.append(No(on="sendPhoto", description="Bad Request: webpage_curl_failed"))
        began = monotonic()
        with closing(Office.open(config, lambda: datetime.now(UTC), looks=False)) as office:
            report = _commanded(step, office, here)
        seconds = monotonic() - began
        posts = len(api.posts)
    lines = [f"{line.address}: {line.why}" for line in report.lines if line.why]
    return Outcome(
        code=report.exit_code, seconds=seconds, posts=posts, state=_state(here, step.row),
        said="\n".join([*report.problems, *lines, *report.notes]),
    )  # fmt: skip


def _commanded(step: Step, office: Office, here: Path) -> Report:
    article = here / step.article
    if step.office == LOST:
        return tick(office)
    if step.name == "a removal":
        return withdraw(office, Withdrawal(article=_uri(article), reason="salah", kill=True))
    if step.office == OLD:
        article.write_text(article.read_text().replace("Isi", "Isi baru"))
    wish = Publication(paths=[article], notes={article: "Diperbaiki."}, same_article=True)
    return publish(office, wish)


def _uri(article: Path) -> str:
    [line] = [one for one in article.read_text().splitlines() if one.startswith("uri:")]
    return line.removeprefix("uri:").strip().strip("\"'")


def _state(here: Path, row: str) -> str:
    """What the ledger says of the newest delivery of that kind."""
    query = "SELECT state FROM deliveries WHERE address LIKE ? ORDER BY id DESC LIMIT 1"
    with closing(sqlite3.connect(here / "syndicate.db")) as db:
        return str((db.execute(query, [f"{row}%"]).fetchone() or ["nothing"])[0])


def main(folder: Path, patience: float, names: list[str]) -> None:
    """Try the named cells (all), and say what came of them as JSON."""
    chosen, before = [CELLS[name] for name in names or CELLS], peak()
    large = [cell for cell in chosen if cell.fault in ENDLESS_ANSWERS or cell.fault in HEAVY]
    found = _side_by_side(large, folder / "a", patience, 1)
    most = peak()
    rest = [cell for cell in chosen if cell not in large]
    found |= _side_by_side(rest, folder / "b", patience, AT_ONCE)
    print(json.dumps({"before": before, "peak": most, "cells": found}))


def _side_by_side(
    chosen: Sequence[Cell], folder: Path, patience: float, at_once: int
) -> dict[str, dict[str, Any]]:
    folder.mkdir()
    with ThreadPoolExecutor(at_once) as threads:
        outcomes = threads.map(
            lambda numbered: tried(numbered[1], folder.parent, folder / f"{numbered[0]}", patience),
            enumerate(chosen),
        )
        return {str(cell): asdict(one) for cell, one in zip(chosen, outcomes, strict=True)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
