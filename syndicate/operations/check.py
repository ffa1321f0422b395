"""Find what would stop a publication before it is tried: no effect, no trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syndicate import sources
from syndicate.errors import ArticleError, each_of
from syndicate.intake.admission import admit
from syndicate.intake.duplicates import Resembles
from syndicate.model.article import Edition
from syndicate.office import Office
from syndicate.operations.publish import publish
from syndicate.operations.recording import Publication
from syndicate.report import Report


@dataclass(kw_only=True)
class Checked:
    """Findings, a line each with its file or channel; ``notes`` stop nothing."""

    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_articles(office: Office, paths: Sequence[Path]) -> Checked:
    """Return everything that would stop these files, or a channel itself."""
    checked = Checked()
    seen: dict[str, Path] = {}
    for path in paths:
        found = _check(office, path, seen)
        checked.findings += found.findings
        checked.notes = list(dict.fromkeys([*checked.notes, *found.notes]))
    checked.findings += _alike(office, paths, checked.findings)
    nothing = Edition(key="", publisher=office.publisher, items=())
    checked.findings += [
        f"{channel.name}: {finding.detail}"
        for channel in office.lists
        for finding in channel.review(nothing)
        if not finding.ok
    ]
    return checked


def _alike(office: Office, paths: Sequence[Path], known: Sequence[str]) -> list[str]:
    """Return which of these files seem to be one article, though none of them was published."""
    flaws = admit(office, paths, dry=True).flaws if len(paths) > 1 else ()
    alike = (str(flaw) for flaw in flaws if isinstance(flaw, Resembles))
    return [finding for finding in alike if finding not in known]


def _check(office: Office, path: Path, seen: dict[str, Path]) -> Checked:
    """Check one file; ``seen`` keeps the first file of each uri."""
    before = len(office.notes)
    try:
        report = _plan_report(office, path)
    except ArticleError as error:
        return Checked(findings=[str(flaw) for flaw in each_of(error)])
    findings = [
        f"{path}: the same uri as {twin}: one of them is a copy (delete the uri line in"
        " the newer file)"
        for subject in report.articles
        if (twin := seen.setdefault(subject.uri, path)) is not path
    ]
    findings += [f"{path}: {problem}" for problem in report.problems]
    findings += [
        f"{path}: {line.channel}: {line.why}" for line in report.lines if line.action == "cannot"
    ]
    notes = [*office.notes[before:], *report.warnings]
    if any(subject.kind == "unchanged" for subject in report.articles):
        notes += _refused_today(office, path)
    return Checked(findings=findings, notes=notes)


def _plan_report(office: Office, path: Path) -> Report:
    """Plan the file; one that has changed, as the correction that it may become."""
    report = publish(office, Publication(paths=[path], minor=True, dry_run=True))
    if all(subject.kind != "refile" for subject in report.articles):
        return report
    return publish(office, Publication(paths=[path], note="…", dry_run=True))


def _refused_today(office: Office, path: Path) -> list[str]:
    """Return what would stop an unchanged article from being read again, as --refresh does."""
    try:
        draft = sources.read(path, office.publisher)
        left = sources.placeholders(draft.source)
        return [
            *draft.remark_lines(),
            *(f"{path}:{line}: “{words}” must be replaced" for line, words in left),
        ]
    except ArticleError as error:
        return [
            f"{error} [published like this and unchanged: fix it only before a change or --refresh]"
        ]
