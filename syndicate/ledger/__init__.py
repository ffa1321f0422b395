"""The ledger: what should be where, what is where, and what is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from secrets import token_hex

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    delete,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)

from syndicate.config.database import Timeouts
from syndicate.errors import LedgerError, Refused, UsageError
from syndicate.ledger import migrations
from syndicate.ledger.catalogue import Catalogue, leftovers
from syndicate.ledger.catalogue.articles import Standing
from syndicate.ledger.catalogue.channels import KnownChannel
from syndicate.ledger.catalogue.collections import Held
from syndicate.ledger.catalogue.folders import Folders
from syndicate.ledger.catalogue.windows import Window
from syndicate.ledger.database import backups
from syndicate.ledger.database.backups import backup, remember
from syndicate.ledger.database.clock import Clock
from syndicate.ledger.database.engine import affected, connect, damage, path_of, transaction, watch
from syndicate.ledger.database.engine import now as database_time
from syndicate.ledger.database.generations import Generations, beside
from syndicate.ledger.database.read_only import only_read
from syndicate.ledger.database.sqlite_file import make, refuse_what_is_none
from syndicate.ledger.database.upgrades import rights_for
from syndicate.ledger.people.goodbyes import Goodbyes, Leaving
from syndicate.ledger.people.inboxes import Inboxes, Lying
from syndicate.ledger.people.lists import Joiner, Joining, Lists, Subscription
from syndicate.ledger.people.privacy import Erasure, Privacy
from syndicate.ledger.people.replies import Asked, Replies
from syndicate.ledger.people.strangers import Strangers
from syndicate.ledger.people.tokens import Tokens
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.claims import FREE
from syndicate.ledger.processes.liveness import Presence
from syndicate.ledger.processes.moves import Moves
from syndicate.ledger.reports.places import DigestCount, Happening, Place, Waiting, Waits, waiting
from syndicate.ledger.reports.ticks import Ticks
from syndicate.ledger.schema import (
    attempts,
    blocks,
    channels,
    deliveries,
    edition_items,
    editions,
    goodbyes,
    ledger,
    letters,
    runs,
    secrets,
    subscriptions,
    syndications,
)
from syndicate.ledger.schema import leftovers as left_to_others
from syndicate.ledger.sending.letters import Block, Letters, Started
from syndicate.ledger.sending.pace import Pace
from syndicate.ledger.sending.queue import Attempt, Queue, Verb, Work, resting
from syndicate.ledger.sending.renditions import words
from syndicate.ledger.sending.runs import finish
from syndicate.model.delivery import Receipt, Rendition
from syndicate.system import disk, stop


class Ledger:
    """One ledger, open. Every method is one transaction; ``now`` is the office's time."""

    def __init__(
        self, engine: Engine, created: datetime, restored: datetime | None, tokens: Tokens,
        generations: Generations, clock: Clock, *, rehearsal: bool = False,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.clock = clock
        self.generations = generations
        self.rehearsal = rehearsal  # made by a clock that was set: what it sends reaches nobody
        self.created = created
        self.restored_at = restored
        self.presence = Presence(engine)
        self.queue = Queue(engine, self.presence)
        self.letters = Letters(engine, tokens, self.presence, self.queue.clock, clock)
        self.pace = Pace(engine, self.queue.clock)
        self.lists = Lists(engine, tokens)
        self.privacy = Privacy(engine, tokens)
        self.replies = Replies(engine, tokens, self.presence)
        self.strangers = Strangers(engine, tokens)
        self.goodbyes = Goodbyes(engine, tokens, self.presence)
        self.moves = Moves(engine, self.presence)
        self.inboxes = Inboxes(engine, tokens)
        self.folders = Folders(engine)
        self.ticks = Ticks(engine, self.presence.holder.name)
        self.mended: list[Path] = []  # its own files and copies, which others could read until now

    @classmethod
    def open(
        cls, url: str, now: datetime | None = None,
        tell: Callable[[str], None] = lambda _: None, *,
        rehearsed: bool = False, looks: bool = True, config: Path | None = None,
        timeouts: Timeouts | None = None, leaves: bool = False,
    ) -> Ledger:  # fmt: skip
        """Open a ledger, make it if there is none, and bring an older one up to date.

        ``now`` is the database's time where it is not given. LedgerError where something is to be
        made or brought up to date by a machine whose clock is far off.
        ``rehearsed``: ``now`` is not the real time. What is made then is a rehearsal for ever,
        and a real ledger is only opened for what ``looks``. Beside the ``config``, where the ledger
        itself is no file, stands what was sent last from here. ``leaves``: it is opened to be
        moved, or has been.
        """
        engine = connect(url, timeouts=timeouts)
        try:
            _make_folder(engine)
            if path := path_of(engine):
                refuse_what_is_none(path)
                if not path.exists():
                    make(path.resolve(), partial(_fill, now=now, rehearsed=rehearsed))
            if rehearsed and not looks:  # before anything, and after somebody else has made one
                _refuse_real(engine)
            opened = cls._opened(engine, now, tell, rehearsed, config, leaves)
            if rehearsed and not looks:
                _refuse_real(engine)
            return opened
        except BaseException:
            engine.dispose()
            raise

    @classmethod
    def look_at(
        cls, url: str, now: datetime | None = None, *, rehearsed: bool = False,
        config: Path | None = None, timeouts: Timeouts | None = None,
    ) -> Ledger | None:  # fmt: skip
        """Open a ledger to look at it: nothing is written, made or brought up to date.

        None where there is no ledger in the database yet. The rest is as in ``open``.
        """
        engine, clock = connect(url, timeouts=timeouts), Clock()
        only_read(engine)
        try:
            _make_folder(engine)
            if path := path_of(engine):
                refuse_what_is_none(path)
            with transaction(engine, reads=True) as db:
                found = migrations.version(db)
                if found == 0:
                    migrations.refuse_strangers(db)
                clock.follow(db)
            if found == 0:
                engine.dispose()
                return None
            if rehearsed and now:
                clock.rehearse(engine, now)
            migrations.refuse_newer(found)
            migrations.refuse_older(found)
            with transaction(engine, reads=True) as db:
                moves.refuse(db)
                what = ledger.c
                row = db.execute(select(what.created_at, what.restored_at, what.rehearsal)).one()
            marks = Generations(engine, _mark_of(engine, config))
            no_tokens = Tokens(("",))  # who only looks needs no secret
            return cls(
                engine, row.created_at, row.restored_at, no_tokens, marks, clock,
                rehearsal=row.rehearsal,
            )  # fmt: skip
        except BaseException:
            engine.dispose()
            raise

    @classmethod
    def _opened(
        cls, engine: Engine, now: datetime | None, tell: Callable[[str], None], rehearsed: bool,
        config: Path | None, leaves: bool,
    ) -> Ledger:  # fmt: skip
        clock = Clock()
        with transaction(engine, reads=True) as db:
            found = migrations.version(db)
            if found == 0:
                migrations.refuse_strangers(db)
            clock.follow(db)
        if found != migrations.VERSION:
            clock.refuse_far_off()
        if rehearsed and now:
            clock.rehearse(engine, now)
        if found == 0:
            _create(engine, now or clock(), rehearsed)
        elif said := migrations.migrate(engine):
            tell(said)
        with transaction(engine, reads=True) as db:
            if not leaves:
                moves.refuse(db)
            row = db.execute(select(ledger)).one()
            later = db.scalars(select(secrets.c.secret).order_by(secrets.c.number.desc()))
            tokens = Tokens((*later, row.secret))
        marks = Generations(engine, _mark_of(engine, config), tell)
        opened = cls(
            engine, row.created_at, row.restored_at, tokens, marks, clock, rehearsal=row.rehearsal
        )
        opened.mended = _keep_private(engine)
        return opened

    def look(self) -> None:
        """Raise LedgerError where the file of this ledger is gone, another one, or damaged."""
        watch(self.engine, well=True)

    def damage(self) -> str:
        """What is wrong with its pages; "" where nothing is."""
        return damage(self.engine)

    def close(self) -> None:
        """Let go of every claim's proof of life and of the database."""
        self.presence.close()
        self.engine.dispose()

    def office_clock(
        self, given: Callable[[], datetime] | None, *, rehearsed: bool
    ) -> Callable[[], datetime]:
        """What the office goes by: the database's clock, as a rehearsal on it was shifted.

        Whoever has given one of their own, or rehearses on this machine alone, goes by that.
        """
        if given is None:
            return self.clock
        if not rehearsed or self.engine.dialect.name == "sqlite":
            return given
        return lambda: self.clock() + self.clock.shift

    @property
    def is_kept(self) -> bool:
        """Whether there is anything of it once the command has ended."""
        return self.engine.url.database != ":memory:"

    @contextmanager
    def planning(self, *, dry: bool = False) -> Iterator[Catalogue]:
        """Read the catalogue and write plans, one planner at a time; ``dry`` leaves no trace."""
        try:
            with transaction(self.engine, begins=True) as db:
                if db.dialect.name != "sqlite":  # there BEGIN IMMEDIATE is the lock
                    with stop.idle():
                        locked = db.execute(
                            select(ledger.c.version).with_for_update(key_share=True)
                        )
                    self.clock.follow(db)  # later than all that was planned before
                else:
                    locked = db.execute(select(ledger.c.version))
                migrations.refuse_another(locked.scalar_one())
                if not dry:
                    moves.refuse_new(db, self.presence)
                yield Catalogue(db)
                if dry:
                    raise _Forgotten
        except _Forgotten:
            pass

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look, for reports."""
        with transaction(self.engine, reads=True) as db:
            yield db

    def known_channels(self) -> dict[str, KnownChannel]:
        """Every channel the ledger has seen, by name."""
        with self.reading() as db:
            return {channel.name: channel for channel in Catalogue(db).channels.all()}

    def recognise(self, channel: int, target: str, identity: str, *, place: str = "") -> None:
        """Go on only where the ledger's receipts come from; a channel's first place is learnt.

        ``place``: where it is now, if that is not its ``identity``: a folder has one on each
        machine.
        """
        with transaction(self.engine) as db:
            row = db.execute(select(channels).where(channels.c.id == channel)).one()
            if row.identity not in (None, identity):
                raise Refused(
                    _elsewhere(row.name, identity, row.identity, is_marked=bool(row.mark))
                )
            self._refuse_anothers(db, row.name, channel, place or identity)
            here = channels.c.id == channel
            db.execute(update(channels).where(here).values(identity=identity, target=target))

    def move(self, channel: int, target: str, identity: str, *, repeats: bool) -> None:
        """The destination moved: go on there. What ``repeats`` is said anew in the new place."""
        with transaction(self.engine) as db:
            here = channels.c.id == channel
            moved = {"identity": identity, "target": target, "mark": ""}
            db.execute(update(channels).where(here).values(**moved))
            if repeats:
                ours = _of_channel(channel)
                idle = deliveries.c.state.in_(("due", "settled", "refused"))
                wanted = deliveries.c.wanted.is_not(None)
                db.execute(update(deliveries).where(ours, idle, wanted).values(**NOWHERE))

    def resume(self, channel: int) -> list[Waiting]:
        """Let everything of a channel be tried at once; returns what waited until when, and why."""
        d, x, r = deliveries.c, letters.c, runs.c
        mine = select(editions.c.id).where(editions.c.channel_id == channel)
        open_ = select(r.edition_id).where(r.edition_id.in_(mine), r.ended_at.is_(None))
        at_once = {"not_before": null()}
        with transaction(self.engine) as db:
            ended = waiting(db, channel)
            here = channels.c.id == channel
            db.execute(update(channels).where(here).values(next_at=null(), why=""))
            put_off = and_(d.edition_id.in_(mine), d.not_before.is_not(None))
            db.execute(update(deliveries).where(put_off).values(**at_once))
            deferred = and_(x.edition_id.in_(open_), x.not_before.is_not(None))
            db.execute(update(letters).where(deferred, x.state == "due").values(**at_once))
            db.execute(update(runs).where(r.edition_id.in_(open_)).values(**at_once))
            return ended

    def rename(self, old: str, new: str) -> None:
        """A channel's name in the configuration changed, and nothing else."""
        with transaction(self.engine) as db:
            names = set(db.scalars(select(channels.c.name)))
            if old not in names:
                raise LedgerError(f"channels.{old}: the ledger knows no channel of this name")
            if new in names:
                self._make_way(db, new, old)
            renamed = update(channels).where(channels.c.name == old)
            for named in (channels.c.target, channels.c.identity):  # a list's place is its name
                db.execute(renamed.where(named == old).values({named: new}))
            db.execute(renamed.values(name=new))

    def retire(self, channel: int) -> None:
        """Expect no machine to have a channel any more: nothing is left waiting for it."""
        with transaction(self.engine) as db:
            leftovers.retire(db, channel)

    def backup(self, to: Path) -> None:
        """Copy an SQLite ledger while it is in use; LedgerError on PostgreSQL."""
        if self.engine.dialect.name != "sqlite":
            raise LedgerError("ledger.url: PostgreSQL has its own backups (pg_dump)")
        remember(self.engine, to)  # first: a copy that nobody remembers is never cleaned
        backup(self.engine, to)
        if self._is_sending():  # which the copy does not know of
            self.generations.advance()

    def renew_key(self) -> None:
        """From the next opening on tokens are made with a new key; older ones stay valid."""
        with transaction(self.engine) as db:
            values = {"secret": token_hex(32), "since": database_time(db)}
            db.execute(insert(secrets).values(**values))

    def say_sent(self, delivery: int, receipt: Receipt) -> None:
        """A person has seen that a doubtful publish did happen; or where what stands really is."""
        d = deliveries.c
        here = and_(d.id == delivery, d.state == "refused", d.wanted.is_not(None))
        there = {"reference": receipt.reference, "url": receipt.url, "state": "due", "why": ""}
        first = d.present.is_(None)  # then it says what it should
        said = {
            "present": case((first, d.wanted), else_=d.present),
            "present_version": case((first, d.wanted_version), else_=d.present_version),
            "destination": case((first, literal(receipt.destination)), else_=d.destination),
        }
        with transaction(self.engine) as db:
            if affected(db, update(deliveries).where(here).values(**there, **said)):
                db.execute(resting(d.id == delivery))
                return
        self.queue.end(self._doubtful(delivery), receipt)

    def attempted(self, delivery: int) -> Rendition | None:
        """What the newest attempt at a delivery said or tried to say."""
        d = deliveries.c
        query = (
            select(attempts.c.rendition_id, d.address)
            .join(attempts, attempts.c.id == d.attempt_id)
            .where(d.id == delivery, attempts.c.rendition_id.is_not(None))
        )
        with self.reading() as db:
            found = db.execute(query).first()
            return words(db, found.rendition_id, found.address) if found else None

    def say_not_sent(self, delivery: int) -> None:
        """A person has seen that it is not there, whatever was thought: it is due again."""
        d = deliveries.c
        here = and_(d.id == delivery, d.state == "refused")
        with transaction(self.engine) as db:
            if affected(db, update(deliveries).where(here).values(**NOWHERE, why="")):
                db.execute(resting(d.id == delivery))
                return
        self.queue.absent(self._doubtful(delivery))

    def give_up(self, delivery: int) -> None:
        """Nothing more need happen here: not for a doubtful post, which would be made again."""
        d = deliveries.c
        here = and_(d.id == delivery, d.state.in_(("due", "refused")))
        values = {"state": "settled", "why": "given up", "not_before": null()}
        with transaction(self.engine) as db:
            if not affected(db, update(deliveries).where(here).values(**values)):
                raise UsageError(
                    f"delivery {delivery} cannot be given up: see `syndicate status`; of a post in"
                    " doubt say --sent REF or --not-sent"
                )
            db.execute(update(deliveries).where(_beside(delivery)).values(wanted=null(), why=""))
            db.execute(resting(_beside(delivery)))

    def restored(self, since: datetime, *, letters_sent: bool) -> int:
        """What may have been sent since the backup was made is in doubt; returns how many.

        Of letters a person knows: those that were waiting then have left, or still wait.
        """
        d = deliveries.c
        under_way = d.state.in_(("due", "claimed", "sending"))
        waiting = and_(under_way, d.present.is_(None), d.wanted.is_not(None), ~d.replaces)
        with transaction(self.engine) as db:
            db.execute(update(ledger).values(restored_at=since))
            ids = list(db.scalars(select(d.id).where(waiting)))
            for number in ids:
                self._doubt(db, number, since)
            db.execute(delete(blocks))
            taken = {"state": "off", "why": "taken as sent by a lost ledger"}
            values = taken if letters_sent else {"state": "due"}
            open_ = letters.c.state.in_(("due", "sending"))
            db.execute(update(letters).where(open_).values(**values))
            if letters_sent:
                db.execute(update(runs).where(runs.c.upto.is_not(None)).values(upto=null()))
            lost = {"state": "over", "why": "taken as sent by a lost ledger", **FREE}
            unsaid = goodbyes.c.state.in_(("due", "sending"))
            db.execute(update(goodbyes).where(unsaid).values(**lost))
            for edition in db.scalars(select(runs.c.edition_id).where(runs.c.ended_at.is_(None))):
                finish(db, edition)
            return len(ids)

    def _doubt(self, db: Connection, number: int, since: datetime) -> None:
        d = deliveries.c
        row = db.execute(select(deliveries).where(d.id == number)).one()
        begun = {
            "delivery_id": number,
            "verb": "publish",
            "rendition_id": row.wanted,
            "version": row.wanted_version,
            "started_at": since,
            "outcome": "in_doubt",
        }
        made = db.execute(attempts.insert().values(**begun)).inserted_primary_key
        assert made is not None
        values = {
            "state": "in_doubt",
            "attempt_id": made[0],
            "holder_id": null(),
            "claimed_until": null(),
            "why": "it may have been sent after the backup",
        }
        db.execute(update(deliveries).where(d.id == number).values(**values))

    def _is_sending(self) -> bool:
        with self.reading() as db:
            under_way = deliveries.c.state.in_(("claimed", "sending"))
            queries = (select(blocks.c.id), select(deliveries.c.id).where(under_way))
            return any(db.scalar(query.limit(1)) is not None for query in queries)

    def _doubtful(self, delivery: int) -> Attempt:
        with self.reading() as db:
            d = deliveries.c
            row = db.execute(select(d.edition_id, d.state).where(d.id == delivery)).first()
        if row is None or row.state != "in_doubt":
            raise UsageError(f"delivery {delivery} is not in doubt: see `syndicate status`")
        return next(a for a in self.queue.doubts(row.edition_id) if a.delivery == delivery)

    def _make_way(self, db: Connection, new: str, old: str) -> None:
        """A command came before the renaming: what it planned under the new name is the old's."""
        by_name = {row.name: row.id for row in db.execute(select(channels))}
        mine, theirs = by_name[new], by_name[old]
        here = _of_channel(mine)
        d, s = deliveries.c, syndications.c
        said = or_(d.present.is_not(None), d.attempt_id.is_not(None))
        people = select(subscriptions.c.id).where(subscriptions.c.channel_id == mine)
        if db.scalar(select(d.id).where(here, said).limit(1)) or db.scalar(people.limit(1)):
            raise LedgerError(
                f"channels.{new}: the ledger has said things or keeps readers under this name"
                " already: it is another channel"
            )
        numbers = select(editions.c.id).where(editions.c.channel_id == mine)
        db.execute(delete(deliveries).where(here))
        db.execute(delete(edition_items).where(edition_items.c.edition_id.in_(numbers)))
        db.execute(delete(editions).where(editions.c.channel_id == mine))
        known = select(syndications.c.uri).where(syndications.c.channel_id == theirs)
        twice = and_(s.channel_id == mine, s.uri.in_(known))
        db.execute(delete(syndications).where(twice))
        ours = update(syndications).where(s.channel_id == mine)
        db.execute(ours.values(channel_id=theirs))
        db.execute(delete(left_to_others).where(left_to_others.c.channel_id == mine))
        db.execute(delete(channels).where(channels.c.id == mine))

    def _refuse_anothers(self, db: Connection, name: str, channel: int, place: str) -> None:
        known = case((channels.c.mark != "", channels.c.target), else_=channels.c.identity)
        taken = and_(known == place, channels.c.id != channel)
        other = db.scalar(select(channels.c.name).where(taken, channels.c.kind == _kind(channel)))
        if other:
            raise Refused(
                f"channels.{name}: it leads to {place}, where channels.{other} writes: nothing"
                f" was sent (`syndicate channels rename {other} {name}` if it is the same channel)"
            )


NOWHERE = {"present": null(), "reference": null(), "url": null(), "state": "due"}


def _beside(delivery: int) -> ColumnElement[bool]:
    """What would have followed something, and was not said yet."""
    d, other = deliveries.c, deliveries.alias()
    one = other.c.id == delivery
    edition = select(other.c.edition_id).where(one).scalar_subquery()
    address = select(other.c.address).where(one).scalar_subquery()
    here = and_(d.edition_id == edition, d.follows == address)
    return and_(here, d.present.is_(None), d.state.in_(("due", "refused")))


class _Forgotten(Exception):
    """Rolls a dry run back."""


def _kind(channel: int) -> object:
    other = channels.alias()
    return select(other.c.kind).where(other.c.id == channel).scalar_subquery()


def _of_channel(channel: int) -> ColumnElement[bool]:
    here = select(editions.c.id).where(editions.c.channel_id == channel)
    return deliveries.c.edition_id.in_(here)


def _elsewhere(name: str, identity: str, known: str, *, is_marked: bool) -> str:
    """What to say of a channel that leads to another place, and what to do."""
    if is_marked:  # a share that is not mounted may be an empty folder under any path
        return (
            f"channels.{name}: it now leads to {identity}, where the mark of the ledger's folder"
            f" ({known}) is missing: nothing was written (is a disk or share not mounted? Mount it,"
            " or leave it to the machine that has it; if the folder has moved for good, `syndicate"
            f" channels move {name}`)"
        )
    return (
        f"channels.{name}: it now leads to {identity}, and the ledger's is {known}: nothing was"
        f" sent (set it back, or `syndicate channels move {name}` if the destination has moved)"
    )


def _refuse_real(engine: Engine) -> None:
    with transaction(engine, reads=True) as db:
        if migrations.is_real(db):
            raise UsageError(
                "$SYNDICATE_NOW is set, and ledger.url names a real ledger: nothing was done (unset"
                " SYNDICATE_NOW; only check, status, history and --dry-run look at a real ledger by"
                " another clock; to rehearse, name a new ledger in a folder of its own)"
            )


def refuse_lost(url: str) -> None:
    """Refuse to take a ledger that is gone for one of an office that has sent nothing yet."""
    engine = connect(url)
    _make_folder(engine)
    path = path_of(engine)
    if path and not path.exists() and (mark := beside(path.absolute())).exists():
        raise LedgerError(
            f"ledger.url: {path} is gone, with which something was sent ({mark.name} tells): put"
            " the newest backup in its place, then `syndicate ledger restored`"
        )


def _mark_of(engine: Engine, config: Path | None) -> Path | None:
    """The file of the newest mark: beside an SQLite ledger, else beside the configuration."""
    place = path_of(engine) if engine.dialect.name == "sqlite" else config
    return place and beside(place.absolute())


def _make_folder(engine: Engine) -> None:
    if path := path_of(engine):
        folder = path.parent
        if not folder.is_dir():
            raise LedgerError(f"ledger.url: there is no folder {folder} (make it, or name another)")


def _fill(path: Path, now: datetime | None, rehearsed: bool) -> None:
    engine = connect(URL.create("sqlite", database=str(path)), is_new=True)
    try:
        _create(engine, now or Clock()(), rehearsed)
    finally:
        engine.dispose()  # the last connection takes the journal away


def _create(engine: Engine, now: datetime, rehearsed: bool) -> None:
    with rights_for(engine, "the ledger has to be made"), transaction(engine) as db:
        new = {"created_at": now, "secret": token_hex(32), "rehearsal": rehearsed}
        migrations.create(db, new)


def _keep_private(engine: Engine) -> list[Path]:
    """The ledger holds subscribers' addresses: nobody else on the machine may read it.

    Returns what others could read until now, of its own files and of its copies.
    """
    if (path := path_of(engine)) is None:
        return []
    beside = (path.with_name(f"{path.name}-{end}") for end in ("wal", "shm", "journal"))
    return [one for one in (path, *beside, *backups.known(engine)) if disk.kept_private(one)]


__all__ = [
    "Asked",
    "Attempt",
    "Block",
    "Catalogue",
    "DigestCount",
    "Erasure",
    "Happening",
    "Held",
    "Joiner",
    "Joining",
    "KnownChannel",
    "Leaving",
    "Ledger",
    "Letters",
    "Lists",
    "Lying",
    "Place",
    "Queue",
    "Standing",
    "Started",
    "Subscription",
    "Verb",
    "Waiting",
    "Waits",
    "Window",
    "Work",
    "refuse_lost",
]
