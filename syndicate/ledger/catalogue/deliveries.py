"""Deliveries of an edition: wanted and present at each address, and the plan of changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, insert, null, or_, select, true, update

from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.engine import execute_counting
from syndicate.ledger.schema import deliveries, editions, renditions
from syndicate.ledger.sending.attempts import resting
from syndicate.ledger.sending.renditions import forget_unused, keep, keep_all
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.step import Known, Step

UNKNOWN = "unknown"  # the media type of what other hands put somewhere
IDLE = ("due", "settled", "refused")


class Deliveries:
    """Read and plan deliveries within a planning transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self._read: dict[int, dict[str, Known]] = {}  # as long as nothing is changed there

    def known(self, edition: int | None) -> dict[str, Known]:
        """Return the wanted and present state of every address of an edition."""
        if edition is None:
            return {}
        if edition not in self._read:
            self.read([edition])
        return self._read[edition]

    def read(self, numbers: Iterable[int]) -> None:
        """Read the wanted and present state of every address of these editions."""
        query = _with_digests()
        for batch in batches(number for number in numbers if number not in self._read):
            self._read.update((number, {}) for number in batch)
            for row in self.db.execute(query.where(deliveries.c.edition_id.in_(batch))):
                self._read[row.edition_id][row.address] = _known(row)

    def wanted_in(self, numbers: Iterable[int]) -> dict[int, list[Rendition]]:
        """Return by edition what should be at its addresses."""
        query = (
            select(deliveries.c.edition_id, deliveries.c.address, deliveries.c.follows, renditions)
            .join(renditions, deliveries.c.wanted == renditions.c.id)
            .order_by(deliveries.c.id)
        )
        found: dict[int, list[Rendition]] = {}
        for batch in batches(numbers):
            for row in self.db.execute(query.where(deliveries.c.edition_id.in_(batch))):
                rendition = replace(_rendition(row.address, row), follows=row.follows or "")
                found.setdefault(row.edition_id, []).append(rendition)
        return found

    def wanted(self, edition: int, *, waiting: bool = False) -> list[Rendition]:
        """Return what should be at the addresses of an edition; or only what waits."""
        which = deliveries.c.state != "settled" if waiting else true()
        query = (
            select(deliveries.c.address, renditions)
            .join(renditions, deliveries.c.wanted == renditions.c.id)
            .where(deliveries.c.edition_id == edition, which)
            .order_by(deliveries.c.id)
        )
        return [_rendition(row.address, row) for row in self.db.execute(query)]

    def present(self, edition: int, address: str) -> Rendition | None:
        """Return what is at an address now; None where nothing is, or by other hands."""
        query = (
            select(renditions)
            .join(deliveries, deliveries.c.present == renditions.c.id)
            .where(deliveries.c.edition_id == edition, deliveries.c.address == address)
        )
        row = self.db.execute(query).first()
        if row is None or row.media_type == UNKNOWN:
            return None
        return _rendition(address, row)

    def want(self, edition: int, step: Step, version: int) -> None:
        """Record one step of a plan. Nothing happens yet."""
        is_new = self._read.pop(edition, None) == {}
        here = and_(deliveries.c.edition_id == edition, deliveries.c.address == step.address)
        values: dict[str, Any] = {
            "wanted": keep(self.db, step.rendition) if step.rendition else None,
            "wanted_version": version,
            "replaces": step.replaces,
            "fallback": keep(self.db, step.fallback) if step.fallback else None,
        }
        before = None if is_new else self.db.execute(select(deliveries).where(here)).first()
        if before is None:
            new = {"edition_id": edition, "address": step.address, "state": "due"}
            self.db.execute(insert(deliveries), new | _following(step) | values)
        else:
            self._change(before, values)
        if before or step.replaces or step.rendition is None:  # else it is due, and nothing else
            self.db.execute(resting(here))

    def has_none(self, edition: int) -> bool:
        """Return True for an edition that was read, and has no deliveries."""
        return self._read.get(edition) == {}

    def want_new(self, steps: Iterable[tuple[int, Step]], version: int) -> None:
        """Write down steps of editions that have no deliveries, each with nothing but words."""
        new = [(edition, step, step.rendition) for edition, step in steps if step.rendition]
        numbers = keep_all(self.db, (rendition for _, _, rendition in new))
        rows = [
            {
                "edition_id": edition,
                "address": step.address,
                "state": "due",
                "wanted": numbers[rendition.fingerprint],
                "wanted_version": version,
            }
            | _following(step)
            for edition, step, rendition in new
        ]
        if rows:
            self.db.execute(insert(deliveries), rows)
        for edition, _, _ in new:
            self._read.pop(edition, None)

    def _change(self, before: Row[Any], values: dict[str, Any]) -> None:
        """Want something else at an address; what was refused is asked for anew."""
        if values["wanted"] is None and before.state == "due":
            values["why"] = ""  # it waits for nothing any more
        if before.lacking and before.wanted != values["wanted"]:
            values |= {"why": "", "not_before": null()}  # nor for what could not be fetched
        here = deliveries.c.id == before.id
        self.db.execute(update(deliveries).where(here).values(**values))
        refused = update(deliveries).where(here, deliveries.c.state == "refused")
        self.db.execute(refused.values(state="due", why="", not_before=null()))
        forget_unused(self.db, before.wanted, before.fallback)

    def lose(self, edition: int, addresses: Iterable[str]) -> None:
        """Note that somebody else took away what was there: it is due again."""
        self._read.pop(edition, None)
        here = and_(deliveries.c.edition_id == edition, deliveries.c.address.in_(list(addresses)))
        idle = deliveries.c.state.in_(IDLE)
        absent = {
            "present": null(),
            "reference": null(),
            "url": null(),
            "lacking": False,
            "state": "due",
        }
        self.db.execute(update(deliveries).where(here, idle).values(**absent))

    def adopt(self, edition: int, address: str, receipt: Receipt, *, revises: bool) -> bool:
        """Take on what stands already, put there by other hands; False if it stands elsewhere.

        What it says is not known: where it can be, it is made to say what it should; so is what we
        put there, and somebody has edited.
        """
        self._read.pop(edition, None)
        unknown = keep(self.db, Rendition(address=address, media_type=UNKNOWN, content=b""))
        here = and_(deliveries.c.edition_id == edition, deliveries.c.address == address)
        values = {
            "present": unknown if revises else deliveries.c.wanted,
            "present_version": 0 if revises else deliveries.c.wanted_version,
            "reference": receipt.reference,
            "url": receipt.url,
            "destination": receipt.destination,
            "lacking": False,
            "why": "",
            "state": "due",
        }
        if revises and self._edited(edition, address, receipt, unknown):
            return True
        idle = deliveries.c.state.in_(("due", "refused", "in_doubt"))
        is_taken = execute_counting(self.db, update(deliveries).where(here, idle).values(**values))
        self.db.execute(resting(here))
        forget_unused(self.db, unknown)
        return bool(is_taken)

    def _edited(self, edition: int, address: str, receipt: Receipt, unknown: int) -> bool:
        """Note of what stands where a receipt points that its words are not known; True if so."""
        c = deliveries.c
        same = or_(c.reference == receipt.reference, and_(c.url.is_not(None), c.url == receipt.url))
        here = and_(c.edition_id == edition, c.address == address, c.state == "settled")
        here = and_(here, c.wanted.is_not(None), c.destination == receipt.destination, same)
        values = {"present": unknown, "present_version": 0, "state": "due", "why": ""}
        return bool(execute_counting(self.db, update(deliveries).where(here).values(**values)))

    def wake(self, channel: int) -> None:
        """Ask anew for what a channel was refused."""
        self._read.clear()
        mine = select(editions.c.id).where(editions.c.channel_id == channel)
        refused = and_(deliveries.c.edition_id.in_(mine), deliveries.c.state == "refused")
        anew = {"state": "due", "why": "", "not_before": null()}
        self.db.execute(update(deliveries).where(refused).values(**anew))


@cache
def _with_digests() -> Select[Any]:
    wanted, present = renditions.alias("wanted_words"), renditions.alias("present_words")
    return (
        select(deliveries, wanted.c.digest.label("should"), present.c.digest.label("does"))
        .outerjoin(wanted, wanted.c.id == deliveries.c.wanted)
        .outerjoin(present, present.c.id == deliveries.c.present)
    )


def as_lost(state: Known) -> Known:
    """Return an address as it is when what stood there is noted as lost."""
    if state.state not in IDLE:
        return state
    return replace(state, present=None, reference=None, url=None, state="due")


def _following(step: Step) -> dict[str, Any]:
    """Return the columns that hold back what comes after something else."""
    follows = step.rendition.follows if step.rendition else ""
    return {"follows": follows or None, "why": f"comes after {follows}" if follows else ""}


def _rendition(address: str, row: Row[Any]) -> Rendition:
    return Rendition(
        address=address,
        media_type=row.media_type,
        content=row.content,
        media=tuple(row.media.split()),
    )


def _known(row: Row[Any]) -> Known:
    return Known(
        state=row.state,
        wanted=row.should,
        version=row.wanted_version,
        present=row.does,
        reference=row.reference,
        url=row.url,
        destination=row.destination,
    )
