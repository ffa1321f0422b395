"""Changes of a command beside revisions: replies, marks of an end, and reminders to come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from syndicate.ledger import Catalogue, Standing
from syndicate.office import Office
from syndicate.operations.deadlines_ahead import reminder_notes
from syndicate.planning.beside import marked
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.restated import Restating, concerned
from syndicate.sources import Draft


@dataclass(frozen=True, slots=True)
class Restated:
    """Other articles that are said anew, and notes on the reminders that are to come."""

    also: Sequence[Standing]
    notes: Sequence[str]


def watch_drafts(office: Office, catalogue: Catalogue, drafts: Sequence[Draft]) -> Restating:
    """Remember what the articles of files, and those they answer, show before they are recorded."""
    return Restating(Hosting(office, catalogue), concerned(drafts))


def restated(facts: Facts, restating: Restating, uris: Collection[str]) -> tuple[Facts, Restated]:
    """Mark those of these articles that have expired; return facts that know who is said anew."""
    catalogue = facts.catalogue
    mine = catalogue.articles.all_of(uris)
    catalogue.revisions.mark_ended(marked(facts.office.settings.deadlines, mine))
    found = restating.standings()
    facts = replace(facts, restated=frozenset(standing.uri for standing in found))
    also = [standing for standing in found if standing.uri not in uris]
    changed = [each for each in mine if each.uri in facts.changed | facts.restated]
    return facts, Restated(also, tuple(reminder_notes(facts.office, catalogue, changed)))
