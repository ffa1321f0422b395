"""Letters of lists that are not settled, as `status` reports them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from syndicate.ledger import DigestCount, Place
from syndicate.ledger.reports.dead_claims import AbandonedBlock
from syndicate.ledger.reports.digests import digests, given_up, unfinished
from syndicate.ledger.reports.places import letters_in
from syndicate.ledger.sending.letters import LETTER_UNSURE
from syndicate.report import Line, given_up_line, letters_line, line_of

FEW_LETTERS = 3  # that wait when all others have left: each gets a line of its own


def letter_states(db: Connection, lost: Sequence[AbandonedBlock]) -> dict[tuple[str, str], str]:
    """Return by list and key how the letters stand that have not all ended."""
    found = (with_lost(each, lost) for each in digests(db, numbers=unfinished(db)))
    return {(digest.channel, digest.key): letters_line(digest).state for digest in found}


def open_letters(
    db: Connection, zone: ZoneInfo, lost: Sequence[AbandonedBlock],
    among: Collection[tuple[str, str]] | None = None,
) -> Iterator[Line]:  # fmt: skip
    """Yield what letters are not settled, of all runs or ``among`` these (list, key)."""
    for digest in _chosen(digests(db, numbers=unfinished(db)), lost, among):
        yield letters_line(digest)
        for place in left_by(db, digest, lost):
            yield to_line(place, zone)
        left = digest.states.get("due", 0) + digest.states.get("deferred", 0)
        states = ("in_doubt", "due") if digest.paused and left <= FEW_LETTERS else ("in_doubt",)
        for place in letters_in(db, digest.edition, states):
            yield to_line(place, zone)
    unsent = given_up(db)
    for digest in _chosen(digests(db, numbers=list(unsent)), (), among):
        yield given_up_line(digest, *unsent[digest.edition])


def _chosen(
    found: Iterable[DigestCount], lost: Sequence[AbandonedBlock],
    among: Collection[tuple[str, str]] | None,
) -> Iterator[DigestCount]:  # fmt: skip
    for digest in found:
        if among is None or (digest.channel, digest.key) in among:
            yield with_lost(digest, lost)


def with_lost(digest: DigestCount, lost: Iterable[AbandonedBlock]) -> DigestCount:
    """Do the same for the letters of a digest."""
    abandoned = sum(block.sending for block in lost if block.edition == digest.edition)
    if not abandoned:
        return digest
    counts = Counter(digest.states) + Counter(in_doubt=abandoned)
    counts.subtract({"sending": abandoned})
    return replace(digest, states=dict(+counts))


def left_by(db: Connection, digest: DigestCount, lost: Sequence[AbandonedBlock]) -> Iterator[Place]:
    """Yield the letters of a digest that a dead process was sending."""
    mine = [block for block in lost if block.edition == digest.edition and block.sending]
    for place in letters_in(db, digest.edition, ("sending",)) if mine else ():
        number = place.subscriber or 0
        if any(block.first <= number <= block.last for block in mine):
            yield replace(place, state="in_doubt", why=LETTER_UNSURE)


def to_line(place: Place, zone: ZoneInfo) -> Line:
    """Report a place as a line; a subscriber's address is masked."""
    content = "there" if place.present else "nothing is there"
    if place.present and place.present_version:
        content = f"version {place.present_version}"
    if place.state == "in_doubt":
        content = "not known"
    return line_of(place, content, zone)
