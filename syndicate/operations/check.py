"""Find what would stop a publication, or embarrass it, before it is tried: no effect, no trace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from syndicate import sources
from syndicate.delivery.evidence import refuse_older
from syndicate.editorial.dead_links import LinkChecker
from syndicate.editorial.fixes import fix_file, fixed, have_same_form
from syndicate.errors import ArticleError, each_of
from syndicate.intake.examined import Objection, manuscript_of, read_examined
from syndicate.model.article import Edition
from syndicate.model.finding import Finding, Severity
from syndicate.office import Office
from syndicate.operations.publish import Reading, plan_of, read_articles
from syndicate.operations.recording import Publication
from syndicate.report import Report
from syndicate.sources import Draft

KEPT = "published like this and unchanged: fix it only before a change or --refresh"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Findings in the order of files and lines; ``notes`` are worth knowing, and no findings."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_error]


def check_articles(office: Office, paths: Sequence[Path], *, online: bool = False) -> Checked:
    """Return what the rules find in these files, and what would stop them or a channel itself.

    ``online`` asks the links of the articles whether they answer.
    """
    refuse_older(office, dry=True)
    request = Publication(paths=paths, notes=dict.fromkeys(paths, "…"), dry_run=True)
    reading = read_articles(office, request, office.chosen(()))
    kept = [read for draft in reading.drafts if draft.kept for read in _read_again(office, draft)]
    sound = [draft for draft in reading.drafts if not draft.kept]
    sound += _refused(office, {*paths} - {draft.path for draft in reading.drafts})
    planned = _planned(office, request, reading.drafts)
    findings = [
        *(_of_error(flaw, paths) for flaw in (*reading.flaws, *planned.flaws)),
        *(finding for draft in (*sound, *kept) for finding in draft.findings),
        *planned.findings,
        *_letters(office),
    ]
    notes = [*office.notes, *reading.notes, *planned.notes]
    notes += [note for draft in kept for note in draft.check_notes]
    if online:
        links = LinkChecker(own=office.sites, rehearsal=office.ledger.rehearsal)
        findings += _dead_links(office, links, [*sound, *kept])
        notes += links.notes
    return Checked(findings=_in_order(findings, paths), notes=tuple(dict.fromkeys(notes)))


def _in_order(findings: Iterable[Finding], paths: Sequence[Path]) -> tuple[Finding, ...]:
    """Return each finding once, by file and line."""
    places = {str(path): number for number, path in enumerate(paths)}
    last = len(places)
    once = dict.fromkeys(findings)
    return tuple(
        sorted(once, key=lambda found: (places.get(found.path, last), found.line, found.column))
    )


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """Findings of a plan for all files."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    flaws: tuple[ArticleError, ...] = ()


def _planned(office: Office, request: Publication, drafts: Sequence[Draft]) -> _Planned:
    """Plan all drafts at once; those with a flaw are left out, and the others planned again."""
    flaws: list[ArticleError] = []
    while drafts:
        try:
            report = plan_of(office, request, Reading(drafts=drafts))
            break
        except ArticleError as error:
            flaws += each_of(error)
            wrong = {path for flaw in each_of(error) if (path := _path(flaw, request.paths))}
            sound = [draft for draft in drafts if str(draft.path) not in wrong]
            drafts = sound if len(sound) < len(drafts) else ()
    else:
        return _Planned(flaws=tuple(flaws))
    return _Planned(
        findings=tuple(_of_report(report)),
        notes=(*report.notes, *report.warnings),
        flaws=tuple(flaws),
    )


def _of_report(report: Report) -> Iterator[Finding]:
    """Yield what channels cannot say."""
    paths = {subject.uri: subject.path for subject in report.articles}
    for problem in report.problems:
        yield Finding(path="", rule="channel", message=problem)
    for line in report.lines:
        if line.action == "cannot":
            message = f"{line.channel}: {line.why}"
            yield Finding(path=paths.get(line.about, ""), rule="channel", message=message)


def _read_again(office: Office, draft: Draft) -> Iterator[Draft]:
    """Yield an unchanged article as it would be read today; nothing of it stops a publication."""
    path = draft.path
    try:
        read = read_examined(office, path)
        left = sources.placeholders(read.source)
        notes = [f"{path}:{line}: “{words}” must be replaced" for line, words in left]
        found = tuple(replace(f, severity=Severity.WARNING) for f in read.findings)
    except ArticleError as error:
        read, notes, found = draft, [f"{error} [{KEPT}]"], ()
    yield replace(read, findings=found, check_notes=(*read.check_notes, *notes))


def _refused(office: Office, paths: Iterable[Path]) -> Iterator[Draft]:
    """Yield files that something stops, with all that the rules find in them."""
    for path in sorted(paths):
        with suppress(ArticleError):  # it is no article, and named already
            yield read_examined(office, path)


def _letters(office: Office) -> Iterator[Finding]:
    """Yield what is wrong with the letters' templates."""
    nothing = Edition(key="", publisher=office.publisher, items=())
    for channel in office.lists:
        for finding in channel.review(nothing):
            if not finding.ok:
                message = f"{channel.name}: {finding.detail}"
                yield Finding(path="", rule="letter", message=message)


def _dead_links(office: Office, links: LinkChecker, drafts: Iterable[Draft]) -> Iterator[Finding]:
    standards = office.settings.standards
    for draft in drafts:
        if "dead-link" not in (*standards.off, *draft.checks_off):
            severity = standards.severity.get("dead-link", Severity.WARNING)
            for finding in links.dead_links(manuscript_of(office, draft)):
                yield replace(finding, severity=severity)


def _of_error(error: ArticleError, paths: Sequence[Path]) -> Finding:
    """Return an error as a finding of its rule."""
    if isinstance(error, Objection):
        return error.finding
    path, message, line = _path(error, paths), str(error), 0
    if path and (match := re.match(r":(\d+): ", message[len(path) :])):
        line, message = int(match[1]), message[len(path) + match.end() :]
    elif path:
        message = message[len(path) :].removeprefix(":").lstrip()
    advice = ""
    if message.endswith(")") and " (" in message:
        message, _, advice = message.removesuffix(")").rpartition(" (")
    return Finding(path=path, line=line, rule=error.rule, message=message, advice=advice)


def _path(error: ArticleError, paths: Iterable[Path]) -> str:
    """Return the file that an error names first; "" for none of these."""
    named = (str(path) for path in paths if str(error).startswith(f"{path}:"))
    return max(named, key=len, default="")


def fixed_articles(office: Office, paths: Sequence[Path], *, online: bool = False) -> Checked:
    """Carry out the fixes that are certain, and return what is found then."""
    by_file: dict[Path, list[Finding]] = {}
    for finding in check_articles(office, paths).findings:
        if finding.fix:
            by_file.setdefault(Path(finding.path), []).append(finding)
    sound = {path: found for path, found in by_file.items() if _is_kept(office, path, found)}
    counts = {path: fix_file(path, findings) for path, findings in sound.items()}
    office.notes += [f"{path}: {count} fixed" for path, count in counts.items() if count]
    return check_articles(office, paths, online=online)


def _is_kept(office: Office, path: Path, findings: Sequence[Finding]) -> bool:
    """Return True where the corrected text can be read, with the links and code that it had."""
    try:
        before = sources.read(path, office.publisher)
        text, _count = fixed(before.source, findings)
        after = sources.read(path, office.publisher, text)
    except ArticleError:
        return False
    return have_same_form(before.article.html, after.article.html)
