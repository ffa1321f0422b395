"""Letters left in an inbox after they were read: they are not fetched at every run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, text, update

from syndicate.ledger.database.engine import now, stamp, transaction
from syndicate.ledger.people.lists import by_key
from syndicate.ledger.people.tokens import FOLLOW, REQUEST, RETURN, SUBSCRIPTION, Tokens
from syndicate.ledger.processes.claims import INBOXES_TURN, take_turn
from syndicate.ledger.schema import inbox_letters, subscribers

MOST_REMEMBERED = 200_000  # letters, of all inboxes
BATCH = 500  # letters in one statement
LONGEST_KEY = 200  # characters
AGAIN_AFTER = timedelta(days=1)  # a wish that could not be done is read anew
FRESH_FOR = timedelta(days=7)
REMEMBER = text(
    "INSERT INTO inbox_letters (place, key, for_a_person, put_off, reader, at)"
    " VALUES (:place, :key, :for_a_person, :put_off, :reader, :at)"
    " ON CONFLICT (place, key) DO NOTHING"
)
i = inbox_letters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLetter:
    """A letter that was read and stays in its inbox.

    ``may_change``: somebody wants what cannot be done now, like to leave by an address that no
    list knows; it is read anew after a day, or once there are readers that there were not when it
    was. ``put_off``: it could not be read, and whoever keeps it gave no more answers; it is tried
    again after the others.
    """

    key: str
    for_a_person: bool = False
    may_change: bool = False
    put_off: bool = False


class ReadLetters:
    """Letters read before; a place names an inbox and the way it is read."""

    def __init__(self, engine: Engine, tokens: Tokens) -> None:
        self.engine = engine
        self.tokens = tokens
        self._keys: tuple[str, ...] | None = None

    def is_ours(self, token: str) -> bool:
        """Return True if we have made a token, of any kind."""
        if self._keys is None:
            with transaction(self.engine, reads=True) as db:
                self._keys = tuple(by_key(db))
        kinds = (SUBSCRIPTION, REQUEST, RETURN, FOLLOW)
        return any(self.tokens.read(token, kind, self._keys) for kind in kinds)

    def known(self, place: str) -> dict[str, bool]:
        """Return the letters that were read, by their keys; True is for a person."""
        with transaction(self.engine, reads=True) as db:
            as_then = and_(i.reader >= _newest_reader(db), i.at > now(db) - AGAIN_AFTER)
            same = or_(i.reader.is_(None), as_then)
            read = and_(i.place == place, ~i.put_off, same)
            rows = db.execute(select(i.key, i.for_a_person).where(read))
            return {row.key: row.for_a_person for row in rows}

    def put_off(self, place: str) -> set[str]:
        """Return the letters that could not be read, and are tried after all others."""
        with transaction(self.engine, reads=True) as db:
            return set(db.scalars(select(i.key).where(i.place == place, i.put_off)))

    def remember(self, place: str, letters: Iterable[ReadLetter]) -> None:
        """Record what was read; another machine may have been quicker."""
        waiting = (
            letter for letter in letters if letter.key.isascii() and len(letter.key) <= LONGEST_KEY
        )
        while some := list(islice(waiting, BATCH)):
            with transaction(self.engine) as db:
                take_turn(db, INBOXES_TURN)
                _forget(db, place, [letter.key for letter in some])
                at, newest = stamp(db, now(db)), _newest_reader(db)
                db.execute(REMEMBER, [_row(place, letter, newest, at) for letter in some])
        with transaction(self.engine) as db:
            take_turn(db, INBOXES_TURN)
            _bound(db)

    def forget(self, place: str, keys: Collection[str]) -> None:
        """Delete letters that somebody has read or moved away."""
        if keys:
            with transaction(self.engine) as db:
                take_turn(db, INBOXES_TURN)
                for some in _chunks(list(keys)):
                    _forget(db, place, some)

    def still_there(self, place: str) -> None:
        """Keep what is remembered of letters that still lie in a place, for years if need be."""
        with transaction(self.engine, reads=True) as db:
            oldest = now(db) - FRESH_FOR
            if db.scalar(select(i.key).where(i.place == place, i.at < oldest).limit(1)) is None:
                return
        with transaction(self.engine) as db:
            take_turn(db, INBOXES_TURN)
            old = and_(i.place == place, i.at < oldest)
            db.execute(update(inbox_letters).where(old).values(at=now(db)))


def _row(place: str, letter: ReadLetter, newest: int, at: object) -> dict[str, object]:
    reader = newest if letter.may_change else None
    return {
        "place": place,
        "key": letter.key,
        "for_a_person": letter.for_a_person,
        "put_off": letter.put_off,
        "reader": reader,
        "at": at,
    }


def _newest_reader(db: Connection) -> int:
    return int(db.scalar(select(func.max(subscribers.c.id))) or 0)


def _forget(db: Connection, place: str, keys: Sequence[str]) -> None:
    db.execute(delete(inbox_letters).where(i.place == place, i.key.in_(keys)))


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))


def _bound(db: Connection) -> None:
    """Delete those that were read longest ago where there are too many of them."""
    if int(db.scalar(select(func.count()).select_from(inbox_letters)) or 0) > MOST_REMEMBERED:
        newest = (
            select(i.at).order_by(i.at.desc()).offset(MOST_REMEMBERED).limit(1).scalar_subquery()
        )
        db.execute(delete(inbox_letters).where(i.at <= newest))


def forget_read(db: Connection, keep: timedelta) -> None:
    """Delete what was read long ago: it is read once more where it still lies there."""
    db.execute(delete(inbox_letters).where(i.at < now(db) - keep))
