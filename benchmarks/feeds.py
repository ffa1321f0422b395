"""How long a feed takes: beside bare feedgen, after one change, and with a long history."""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syndicate.config.loader import Settings
from syndicate.ledger import Ledger
from syndicate.model.article import Article, Edition, Item, Media, Publisher
from syndicate.office import Office
from syndicate.operations import publish as publishing
from syndicate.operations import recording
from syndicate_feed import Feed
from syndicate_feed.entries import Entry, entries

ITEMS = 200
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DESK = Publisher(name="Kabar", url="https://kabar.example", language="id", timezone="Asia/Jakarta")
PARAGRAPH = (
    "<p>Komisi Pemilihan Umum membuka <strong>pendaftaran</strong> petugas; lihat "
    '<a href="https://kpu.example/?a=1&amp;b=2">laman resmi</a>. Pendaftaran tidak dipungut '
    "biaya, dan berkas tidak dikirim lewat pesan. “Waspadai hoaks,” kata Ketua KPU.</p>\n"
)
URL = "https://kabar.example/feed"
SETTLING = 1_000_000  # the first number of articles that nobody times: no headline comes twice

# a process of its own for each: what it takes at its most is its own, too
PEAK = """
import re
from pathlib import Path
from benchmarks import feeds
from syndicate_feed import json_feed, pieces, xml_feeds
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
feeds.{what}()
print(peak() - before)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--history", type=int, nargs=2, default=(100, 100_000), metavar="ARTICLES")
    given = parser.parse_args()
    print(f"{ITEMS} items of {len(articles()[0].article.html):,} characters; medians")
    for form, ours, theirs in (("RSS", our_rss, feedgen_rss), ("Atom", our_atom, feedgen_atom)):
        tell(f"{form} from scratch", ours, f"feedgen, bare, {form}", theirs, given.rounds)
    tell("composing, once for all forms", compose, "both of feedgen's", both_bare, given.rounds)
    tell("three forms, all of it", from_scratch, "both of feedgen's", both_bare, given.rounds)
    tell("one of 200 changed", one_changed, "all from scratch", from_scratch, given.rounds)
    tell_peaks()
    tell_histories(given.history, given.rounds)


def tell(
    name: str, one: Callable[[], object], other_name: str, other: Callable[[], object], rounds: int
) -> None:
    """Time two things turn by turn."""
    first, second = timed((one, other), rounds)
    print(f"{name:32} {1e3 * first:8.2f} ms   {other_name}: {1e3 * second:.2f} ms", end="   ")
    print(f"ratio {first / second:.2f} (inverse {second / first:.1f})")


def timed(tasks: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The median of each, in seconds."""
    took: list[list[float]] = [[] for _ in tasks]
    for task in tasks:
        task()  # its imports are not what is measured
    for _ in range(rounds):
        for task, times in zip(tasks, took, strict=True):
            gc.collect()
            began = time.perf_counter()
            task()
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in took]


# from scratch, and after one change


def articles(count: int = ITEMS) -> list[Item]:
    """A newsroom's worth of articles, each with a picture."""
    return [_item(number) for number in range(count)]


def _item(number: int) -> Item:
    at = NOON - timedelta(hours=number)
    picture = Media(
        url=f"{URL}/media/{number}.png", alt="Foto", creator="Tim", media_type="image/png", size=9,
        width=1200, height=800, sha256=f"{number:064}",
    )  # fmt: skip
    article = Article(
        uri=f"tag:kabar.example,2026-05-04:kabar-{number}", headline=f"Kabar ke-{number} & lainnya",
        html=PARAGRAPH * 8, lead="Komisi Pemilihan Umum membuka pendaftaran petugas.",
        url=f"https://kabar.example/kabar-{number}", subjects=("KPU", "pilkada"), by="Redaksi",
        media=(picture,), language="id",
    )  # fmt: skip
    return Item(article=article, version=1, published=at, updated=at)


FEED = Feed(name="feed", title="Kabar", url=URL, directory=Path("unused"), items=ITEMS, index=False)
HELD = Edition(key="collection", publisher=DESK, items=tuple(articles()))


@cache
def pieces() -> list[bytes]:
    """What a ledger keeps."""
    return list(FEED.pieces(HELD.items, DESK))


@cache
def composed() -> list[Entry]:
    """The articles as every form says them: what feedgen's own caller would have to do, too."""
    return entries(HELD.items, DESK)


def our_rss() -> bytes:
    return _ours("rss")


def our_atom() -> bytes:
    return _ours("atom")


def _ours(form: str) -> bytes:
    """One of the two XML forms, from the composed articles to the document."""
    from syndicate_feed import xml_feeds

    head = FEED._head(HELD, [])
    if form == "rss":
        return xml_feeds.rss_document(head, "rss.xml", xml_feeds.rss_items(composed(), "id"))
    return xml_feeds.atom_document(head, "atom.xml", xml_feeds.atom_entries(composed(), "id"), [])


def compose() -> None:
    """What all three forms have in common."""
    entries(HELD.items, DESK)


def both_bare() -> None:
    feedgen_rss()
    feedgen_atom()


def feedgen_rss() -> bytes:
    return bytes(_bare().rss_str(pretty=True))


def feedgen_atom() -> bytes:
    return bytes(_bare().atom_str(pretty=True))


def _bare() -> Any:
    """The same articles by feedgen alone, with its own media and Dublin Core extensions."""
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.load_extension("media", rss=True, atom=False)
    feed.load_extension("dc", rss=True, atom=False)
    feed.id(f"{URL}/atom.xml")
    feed.title("Kabar")
    feed.description("Kabar")
    feed.language("id")
    feed.link(href=f"{URL}/rss.xml", rel="self", type="application/rss+xml")
    feed.link(href="https://kabar.example", rel="alternate")
    for item in HELD.items:
        article, [picture] = item.article, item.article.media
        entry = feed.add_entry(order="append")
        entry.id(article.uri)
        entry.title(article.headline)
        entry.link(href=article.url, rel="alternate")
        entry.published(item.published)
        entry.updated(item.updated)
        entry.content(article.html, type="html")
        entry.summary(article.lead)
        entry.author(name=article.by)
        for subject in article.subjects:
            entry.category(term=subject)
        entry.enclosure(picture.url, str(picture.size), picture.media_type)
        entry.media.content(url=picture.url, medium="image", type=picture.media_type)
        entry.dc.dc_creator(article.by)
    return feed


def from_scratch() -> None:
    list(FEED.render(HELD))


def one_changed() -> None:
    """What a correction costs: one piece anew, and the documents put together again."""
    article = replace(HELD.items[50].article, headline="Kabar yang benar")
    [piece] = FEED.pieces([replace(HELD.items[50], article=article)], DESK)
    list(FEED.assemble(replace(HELD, items=()), [*pieces()[:50], piece, *pieces()[51:]]))


def tell_peaks() -> None:
    """The most memory that each takes beyond what was imported."""
    root = Path(__file__).resolve().parent.parent
    taken = []
    for what in ("from_scratch", "feedgen_rss"):
        code = PEAK.format(what=what)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, check=True
        )
        taken.append(int(done.stdout) / 1024)
    ours, theirs = taken
    print(f"peak memory, all three forms of {ITEMS} items: {ours:.1f} MB", end="   ")
    print(f"feedgen, bare, RSS alone: {theirs:.1f} MB")


# a long history


def tell_histories(counts: Sequence[int], rounds: int) -> None:
    """Publish one article more into a short and a long history, turn by turn."""
    with TemporaryDirectory() as name:
        folders = [Path(name, str(count)) for count in counts]
        for folder, count in zip(folders, counts, strict=True):
            folder.mkdir()
            remember(folder, count)
            publish_one(folder, 0)  # what came before is put into the archive
            settle(folder, count)
        publications = [_Publications(folder) for folder in folders]
        short, long = timed(publications, rounds)
    few, many = counts
    print(
        f"a publication with {few:,} articles: {1e3 * short:.1f} ms; with {many:,}:"
        f" {1e3 * long:.1f} ms   ratio {long / short:.2f}"
    )


class _Publications:
    """A new article at every call."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def __call__(self) -> None:
        self.number += 1
        publish_one(self.folder, self.number)


def settle(folder: Path, count: int) -> None:
    """Publish until the whole history is in the archive: 50 pages at once are made."""
    for number in range(1, count // (50 * 50) + 2):
        publish_one(folder, SETTLING + number)


def office(folder: Path) -> Office:
    table = {
        "kind": "feed", "title": "Kabar", "url": URL, "directory": str(folder / "public"),
        "subjects": ["KPU"],
    }  # fmt: skip
    url = f"sqlite:///{folder / 'ledger.db'}"
    settings = Settings(
        path=folder / "config.toml", publisher=DESK, ledger_url=url, channels={"feed": table}
    )
    return Office.open(settings, lambda: NOON)


def remember(folder: Path, count: int) -> None:
    """A ledger with a history, as if its articles had been published one after another."""
    opened = office(folder)
    ledger: Ledger = opened.ledger
    with ledger.planning() as catalogue:
        known = opened.remembered(catalogue, *opened.channels)
        for number in range(count):
            at = NOON - timedelta(minutes=count - number)
            article = replace(
                _item(0).article, uri=f"tag:kabar.example,2026-05-04:dulu-{number}", media=(),
                url=f"https://kabar.example/dulu-{number}",
                subjects=("KPU",) if number % 10 == 0 else ("lain",),
            )  # fmt: skip
            catalogue.revisions.record(
                article, kind="original", note="", source="", path=f"dulu-{number}.md", at=at
            )
            catalogue.channels.syndicate(known.id, article.uri, at)
    opened.close()


def publish_one(folder: Path, number: int) -> None:
    path = folder / f"baru{number}.md"
    front = {
        "uri": f"tag:kabar.example,2026-05-05:baru-{number}", "headline": f"Baru {number}",
        "url": f"https://kabar.example/baru-{number}", "subjects": ["KPU"],
    }  # fmt: skip
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
    path.write_text(f"---\n{lines}---\n\nIsi kabar {number}.\n", encoding="utf-8")
    opened = office(folder)
    try:
        report = publishing.publish(opened, recording.Publication(paths=[path]))
        assert report.exit_code == 0, report.problems
    finally:
        opened.close()


if __name__ == "__main__":
    main()
