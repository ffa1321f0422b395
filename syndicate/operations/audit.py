"""Compare every destination that can be read with the ledger, and change nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from shlex import quote
from typing import Any

from syndicate.channel import Channel, Scope
from syndicate.channel.findings import Deviation, Difference, Published
from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.rim import message_of, open_channel
from syndicate.errors import DeliveryError, Unavailable
from syndicate.ledger import KnownChannel
from syndicate.ledger.catalogue import Catalogue
from syndicate.ledger.reports.history import uris
from syndicate.ledger.reports.standing import (
    is_busy,
    moment_of,
    standing_before,
    still_stands,
)
from syndicate.model.article import PubStatus
from syndicate.model.edition_keys import PAGE_PREFIX
from syndicate.office import Office
from syndicate.operations.inspection import destination_finding
from syndicate.planning.folders import is_here, missing
from syndicate.system import stop
from syndicate.system.logs import unexpected
from syndicate.text import squeeze

log = logging.getLogger(__name__)

MOST_SECONDS = 300.0  # at one channel
BUSY = "something was published there meanwhile, or is in doubt: see syndicate status"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFinding:
    """Difference between a destination and the ledger, and what to do."""

    channel: str
    what: str  # gone, edited, untracked
    about: str  # the article's uri, or the edition's key; "" where the ledger knows none
    address: str
    url: str | None
    detail: str
    advice: str


@dataclass(kw_only=True)
class Audit:
    """Result of an audit; ``exit_code`` is what the shell gets."""

    findings: list[AuditFinding] = field(default_factory=list)
    unread: list[dict[str, str]] = field(default_factory=list)  # channel, why
    compared: dict[str, int] = field(default_factory=dict)  # deliveries, by channel
    problems: list[str] = field(default_factory=list)  # a channel that could not be looked at

    @property
    def exit_code(self) -> int:
        """Return 3 where something is otherwise, or a channel could not be looked at."""
        return 3 if self.findings or self.problems else 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"exit_code": self.exit_code}


def audit(office: Office, names: Sequence[str] = ()) -> Audit:
    """Compare the channels of these names with the ledger, all where there are none."""
    result = Audit()
    known = office.ledger.known_channels()
    for channel in office.chosen(names):
        if office.stopping():
            result.problems.append(f"{channel.name}: stopped before it was compared")
        elif channel.name not in known:
            _unread(result, channel, "nothing has been sent there yet")
        elif why := office.outside(channel):
            _unread(result, channel, why)
        else:
            _audit_channel(office, channel, known, result)
    return result


def _audit_channel(
    office: Office, channel: Channel, known: dict[str, KnownChannel], result: Audit
) -> None:
    comparison = Comparison(office, channel, known[channel.name])
    try:
        if isinstance(channel, MailingList):  # nothing is asked of a relay
            found = list(channel.compare(()))
        else:
            with open_channel(channel):
                found = _compared_here(comparison, known)
        with stop.idle():
            comparison.report(found, result)
    except (DeliveryError, stop.Stopped) as error:
        result.problems.append(f"{channel.name}: {message_of(error, office.scrub)}")
    except Exception as error:  # a channel that breaks keeps nobody from comparing the others
        unexpected(log, f"{channel.name}: could not be compared", error)
        result.problems.append(f"{channel.name}: {message_of(error, office.scrub)}")


def _compared_here(comparison: Comparison, known: dict[str, KnownChannel]) -> list[Difference]:
    """Compare a channel that is open, if it leads where the ledger's receipts come from."""
    channel, ledger = comparison.channel, comparison.office.ledger
    destination = destination_finding(channel, channel.identity(), known)
    if not destination.ok:
        raise Unavailable(destination.detail)
    if not is_here(channel, ledger.folders.known(comparison.known.id)):
        raise Unavailable(missing(channel.name, channel))
    with stop.waiting(patient=True):
        return list(channel.compare(comparison.standing()))


class Comparison:
    """The comparison of one channel: what was handed to it, and what its answers mean."""

    def __init__(self, office: Office, channel: Channel, known: KnownChannel) -> None:
        self.office, self.channel, self.known = office, channel, known
        self._editions: dict[int, str] = {}  # their keys, by the number of what was compared
        self._present: dict[int, int] = {}  # the rendition's number
        self._until = time.monotonic() + MOST_SECONDS
        with office.ledger.reading() as db:
            self._began = moment_of(db)

    def standing(self) -> Iterator[Published]:
        """Yield what stands there, newest first; no transaction is open meanwhile."""
        below: int | None = None
        while True:
            with self.office.ledger.reading() as db:
                rows = standing_before(db, self.known.id, below)
            for row in rows:
                stop.go_on()
                if time.monotonic() > self._until:
                    raise Unavailable(f"not all was compared within {MOST_SECONDS:.0f} seconds")
                self._editions[row.delivery] = row.edition
                self._present[row.delivery] = row.present
                yield Published(
                    number=row.delivery, rendition=row.rendition, receipt=row.receipt,
                    fresh=row.fresh,
                )  # fmt: skip
            if not rows:
                return
            below = rows[-1].delivery

    def report(self, found: Sequence[Difference], result: Audit) -> None:
        """Add what is still so, as the ledger stands by now."""
        with self.office.ledger.reading() as db:
            catalogue = Catalogue(db)
            busy = is_busy(db, self.known.id, self._began)
            for difference in found:
                if difference.what is Deviation.UNREAD:
                    _unread(result, self.channel, self._clean(difference.detail))
                elif difference.published is None and busy:
                    _unread(result, self.channel, f"{difference.address}: {BUSY}")
                elif difference.published is None:
                    result.findings.append(self._untracked(difference))
                elif self._stands(catalogue, difference.published):
                    result.findings.append(self._tracked(catalogue, difference))
        if not isinstance(self.channel, MailingList):
            result.compared[self.channel.name] = len(self._editions)

    def _stands(self, catalogue: Catalogue, published: Published) -> bool:
        number = published.number
        return still_stands(catalogue.db, number, self._present[number])

    def _tracked(self, catalogue: Catalogue, difference: Difference) -> AuditFinding:
        assert difference.published
        about = self._editions[difference.published.number].removeprefix(PAGE_PREFIX)
        return self._finding(difference, about, self._advice(catalogue, difference, about))

    def _untracked(self, difference: Difference) -> AuditFinding:
        advice = "remove it by hand, if nobody needs it"
        if self.channel.scope is Scope.ARTICLE:
            where = difference.url or difference.address
            advice = f"syndicate adopt ARTICLE {where} --channel {self.channel.name}, or {advice}"
        return self._finding(difference, "", advice)

    def _finding(self, difference: Difference, about: str, advice: str) -> AuditFinding:
        return AuditFinding(
            channel=self.channel.name, what=difference.what, about=about,
            address=difference.address, url=difference.url, detail=self._clean(difference.detail),
            advice=advice,
        )  # fmt: skip

    def _clean(self, text: str) -> str:
        return squeeze(self.office.scrub(text))

    def _advice(self, catalogue: Catalogue, difference: Difference, about: str) -> str:
        if self.channel.scope is Scope.ARTICLE:
            return self._advice_on_post(catalogue, difference, about)
        known = catalogue.articles.standing(about)
        if known is None:  # a document of many articles: any one of them has it written anew
            known = _newest_usable(catalogue)
        if known and known.pub_status is PubStatus.USABLE:
            return f"syndicate publish {quote(known.path)} --refresh"
        reason = known.item.withdrawal.reason if known and known.item.withdrawal else "…"
        return f'syndicate withdraw {about} --reason "{reason}"'

    def _advice_on_post(self, catalogue: Catalogue, difference: Difference, about: str) -> str:
        known = catalogue.articles.standing(about)
        path = quote(known.path) if known else "ARTICLE"
        where = difference.url or difference.address
        again = f"syndicate adopt {path} {where} --channel {self.channel.name}"
        if known and known.item.withdrawal:
            return f"put the notice there by hand, or delete it (syndicate status {about})"
        if difference.what is Deviation.GONE:
            return (
                f'if it was meant: syndicate withdraw {about} --reason "…"; else {again}, which is'
                " refused, and syndicate status then says how to post it again"
            )
        return f"{again} puts the ledger's words back"


def _newest_usable(catalogue: Catalogue) -> Any:
    usable = (uri for uri, status in uris(catalogue.db) if status == PubStatus.USABLE)
    newest = next(usable, None)
    return catalogue.articles.standing(newest) if newest else None


def _unread(result: Audit, channel: Channel, why: str) -> None:
    result.unread.append({"channel": channel.name, "why": why})
