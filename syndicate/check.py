"""What would stop a publication, found before it is tried: no effect, no trace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from syndicate.channel import Reviews
from syndicate.errors import ArticleError
from syndicate.office import Office
from syndicate.publish import Request, publish


def check(office: Office, paths: Sequence[Path]) -> list[str]:
    """A finding a line, with its file or channel; an empty list where nothing is in the way."""
    findings: list[str] = []
    seen: dict[str, Path] = {}
    for path in paths:
        try:
            report = publish(office, Request(paths=[path], minor=True, dry_run=True))
        except ArticleError as error:
            findings.append(str(error))
        else:
            findings += [
                f"{path}: the same uri as {twin}: one of them is a copy"
                " (take the uri line out of the newer one)"
                for subject in report.articles
                if (twin := seen.setdefault(subject.uri, path)) is not path
            ]
            findings += [f"{path}: {problem}" for problem in report.problems]
            findings += [
                f"{path}: {line.channel}: {line.why}"
                for line in report.lines
                if line.action == "cannot"
            ]
    findings += [
        f"{channel.name}: {flaw.detail}"
        for channel in office.channels
        if isinstance(channel, Reviews)
        for flaw in channel.flaws(office.publisher)
    ]
    return findings
