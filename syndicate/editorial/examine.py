"""Examine an article by all rules: what an office has switched off is named, not shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate.editorial import (
    figures,
    form,
    glossary,
    links,
    minors,
    moments,
    personal,
    repeats,
    requirements,
)
from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.rules import RULES, why_not_off
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding
from syndicate.text import counted

Group = Callable[[Manuscript, Standards], Iterator[Finding]]
GROUPS: Sequence[Group] = (
    requirements.missing_fields,
    requirements.unsaid,
    form.headlines,
    form.shouted_words,
    form.pictures_without_words,
    glossary.misspellings,
    repeats.repeated_paragraphs,
    moments.wrong_weekdays,
    moments.past_dates,
    moments.times_without_zone,
    figures.contradicted_figures,
    links.unwise_links,
    links.foreign_links,
    personal.personal_data,
    minors.minors_named,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """The findings of one article, in the order of its lines, and what its writer switched off."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


def examine(manuscript: Manuscript, standards: Standards, more: Iterable[Finding] = ()) -> Examined:
    """Return what the rules find, and ``more`` that was found of the same article."""
    found = [*more, *(finding for group in GROUPS for finding in group(manuscript, standards))]
    off = {rule for rule in manuscript.draft.checks_off if _is_known(rule)}
    hidden = Counter(finding.rule for finding in found if finding.rule in off)
    kept = [finding for finding in found if finding.rule not in off.union(standards.off)]
    kept += _wrong_names(manuscript)
    everywhere = Counter(finding.rule for finding in found if finding.rule in standards.off)
    return Examined(
        findings=tuple(sorted(map(_graded(standards), kept), key=_place)),
        notes=(
            *_switched_off(manuscript, sorted(off), hidden),
            *_hidden_everywhere(manuscript, everywhere - hidden),
        ),
    )


def _graded(standards: Standards) -> Callable[[Finding], Finding]:
    """Return what gives findings the severity that the configuration says."""

    def graded(finding: Finding) -> Finding:
        severity = standards.severity.get(finding.rule, finding.severity)
        return finding if severity is finding.severity else replace(finding, severity=severity)

    return graded


def _place(finding: Finding) -> tuple[int, int, str]:
    return finding.line, finding.column, finding.rule


def _is_known(rule: str) -> bool:
    return rule in RULES and not RULES[rule].binding


def _wrong_names(manuscript: Manuscript) -> Iterator[Finding]:
    draft = manuscript.draft
    start = manuscript.start_of(draft.lines.get("checks", 1))
    for rule in draft.checks_off:
        if wrong := why_not_off(rule):
            message, _, advice = wrong.removesuffix(")").partition(" (")
            yield manuscript.finding("unknown-rule", start, message, advice)


def _switched_off(
    manuscript: Manuscript, off: Sequence[str], hidden: Counter[str]
) -> Iterator[str]:
    where = manuscript.draft.at("checks")
    for rule in off:
        yield f"{where}: {rule} is switched off here ({_counted(hidden[rule])})"


def _hidden_everywhere(manuscript: Manuscript, hidden: Counter[str]) -> Iterator[str]:
    for rule, count in sorted(hidden.items()):
        yield f"{manuscript.draft.path}: checks.off hides {rule} ({_counted(count)})"


def _counted(count: int) -> str:
    if not count:
        return "it finds nothing"
    return f"{counted(count, 'finding')} not shown"


def switched_off(standards: Standards) -> list[str]:
    """Return notes on the rules that the configuration switches off."""
    return [f"checks.off: {rule} is switched off for every article" for rule in standards.off]
