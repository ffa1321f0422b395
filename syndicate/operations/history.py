"""History of an article: its versions, their differences, and what was where when."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from syndicate.errors import ArticleError, UsageError
from syndicate.ledger import Happening
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.reports.history import happenings
from syndicate.ledger.reports.receipts import (
    Carried,
    ReceiptKept,
    Stood,
    carried,
    receipts,
    stood,
)
from syndicate.ledger.reports.versions import Version, last_killed, versions
from syndicate.model.article import Publisher
from syndicate.office import Office
from syndicate.report import state_word
from syndicate.text.article_diff import FieldChange, article_changes

BETWEEN = re.compile(r"(\d{1,9})\.\.(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """Differences between two versions; none where one of them was killed."""

    before: int
    after: int
    killed: tuple[int, ...]  # which of them are not shown
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Versions, places and receipts of an article; of what was killed no text."""

    publisher: Publisher
    uri: str
    headline: str  # "" where it was killed
    pub_status: str  # "scheduled" where it was never published
    versions: tuple[Version, ...] = ()  # oldest first
    diffs: tuple[VersionDiff, ...] = ()  # those asked for
    stood: tuple[Stood, ...] = ()
    receipts: tuple[ReceiptKept, ...] = ()
    carried: tuple[Carried, ...] = ()
    happenings: tuple[Happening, ...] = ()

    def to_json(self) -> dict[str, Any]:
        found = {
            "uri": self.uri,
            "headline": self.headline,
            "pub_status": self.pub_status,
            "version": self.versions[-1].version if self.versions else 0,
            "versions": [_version(version) for version in self.versions],
            "diffs": [_diff(diff) for diff in self.diffs],
            "stood": [asdict(stay) for stay in self.stood],
            "receipts": [_receipt(receipt) for receipt in self.receipts],
            "digests": [asdict(each) for each in self.carried],
            "history": [asdict(event) for event in self.happenings],
            "exit_code": 0,
        }
        return {name: _plain(value) for name, value in found.items()}


def article_history(
    office: Office, uri: str, between: str = "", *, every_diff: bool = False
) -> History:
    """Return an article's history with the differences ``between`` two versions ("1..3").

    Those of the last two where none are named; ``every_diff``: then of each version from the last.
    """
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        standing = catalogue.articles.standing(uri)
        if standing is None:
            return _unpublished(office.publisher, catalogue, uri, between)
        known = versions(db, uri)
        killed = last_killed(known)
        kept = receipts(db, uri, catalogue.articles.ever_shown(uri), killed)
        shown = known[-1].article
        return History(
            publisher=office.publisher,
            uri=uri,
            headline=shown.headline if shown else "",
            pub_status=standing.pub_status,
            versions=tuple(known),
            diffs=_diffs(office.publisher, known, _pairs(known, between, every=every_diff)),
            stood=tuple(stood(db, uri, kept, known)),
            receipts=tuple(kept),
            carried=tuple(carried(db, uri)),
            happenings=tuple(happenings(db, uri, known)),
        )


def _unpublished(publisher: Publisher, catalogue: Catalogue, uri: str, between: str) -> History:
    """Return what people did with an article that is only scheduled."""
    coming = catalogue.schedule.of(uri)
    if coming is None:
        raise ArticleError(f"{uri}: the ledger does not know it")
    if between:
        raise UsageError("--diff: it is not published yet, so that there are no versions")
    return History(
        publisher=publisher,
        uri=uri,
        headline=coming.draft.article.headline,
        pub_status="scheduled",
        happenings=tuple(happenings(catalogue.db, uri, ())),
    )


def _pairs(known: Sequence[Version], between: str, *, every: bool) -> list[tuple[int, int]]:
    numbers = [version.version for version in known]
    if not between:
        pairs = list(itertools.pairwise(numbers))
        return pairs if every else pairs[-1:]
    found = BETWEEN.fullmatch(between)
    if found is None:
        raise UsageError(f"--diff: write two versions like 1..3, not {between!r}")
    pair = int(found[1]), int(found[2])
    for number in pair:
        if number not in numbers:
            raise UsageError(f"--diff: there is no version {number} (there are {numbers[0]} to"
                             f" {numbers[-1]})")  # fmt: skip
    return [pair]


def _diffs(
    publisher: Publisher, known: Sequence[Version], pairs: Sequence[tuple[int, int]]
) -> tuple[VersionDiff, ...]:
    by_number = {version.version: version for version in known}
    return tuple(_compared(publisher, by_number[a], by_number[b]) for a, b in pairs)


def _compared(publisher: Publisher, before: Version, after: Version) -> VersionDiff:
    fields: tuple[FieldChange, ...] = ()
    if before.article and after.article:
        zone, language = publisher.zone, publisher.language
        fields = article_changes(before.article, after.article, zone, language)
    killed = tuple(each.version for each in (before, after) if each.killed)
    return VersionDiff(before=before.version, after=after.version, killed=killed, fields=fields)


def _version(version: Version) -> dict[str, Any]:
    person = version.person
    return {
        "version": version.version,
        "kind": version.kind,
        "at": version.at,
        "note": version.note,
        "person": person.name,
        "account": person.account,
        "kill": version.kill,
        "killed": version.killed,
    }


def _diff(diff: VersionDiff) -> dict[str, Any]:
    return {
        "from": diff.before,
        "to": diff.after,
        "killed": list(diff.killed),
        "fields": [
            {"name": field.name, "passages": [asdict(passage) for passage in field.passages]}
            for field in diff.fields
        ],
    }


def _receipt(receipt: ReceiptKept) -> dict[str, Any]:
    return asdict(receipt) | {"state": state_word(receipt.state)}


def _plain(value: Any) -> Any:
    """Return a value with its moments as JSON has them."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
