"""An office on walls whose operations a test calls itself, without the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, String, and_, cast, func, inspect, select

from support.onlookers import onlooker
from support.walls import Post, set_mood, shown
from syndicate.config.deadlines import Deadlines
from syndicate.config.loader import Settings
from syndicate.ledger import Joiner
from syndicate.ledger.schema import (
    attempts,
    channels,
    deliveries,
    editions,
    letters,
    metadata,
    renditions,
    stencils,
)
from syndicate.office import Office
from syndicate.operations import digest as digests
from syndicate.operations import hold as holding
from syndicate.operations import publish as publishing
from syndicate.operations import recording
from syndicate.operations import reinstate as reinstating
from syndicate.operations import resolve as settle
from syndicate.operations import withdraw as withdrawing
from syndicate.operations.resolve import Answer
from syndicate.operations.tick import tick
from syndicate.report import Report
from syndicate.testing import NOON, OFFICE


@dataclass(frozen=True)
class DirectOffice:
    """One configuration, its articles and its ledger; every operation opens the office anew."""

    home: Path
    url: str
    walls: Mapping[str, Mapping[str, Any]]  # the channels' tables
    now: datetime = NOON
    deadlines: Deadlines = field(default_factory=Deadlines)

    def having(self, **kinds: str) -> DirectOffice:
        """The same office with these channels, each with a folder of its own name."""
        tables = {n: {"kind": f"support.walls:{kind}", "folder": n} for n, kind in kinds.items()}
        return self.with_tables(tables)

    def with_tables(self, tables: Mapping[str, Mapping[str, Any]]) -> DirectOffice:
        """The same office with channels of these settings."""
        return replace(self, walls=tables)

    def changed(self, name: str, **settings: Any) -> DirectOffice:
        """The same office with other settings of one channel."""
        return replace(self, walls={**self.walls, name: {**self.walls[name], **settings}})

    def at(self, now: datetime) -> DirectOffice:
        """The same office at another time."""
        return replace(self, now=now)

    def tomorrow(self, days: int = 1) -> DirectOffice:
        """The same office some days after noon, when that day's digest is not due yet."""
        return self.at(NOON + timedelta(days=days))

    @contextmanager
    def office(self) -> Iterator[Office]:
        settings = Settings(
            path=self.home / "config.toml",
            publisher=OFFICE,
            ledger_url=self.url,
            channels=self.walls,
            deadlines=self.deadlines,
        )
        opened = Office.open(settings, lambda: self.now)
        try:
            yield opened
        finally:
            opened.close()

    # commands

    def publish(self, *paths: Path, **given: Any) -> Report:
        with self.office() as office:
            return self.publish_in(office, *paths, **given)

    def publish_in(self, office: Office, *paths: Path, **given: Any) -> Report:
        return publishing.publish(office, recording.Publication(paths=paths, **given))

    def correct(self, slug: str, headline: str, **given: Any) -> Report:
        """Change an article and publish it again, with a note."""
        return self.publish(self.write(slug, headline), **{"note": "it was wrong", **given})

    def withdraw(
        self, article: Path, *, kill: bool = False, notify_readers: bool = False
    ) -> Report:
        with self.office() as office:
            request = withdrawing.WithdrawalRequest(
                article=str(article), reason="it was not so", kill=kill,
                notify_readers=notify_readers,
            )  # fmt: skip
            return withdrawing.withdraw(office, request)

    def hold(self, article: Path) -> Report:
        with self.office() as office:
            return holding.hold(office, holding.HoldRequest(article=str(article)))

    def release(self, article: Path) -> Report:
        with self.office() as office:
            return holding.release(office, holding.HoldRequest(article=str(article)))

    def reinstate(self, article: Path | str, **given: Any) -> Report:
        with self.office() as office:
            request = reinstating.ReinstatementRequest(article=str(article), **given)
            return reinstating.reinstate(office, request)

    def digest(self, **given: Any) -> Report:
        with self.office() as office:
            return digests.digest(office, digests.DigestRequest(**given))

    def tick(self) -> Report:
        with self.office() as office:
            return tick(office)

    def resolve(self, number: int | str, sent: str | None) -> Report:
        with self.office() as office:
            answer = Answer.NOT_SENT if sent is None else Answer.SENT
            return settle.resolve(office, f"{number}", answer, sent or "")

    def subscribe(self, name: str, *addresses: str) -> None:
        with self.office() as office:
            with office.ledger.planning() as catalogue:
                known = office.remembered(catalogue, *office.chosen([name]))
            people = [Joiner(email=address, source="test") for address in addresses]
            office.ledger.lists.add(known.id, people, self.now)

    def unsubscribe(self, name: str, address: str) -> None:
        with self.office() as office:
            known = office.ledger.known_channels()[name]
            assert office.ledger.lists.end(known.id, address, "unsubscribed", self.now)

    # articles

    def write(self, slug: str, headline: str = "", *, date: str = "2026-08-15") -> Path:
        """An article's file with an identity of its own, from after the ledger's first day."""
        path = self.home / f"{slug}.md"
        uri = f"tag:example.org,{date}:{slug}"
        front = f'uri: "{uri}"\nheadline: "{headline or slug}"\nurl: https://example.org/{slug}'
        path.write_text(f"---\n{front}\n---\n\nThe story of {slug}.\n", encoding="utf-8")
        return path

    # what is where

    def folder(self, name: str) -> Path:
        return self.home / str(self.walls[name]["folder"])

    def mood(self, name: str, verb: str, mood: str | None) -> None:
        set_mood(self.folder(name), verb, mood)

    def posts(self, name: str) -> list[Post]:
        return shown(self.folder(name))

    def texts(self, name: str) -> list[str]:
        return [post.text for post in self.posts(name)]

    def rows(self, name: str) -> list[Row[Any]]:
        """A channel's deliveries, with what each should say and says."""
        wanted, present = renditions.alias("should"), renditions.alias("does")
        query = (
            select(
                deliveries,
                editions.c.key,
                wanted.c.content.label("should_say"),
                present.c.content.label("says"),
            )
            .join(editions, editions.c.id == deliveries.c.edition_id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .outerjoin(wanted, wanted.c.id == deliveries.c.wanted)
            .outerjoin(present, present.c.id == deliveries.c.present)
            .where(channels.c.name == name)
            .order_by(deliveries.c.id)
        )
        return self.ask(query)

    def letters(self, name: str) -> list[Row[Any]]:
        """A list's letters of all digests, in the order of subscribers."""
        number = cast(letters.c.edition_id, String) + "/" + cast(letters.c.subscriber_id, String)
        said = and_(
            stencils.c.edition_id == letters.c.edition_id,
            stencils.c.number == letters.c.stencil,
            letters.c.state == "sent",
        )
        query = (
            select(letters, number.label("id"), stencils.c.content.label("says"))
            .outerjoin(stencils, said)
            .join(editions, editions.c.id == letters.c.edition_id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .where(channels.c.name == name)
            .order_by(letters.c.edition_id, letters.c.subscriber_id)
        )
        return self.ask(query)

    def states(self, name: str) -> list[str]:
        return [row.state for row in (*self.rows(name), *self.letters(name))]

    def row(self, name: str) -> Row[Any]:
        [row] = self.rows(name)
        return row

    def tries(self, name: str) -> list[str]:
        """What was tried on a channel and how it ended: ``publish: receipt``."""
        query = (
            select(attempts.c.verb, attempts.c.outcome)
            .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
            .join(editions, editions.c.id == deliveries.c.edition_id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .where(channels.c.name == name)
            .order_by(attempts.c.id)
        )
        return [f"{row.verb}: {row.outcome}" for row in self.ask(query)]

    def windows(self, name: str) -> list[Row[Any]]:
        """A channel's digests."""
        query = (
            select(editions)
            .join(channels, channels.c.id == editions.c.channel_id)
            .where(channels.c.name == name, editions.c.closed_at.is_not(None))
            .order_by(editions.c.closed_at)
        )
        return self.ask(query)

    def ask(self, query: Any) -> list[Row[Any]]:
        """Read from the ledger as an onlooker, over a connection of our own."""
        with onlooker(self.url).connect() as db:
            return list(db.execute(query).all())

    def order(self, statement: Any) -> None:
        """Change the ledger behind the office's back."""
        with onlooker(self.url).begin() as db:
            db.execute(statement)

    def forget(self) -> None:
        """Lose the ledger, and what lies beside it: one without its row is no ledger yet."""
        for path in self.home.glob(".*.generation"):
            path.unlink()
        self.empty()

    def empty(self) -> None:
        """Lose all that is in the ledger."""
        with onlooker(self.url).begin() as db:
            if inspect(db).has_table("ledger"):
                for table in reversed(metadata.sorted_tables):
                    db.exec_driver_sql(f"DELETE FROM {table.name}")

    def remembered(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in the ledger, as a backup has it."""
        with onlooker(self.url).connect() as db:
            rows = {t.name: db.execute(t.select()).mappings() for t in metadata.sorted_tables}
            return {name: [dict(row) for row in found] for name, found in rows.items()}

    def recall(self, backup: Mapping[str, list[dict[str, Any]]]) -> None:
        """Put a backup back."""
        self.empty()
        with onlooker(self.url).begin() as db:
            for table in metadata.sorted_tables:
                if backup[table.name]:
                    db.execute(table.insert(), backup[table.name])

    def under_way(self) -> int:
        """How many deliveries are committed as started and not as ended."""
        counts = [
            self.ask(select(func.count()).select_from(t).where(t.c.state == "sending"))[0][0]
            for t in (deliveries, letters)
        ]
        return int(sum(counts))
