"""How long the command takes to start, beside Python, a bare typer app and crier, in one run."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from peers import installed, python_of
from syndicate.loopback.botapi import LOOPBACK_TOKEN, BotApi

ROOT = Path(__file__).resolve().parent.parent
CRIER = "crier==2.1.1"
MOST_SECONDS = 300.0  # no new round is begun after that

BARE = '''
import typer

app = typer.Typer()

def show_version(asked: bool) -> None:
    if asked:
        print("bare 1.0")
        raise typer.Exit

@app.callback()
def main(version: bool = typer.Option(False, "--version", callback=show_version, is_eager=True)):
    """Two commands."""

@app.command()
def publish(article: str, dry_run: bool = False) -> None:
    """Publish an article."""

@app.command()
def status(article: str = "") -> None:
    """Show what is where."""

if __name__ == "__main__":
    app()
'''

CONFIG = """
[publisher]
name = "Example Office"
url = "https://example.org"
timezone = "Asia/Jakarta"

[channels.feed]
kind = "feed"
title = "News"
url = "https://example.org/feeds"
directory = "feeds"

[channels.telegram]
kind = "telegram"
token = "{token}"
chat = "@kabar"
api = "{api}"

[channels.letter]
kind = "email"
title = "News by mail"
sender = "Example Office <news@example.org>"
schedule = "daily 17:00"
smtp = "maildir:letters"
mailbox = "leave@example.org"
"""

ARTICLE = """---
headline: The office publishes its news with one command
description: One article goes to the feed, the channel and the letter.
url: https://example.org/one-command
subjects: [news]
---

The office publishes its news with one command from today.

It is said **once**, and everywhere.
"""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One command that is timed."""

    name: str
    command: list[str]
    folder: Path = ROOT
    cache: str = os.devnull  # no folder: nothing is kept, and nothing is said again


@dataclass(frozen=True, kw_only=True)
class Aim:
    """How much longer one subject may take than another."""

    subject: str
    beside: str
    at_most: float


AGAIN = "syndicate publish, nothing to do"  # as the command before it has left the cache
LOOKED = "syndicate publish, all looked at"  # the same, where nothing is kept
AIMS = (
    Aim(subject="syndicate --version", beside="typer --version", at_most=1.2),
    Aim(subject="syndicate --version", beside="crier --help", at_most=0.5),
    Aim(subject=AGAIN, beside="crier --help", at_most=2.0),
    Aim(subject=LOOKED, beside="crier --help", at_most=2.5),
)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=15)
    rounds = asked.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="startup-") as name, BotApi() as bot:
        folder = Path(name)
        subjects, skipped = subjects_in(folder, bot)
        times = timed(subjects, rounds)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    print_table(medians, times)
    print_aims(medians)
    for subject, reason in skipped.items():
        print(f"skipped: {subject}: {reason}")
    print(json.dumps(as_document(medians, times, skipped)))


def subjects_in(folder: Path, bot: BotApi) -> tuple[list[Subject], dict[str, str]]:
    """What is timed, and what cannot be and why."""
    bare = folder / "bare.py"
    bare.write_text(BARE)
    python, syndicate = sys.executable, str(Path(sys.executable).with_name("syndicate"))
    subjects = [
        Subject(name="python -c pass", command=[python, "-c", "pass"]),
        Subject(name="typer --version", command=[python, str(bare), "--version"]),
        Subject(name="typer --help", command=[python, str(bare), "--help"]),
        Subject(name="syndicate --version", command=[syndicate, "--version"]),
        Subject(name="syndicate --help", command=[syndicate, "--help"]),
    ]
    skipped: dict[str, str] = {}
    makers: dict[str, Callable[[], Subject]] = {
        "crier --help": crier,
        AGAIN: lambda: publication(syndicate, folder, bot),
        LOOKED: lambda: looked_at(syndicate, folder),
    }
    for name, make in makers.items():
        try:
            subjects.append(make())
        except (subprocess.CalledProcessError, OSError) as error:
            skipped[name] = last_line(error)
    return [one for one in subjects if starts(one, skipped)], skipped


def starts(subject: Subject, skipped: dict[str, str]) -> bool:
    """Whether it works at all; the run that tells also warms it up."""
    try:
        run(subject.command, subject.folder, subject.cache)
    except (subprocess.CalledProcessError, OSError) as error:
        skipped[subject.name] = last_line(error)
        return False
    return True


def crier() -> Subject:
    """Return the program that this one is measured against; an OSError says why not."""
    if reason := installed(CRIER):
        raise OSError(reason)
    return Subject(
        name="crier --help", command=[str(python_of(CRIER).with_name("crier")), "--help"]
    )


def publication(syndicate: str, folder: Path, bot: BotApi) -> Subject:
    """A publish that has nothing left to do."""
    (folder / "config.toml").write_text(CONFIG.format(token=LOOPBACK_TOKEN, api=bot.url))
    (folder / "article.md").write_text(ARTICLE)
    command = [syndicate, "publish", "article.md"]
    run(command, folder)
    (post,) = bot.shown
    if "one command" not in post.text:
        raise SystemExit(f"the first publish posted {post.text!r}")
    return Subject(name=AGAIN, command=command, folder=folder, cache=str(folder / "cache"))


def looked_at(syndicate: str, folder: Path) -> Subject:
    """The same, by the command itself each time."""
    return Subject(name=LOOKED, command=[syndicate, "publish", "article.md"], folder=folder)


def timed(subjects: list[Subject], rounds: int) -> dict[str, list[float]]:
    """Seconds of every run; the subjects take turns, so that all see the same machine."""
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    end = time.monotonic() + MOST_SECONDS
    for turn in range(rounds):
        if turn and time.monotonic() > end:
            break
        for subject in subjects:
            begun = time.perf_counter()
            run(subject.command, subject.folder, subject.cache)
            times[subject.name].append(time.perf_counter() - begun)
    return times


def run(command: list[str], folder: Path = ROOT, cache: str = os.devnull) -> None:
    # without PYTHONDONTWRITEBYTECODE: a user's second run finds everything compiled
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("SYNDICATE_", "PYTHON"))}
    subprocess.run(
        command,
        cwd=folder,
        env=plain | {"XDG_CACHE_HOME": cache},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )


def last_line(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = (error.stderr or error.stdout or "").strip().splitlines()
        return f"exit {error.returncode}: {said[-1] if said else 'no word'}"
    return str(error)


def print_table(medians: Mapping[str, float], times: Mapping[str, list[float]]) -> None:
    python = medians["python -c pass"]
    print(f"{'':34}{'median':>9}{'fastest':>9}{'slowest':>9}{'x python':>10}")
    for name, median in medians.items():
        low, high = min(times[name]), max(times[name])
        figures = f"{median * 1000:6.0f} ms{low * 1000:6.0f} ms{high * 1000:6.0f} ms"
        print(f"{name:34}{figures}{median / python:10.1f}")


def print_aims(medians: Mapping[str, float]) -> None:
    for aim in AIMS:
        if aim.subject in medians and aim.beside in medians:
            ratio = medians[aim.subject] / medians[aim.beside]
            verdict = "kept" if ratio <= aim.at_most else "MISSED"
            print(f"{aim.subject} / {aim.beside}: {ratio:.2f}, aim {aim.at_most}: {verdict}")


def as_document(
    medians: Mapping[str, float], times: Mapping[str, list[float]], skipped: Mapping[str, str]
) -> dict[str, object]:
    return {
        "python": sys.version.split()[0],
        "rounds": len(times["python -c pass"]),
        "median_ms": {name: round(median * 1000, 1) for name, median in medians.items()},
        "ratios": {
            f"{aim.subject} / {aim.beside}": round(medians[aim.subject] / medians[aim.beside], 3)
            for aim in AIMS
            if aim.subject in medians and aim.beside in medians
        },
        "skipped": dict(skipped),
    }


if __name__ == "__main__":
    main()
