"""How long many articles take, each with a page of its own, beside Pelican on the same texts."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from peers import installed, python_of

PELICAN = "pelican[markdown]==4.12.0"
FIRST_DAY = datetime(2021, 3, 1, 9, tzinfo=UTC)
SUBJECTS = ("roads", "schools", "water", "elections", "health")
PLACES = ("Kranji", "Sindang", "Panjalu", "Rajagaluh", "Cikijing", "Argapura", "Talaga")
SENTENCES = (
    "The office opens at {hour} and takes {count} applications a day.",
    "Whoever lives in {place} can come without an appointment.",
    "Bring your **identity card** and a copy of it; nothing has to be paid.",
    "The road to {place} is closed for {count} days while the bridge is mended.",
    "Questions are answered at the [service desk](https://example.org/desk?place={place}).",
    "Of {count} households in {place}, most have had running water since last week.",
    "The list is published *in full* as soon as the council has approved it.",
    "Last year {count} people took part, more than ever before in {place}.",
)

CONFIG = """
[publisher]
name = "Example Office"
url = "https://example.org"
timezone = "Asia/Jakarta"

[channels.feed]
kind = "feed"
title = "News"
url = "https://example.org/news"
directory = "public"
pages = true
"""

PELICAN_CONFIG = """
AUTHOR = "Example Office"
SITENAME = "News"
SITEURL = "https://example.org/news"
PATH = "content"
TIMEZONE = "Asia/Jakarta"
DEFAULT_LANG = "en"
DEFAULT_PAGINATION = 50
FEED_ALL_ATOM = "atom.xml"
FEED_ALL_RSS = "rss.xml"
FEED_MAX_ITEMS = 50
"""


@dataclass(frozen=True, kw_only=True)
class Text:
    """One article's words, before they are put into a program's form."""

    number: int
    headline: str
    description: str
    subject: str
    date: datetime
    body: str


@dataclass(frozen=True, kw_only=True)
class Aim:
    """How much longer one measurement may take than another."""

    name: str
    beside: str
    at_most: float


SETTLING_SECONDS = 1.5  # what was written a moment ago is looked at once more
FULL = "Pelican, full build"
FIRST, NAMED = "first publication", "first publication, uri lines written"
UNCHANGED, ONE_CHANGED = "nothing changed", "one article changed"
UNCHANGED_AGAIN = "nothing changed, once more"  # from then on: what the last command has kept
MANY_FIRST, MANY_UNCHANGED = "ten times as many, first", "ten times as many, unchanged"

AIMS = (
    Aim(name=FIRST, beside=FULL, at_most=3.0),
    Aim(name=UNCHANGED, beside=FULL, at_most=0.15),
    Aim(name=UNCHANGED_AGAIN, beside=FULL, at_most=0.15),
    Aim(name=ONE_CHANGED, beside=FULL, at_most=0.25),
    Aim(name=MANY_FIRST, beside=FIRST, at_most=11.0),
    Aim(name=MANY_UNCHANGED, beside=UNCHANGED, at_most=11.0),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--few", action="store_true", help="leave ten times as many out")
    given = parser.parse_args()
    pelican = install_pelican()
    taken: dict[str, list[float]] = {}
    for turn in range(given.rounds):
        with TemporaryDirectory(prefix="bulk-") as name:
            measure(Path(name), given.articles, pelican, taken)
        if turn == 0 and not given.few:
            with TemporaryDirectory(prefix="bulk-") as name:
                measure_many(Path(name), 10 * given.articles, taken)
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    print_table(medians, given.articles)
    print(json.dumps(as_document(medians, given.articles, given.rounds)))


def install_pelican() -> Path | None:
    """Return the program that this one is measured against; None where it cannot be had."""
    if reason := installed(PELICAN):
        print(f"skipped: Pelican: {reason}")
        return None
    return python_of(PELICAN).with_name("pelican")


# the articles


def texts(count: int) -> list[Text]:
    """Return articles of five paragraphs, a heading and a list, no two alike."""
    return [_text(number) for number in range(1, count + 1)]


def _text(number: int) -> Text:
    place = PLACES[number % len(PLACES)]
    paragraphs = [_paragraph(number, part, place) for part in range(5)]
    listed = "".join(f"- desk {desk}, from {7 + desk} o'clock\n" for desk in range(1, 4))
    body = "\n\n".join([*paragraphs[:3], f"## What {place} has to know", *paragraphs[3:], listed])
    return Text(
        number=number,
        headline=f"Notice {number} to everybody in {place}",
        description=f"What changes in {place}, and from when on ({number}).",
        subject=SUBJECTS[number % len(SUBJECTS)],
        date=FIRST_DAY + timedelta(hours=4 * number),
        body=body,
    )


def _paragraph(number: int, part: int, place: str) -> str:
    chosen = (SENTENCES[(number * 3 + part * 5 + turn) % len(SENTENCES)] for turn in range(4))
    count = 100 + number * 7 + part
    return " ".join(one.format(place=place, count=count, hour=7 + part) for one in chosen)


def write_ours(folder: Path, articles: Sequence[Text], *, with_uris: bool) -> None:
    """Lay an office with these articles into an empty folder."""
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG)
    for text in articles:
        front = {
            "headline": text.headline,
            "description": text.description,
            "date": text.date.isoformat(),
            "subjects": [text.subject],
            "language": "en",
        }
        if with_uris:
            front = {"uri": f"tag:example.org,2021-03-01:notice-{text.number}"} | front
        lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
        (folder / f"{text.number}.md").write_text(f"---\n{lines}---\n\n{text.body}\n")


def write_pelican(folder: Path, articles: Sequence[Text]) -> None:
    """Lay a Pelican site with these articles into an empty folder."""
    (folder / "content").mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(PELICAN_CONFIG)
    for text in articles:
        front = {
            "Title": text.headline,
            "Date": text.date.isoformat(),
            "Category": "news",
            "Tags": text.subject,
            "Slug": f"notice-{text.number}",
            "Summary": text.description,
        }
        lines = "".join(f"{key}: {value}\n" for key, value in front.items())
        (folder / "content" / f"{text.number}.md").write_text(f"{lines}\n{text.body}\n")


# what is timed


def measure(folder: Path, count: int, pelican: Path | None, taken: dict[str, list[float]]) -> None:
    """Time one round of everything on articles that nothing has seen before."""
    articles = texts(count)
    if pelican:
        site = folder / "pelican"
        write_pelican(site, articles)
        note(taken, FULL, lambda: run([str(pelican), "-s", "pelicanconf.py", "-o", "out"], site))
        expect_pages(site / "out", "*.html", count)
    unnamed, office = folder / "unnamed", folder / "office"
    write_ours(unnamed, articles, with_uris=False)
    note(taken, NAMED, lambda: publish(unnamed, count))
    write_ours(office, articles, with_uris=True)
    note(taken, FIRST, lambda: publish(office, count, "--new"))
    expect_pages(office / "public", "articles/**/*.html", count)
    time.sleep(SETTLING_SECONDS)
    note(taken, UNCHANGED, lambda: publish(office, count))
    note(taken, UNCHANGED_AGAIN, lambda: publish(office, count))
    changed = office / f"{count // 2}.md"
    changed.write_text(changed.read_text().replace("nothing has to be paid", "it costs nothing"))
    note(taken, ONE_CHANGED, lambda: publish(office, count, "--minor"))


def measure_many(folder: Path, count: int, taken: dict[str, list[float]]) -> None:
    """Time the same for more articles, without Pelican."""
    office = folder / "office"
    write_ours(office, texts(count), with_uris=True)
    note(taken, MANY_FIRST, lambda: publish(office, count, "--new"))
    note(taken, MANY_UNCHANGED, lambda: publish(office, count))


def note(taken: dict[str, list[float]], name: str, task: Callable[[], None]) -> None:
    """Keep how many seconds a task takes."""
    began = time.perf_counter()
    task()
    taken.setdefault(name, []).append(time.perf_counter() - began)
    print(f"{name}: {taken[name][-1]:.2f} s", flush=True)


def publish(folder: Path, count: int, *options: str) -> None:
    """Publish every article of an office by one command."""
    syndicate = str(Path(sys.executable).with_name("syndicate"))
    files = [f"{number}.md" for number in range(1, count + 1)]
    run([syndicate, "publish", *options, *files], folder)


def expect_pages(folder: Path, pattern: str, count: int) -> None:
    """End the benchmark where a program has not made a page for each article."""
    found = sum(1 for _ in folder.glob(pattern))
    if found < count:
        raise SystemExit(f"{folder}: {found} pages of {count}")


def run(command: list[str], folder: Path) -> None:
    # without PYTHONDONTWRITEBYTECODE: a user's second run finds everything compiled
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("SYNDICATE_", "PYTHON"))}
    plain["XDG_CACHE_HOME"] = str(folder / ".cache")
    done = subprocess.run(
        command, cwd=folder, env=plain, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=3600,
    )  # fmt: skip
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        done.check_returncode()


# what is printed


def print_table(medians: Mapping[str, float], count: int) -> None:
    print(f"\n{count:,} articles; medians")
    for name, median in medians.items():
        print(f"{name:40}{median:9.2f} s")
    if FIRST in medians and NAMED in medians:
        print(
            f"{'the uri lines and their fsyncs alone':40}{medians[NAMED] - medians[FIRST]:9.2f} s"
        )
    for aim in AIMS:
        if aim.name in medians and aim.beside in medians:
            ratio = medians[aim.name] / medians[aim.beside]
            verdict = "kept" if ratio <= aim.at_most else "MISSED"
            print(f"{aim.name} / {aim.beside}: {ratio:.2f}, aim {aim.at_most}: {verdict}")


def as_document(medians: Mapping[str, float], count: int, rounds: int) -> dict[str, object]:
    return {
        "articles": count,
        "rounds": rounds,
        "median_s": {name: round(median, 3) for name, median in medians.items()},
        "ratios": {
            f"{aim.name} / {aim.beside}": round(medians[aim.name] / medians[aim.beside], 3)
            for aim in AIMS
            if aim.name in medians and aim.beside in medians
        },
    }


if __name__ == "__main__":
    main()
