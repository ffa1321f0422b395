"""Matters of what a tick reported: named by what is wrong, however the reason is worded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.sending.matters import Matter
from syndicate.office import Office
from syndicate.operations.upcoming import Coming, coming
from syndicate.system.local import shown_path

SETTING = re.compile(r"channels\.([\w-]+)\.\w+")
FIGURES = re.compile(r"\d+")


def scheduled_matters(
    office: Office, catalogue: Catalogue, problems: Iterable[str]
) -> Iterator[Matter]:
    """Yield the scheduled revisions that wait for a person, without the folder of their file."""
    for each in coming(office, catalogue):
        file = shown_path(each.path)
        reported = [problem for problem in problems if problem.startswith(f"{file}:")]
        if why := _reason(each, [each.why, *reported] if each.state == "asks" else reported):
            yield Matter(
                key=f"scheduled:{each.uri}",
                says=f"“{each.headline}” {why}",
                command=f"syndicate release {each.uri}   or   syndicate hold {each.uri}",
            )


def _reason(scheduled: Coming, sentences: Iterable[str]) -> str:
    """Return the first sentence, from behind the path of the file with which it begins."""
    file = shown_path(scheduled.path)
    first = next(iter(sentences), "").removeprefix(f"{file}:").strip()
    return first.replace(file, Path(file).name)


def other_problems(problems: Iterable[str], found: Iterable[Matter]) -> Iterator[Matter]:
    """Yield the problems that no other matter explains."""
    explained = [_lasting(matter.says) for matter in found]
    for problem in problems:
        reason = _lasting(problem.partition(": ")[2] or problem)
        if any(reason in says for says in explained):
            continue
        what, channel = _about(problem)
        yield Matter(
            key=f"problem:{sha256(_lasting(what).encode()).hexdigest()[:16]}",
            says=problem,
            command=f"syndicate channels check {channel}" if channel else "syndicate tick",
            channel=problem.partition(":")[0].partition(".")[0],
        )


def _about(problem: str) -> tuple[str, str]:
    """Return what a sentence is about, without its reason, and the channel whose setting it names.

    ``harian: channels.harian.inbox: 127.0.0.1:143: Connection refused`` is about the setting.
    """
    if named := SETTING.search(problem):
        return named[0], named[1]
    parts = problem.split(": ")
    return ": ".join(parts[:2]), ""


def _lasting(sentence: str) -> str:
    """Return a sentence without its figures: a count that grows is the same matter."""
    return FIGURES.sub("#", sentence)
