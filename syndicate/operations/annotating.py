"""Annotate articles after a command: replies, marks of an end, and reminders to come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from syndicate.ledger import Standing
from syndicate.operations.deadlines_ahead import reminder_notes
from syndicate.planning.annotation_changes import AnnotationChanges
from syndicate.planning.annotations import marked
from syndicate.planning.facts import Facts


@dataclass(frozen=True, slots=True)
class Annotated:
    """Other articles whose annotations have changed, and notes on the reminders to come."""

    also: Sequence[Standing]
    notes: Sequence[str]


def annotate(
    facts: Facts, annotations: AnnotationChanges, uris: Collection[str]
) -> tuple[Facts, Annotated]:
    """Mark which of these articles have expired; return facts that know what was annotated."""
    catalogue = facts.catalogue
    mine = catalogue.articles.all_of(uris)
    catalogue.revisions.mark_ended(marked(facts.office.settings.deadlines, mine))
    found = annotations.standings()
    facts = replace(facts, annotated=frozenset(standing.uri for standing in found))
    also = [standing for standing in found if standing.uri not in uris]
    changed = [each for each in mine if each.uri in facts.changed | facts.annotated]
    return facts, Annotated(also, tuple(reminder_notes(facts.office, catalogue, changed)))
