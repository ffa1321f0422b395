"""Bring an older ledger to the newest version: numbered steps, forward only."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    bindparam,
    delete,
    insert,
    inspect,
    or_,
    select,
    text,
    true,
    update,
)

from syndicate.errors import LedgerError
from syndicate.ledger.database.backups import beside
from syndicate.ledger.database.engine import now, path_of, transaction, unhurried
from syndicate.ledger.database.sqlite_file import PUT_BACK
from syndicate.ledger.database.upgrades import refuse_at_work, rights_for
from syndicate.ledger.schema import (
    REQUEST_STATES,
    REQUESTS,
    article_subjects,
    articles,
    attempts,
    backups,
    blocks,
    channels,
    deliveries,
    disowned,
    editions,
    forgotten,
    fragments,
    generations,
    goodbyes,
    heard,
    inbox_letters,
    ledger,
    leftovers,
    letters,
    metadata,
    minted,
    moves,
    postgresql_too,
    renditions,
    requests,
    revisions,
    runs,
    secrets,
    stencils,
    strangers,
    syndications,
    ticks,
    told,
    used,
)
from syndicate.ledger.sending.runs import counted, finish
from syndicate.model.article import Article
from syndicate.model.edition_keys import SUBJECT
from syndicate.text import folded
from syndicate.text.likeness import headline_print, text_print

VERSION = 8
MANY = 500  # articles at a time: a whole archive need not fit into memory


def _to_2(db: Connection) -> None:
    """How a subscriber came to a list, and their lists by subscriber."""
    db.execute(text("ALTER TABLE subscriptions ADD COLUMN source TEXT DEFAULT '' NOT NULL"))
    db.execute(text("CREATE INDEX ix_subscriptions_subscriber ON subscriptions (subscriber_id)"))


def _to_3(db: Connection) -> None:
    """Which uris this ledger has given, so that it knows its own from a lost one's."""
    minted.create(db)


def _to_4(db: Connection) -> None:
    """When each channel may be written to again."""
    moment = "TIMESTAMP WITH TIME ZONE" if db.dialect.name == "postgresql" else "DATETIME"
    db.execute(text(f"ALTER TABLE channels ADD COLUMN next_at {moment}"))


def _to_5(db: Connection) -> None:
    """What follows what within an edition; when articles expire, and which have."""
    moment = "TIMESTAMP WITH TIME ZONE" if db.dialect.name == "postgresql" else "DATETIME"
    db.execute(text("ALTER TABLE deliveries ADD COLUMN follows VARCHAR"))
    db.execute(text(f"ALTER TABLE articles ADD COLUMN expires_at {moment}"))
    db.execute(text("ALTER TABLE articles ADD COLUMN expired BOOLEAN DEFAULT false NOT NULL"))
    db.execute(text("CREATE INDEX ix_articles_expires_at ON articles (expires_at)"))
    newest = and_(revisions.c.uri == articles.c.uri, revisions.c.version == articles.c.version)
    query = select(articles.c.uri, revisions.c.document).join(revisions, newest)
    for row in db.execute(query.where(~revisions.c.document.contains('"expires": null'))):
        if expires := json.loads(row.document).get("expires"):
            here = update(articles).where(articles.c.uri == row.uri)
            db.execute(here.values(expires_at=datetime.fromisoformat(expires)))


def _to_6(db: Connection) -> None:
    """Articles by subject and page, archives by page, and what collections were made from."""
    db.execute(text("ALTER TABLE articles ADD COLUMN url TEXT"))
    for column in ("url", "published_at"):
        db.execute(text(f"CREATE INDEX ix_articles_{column} ON articles ({column})"))
    db.execute(text("ALTER TABLE syndications ADD COLUMN page INTEGER"))
    on = "ON syndications (channel_id, page)"
    db.execute(text(f"CREATE INDEX ix_syndications_channel_id_page {on}"))
    db.execute(text("ALTER TABLE editions ADD COLUMN stamp VARCHAR"))
    fragments.create(db)
    article_subjects.create(db)
    newest = and_(revisions.c.uri == articles.c.uri, revisions.c.version == articles.c.version)
    query = select(articles.c.uri, articles.c.published_at, revisions.c.document)
    for row in db.execute(query.join(revisions, newest)).all():
        given = json.loads(row.document)
        here = articles.c.uri == row.uri
        db.execute(update(articles).where(here).values(url=given.get("url")))
        under = {"uri": row.uri, "published_at": row.published_at}
        for subject in dict.fromkeys(map(folded, given.get("subjects", ()))):
            db.execute(insert(article_subjects).values(subject=subject, **under))


def _to_7(db: Connection) -> None:
    """Letters in a table of their own; bounces, consent, answers, and who is forgotten."""
    if db.dialect.name == "postgresql":
        postgresql_too()
    moment = "TIMESTAMP WITH TIME ZONE" if db.dialect.name == "postgresql" else "DATETIME"
    db.execute(text("ALTER TABLE subscribers ADD COLUMN bounces INTEGER DEFAULT 0 NOT NULL"))
    db.execute(text("ALTER TABLE subscribers ADD COLUMN bounce VARCHAR"))
    db.execute(text(f"ALTER TABLE subscribers ADD COLUMN bounced_at {moment}"))
    db.execute(text("ALTER TABLE subscriptions ADD COLUMN wording TEXT DEFAULT '' NOT NULL"))
    db.execute(text(f"ALTER TABLE subscriptions ADD COLUMN consented_at {moment}"))
    for table in (runs, stencils, letters, blocks, used, secrets, backups, forgotten, heard,
                  requests):  # fmt: skip
        table.create(db)
    d, a = deliveries.c, attempts.c
    ours = d.subscriber_id.is_not(None)
    closed = editions.c.status == "frozen"
    moved: set[int] = set()
    for edition in db.execute(select(editions).where(closed).order_by(editions.c.id)).all():
        here = and_(d.edition_id == edition.id, ours)
        query = select(
            d.subscriber_id, d.state, d.wanted, d.present, d.attempt_id, d.why, d.not_before,
            a.rendition_id, a.ended_at,
        )  # fmt: skip
        query = query.outerjoin(attempts, a.id == d.attempt_id)
        found = db.execute(query.where(here).order_by(d.subscriber_id)).all()
        said = [number for row in found for number in (row.rendition_id, row.wanted) if number]
        moved.update(said)
        numbers = {number: place for place, number in enumerate(sorted(set(said)), 1)}
        wanted = [numbers[row.wanted] for row in found if row.wanted in numbers]
        run = {"edition_id": edition.id, "stencil": max(wanted, default=None)}
        run |= {"letters": len(found), "frozen_at": edition.closed_at}
        db.execute(insert(runs).values(**run))
        for number, place in numbers.items():
            words = db.execute(select(renditions).where(renditions.c.id == number)).one()
            row = {"media_type": words.media_type, "content": words.content}
            db.execute(insert(stencils).values(edition_id=edition.id, number=place, **row))
        rows = [
            {"edition_id": edition.id, "subscriber_id": row.subscriber_id,
             "state": _letter_state(row), "stencil": numbers.get(row.rendition_id),
             "tries": 1 if row.attempt_id else 0, "why": row.why or None, "at": row.ended_at,
             "not_before": row.not_before}
            for row in found
        ]  # fmt: skip
        if rows:
            db.execute(insert(letters), rows)
        finish(db, edition.id)
    db.execute(delete(attempts).where(a.delivery_id.in_(select(d.id).where(ours))))
    db.execute(delete(deliveries).where(ours))
    shown = or_(*(c == renditions.c.id for c in (d.wanted, d.present, d.fallback)))
    needed = select(d.id).where(shown).exists()
    tried = select(a.id).where(a.rendition_id == renditions.c.id).exists()
    unused = and_(renditions.c.id.in_(moved), ~needed, ~tried)
    db.execute(delete(renditions).where(unused))


def _to_8(db: Connection) -> None:
    """Likeness of articles, their order; what windows were closed over; ways back to lists."""
    _number(db)
    _pass_over(db)
    db.execute(text("ALTER TABLE ledger ADD COLUMN rehearsal BOOLEAN DEFAULT false NOT NULL"))
    db.execute(text("ALTER TABLE ledger ADD COLUMN doubted TEXT DEFAULT '' NOT NULL"))
    for table in (goodbyes, inbox_letters, generations, disowned, moves, ticks, told, leftovers):
        table.create(db)
    for column in ("origin", "why", "mark"):
        db.execute(text(f"ALTER TABLE channels ADD COLUMN {column} TEXT DEFAULT '' NOT NULL"))
    db.execute(text("ALTER TABLE channels ADD COLUMN retired BOOLEAN DEFAULT false NOT NULL"))
    db.execute(text("ALTER TABLE deliveries ADD COLUMN lacking BOOLEAN DEFAULT false NOT NULL"))
    db.execute(text("ALTER TABLE articles ADD COLUMN dated BOOLEAN DEFAULT false NOT NULL"))
    db.execute(text("CREATE INDEX ix_articles_updated_at ON articles (updated_at)"))
    _ask_leavers(db)
    _note_pauses(db)
    _count_letters(db)
    _know_again(db)
    _fold(db)


def _ask_leavers(db: Connection) -> None:
    """Who is asked whether they leave; SQLite changes no constraint of a table that there is."""
    strangers.create(db)
    if db.dialect.name == "postgresql":
        for name, allowed in (("wants", REQUESTS), ("state", REQUEST_STATES)):
            ours = f"ck_requests_{name}"
            db.execute(text(f"ALTER TABLE requests DROP CONSTRAINT {ours}"))
            check = f"CHECK ({name} IN {allowed})"
            db.execute(text(f"ALTER TABLE requests ADD CONSTRAINT {ours} {check}"))
        _claim_answers(db)
        return
    known = {column["name"] for column in inspect(db).get_columns("requests")}
    old = [column for column in requests.c if column.name in known]
    rows = [dict(row) for row in db.execute(select(*old)).mappings()]
    requests.drop(db)
    requests.create(db)
    if rows:
        db.execute(insert(requests), rows)


def _claim_answers(db: Connection) -> None:
    """Who is sending an answer; the table is newer than some ledgers, and made as it is now."""
    if "holder_id" in {column["name"] for column in inspect(db).get_columns("requests")}:
        return
    db.execute(text("ALTER TABLE requests ADD COLUMN holder_id BIGINT"))
    key = "FOREIGN KEY (holder_id) REFERENCES holders (id)"
    db.execute(text(f"ALTER TABLE requests ADD CONSTRAINT fk_requests_holder_id {key}"))
    db.execute(text("ALTER TABLE requests ADD COLUMN claimed_until TIMESTAMP WITH TIME ZONE"))


def _note_pauses(db: Connection) -> None:
    """Since when runs are paused, and how much of them is written down.

    The table is newer than some ledgers, and made as it is now.
    """
    if "paused_at" not in {column["name"] for column in inspect(db).get_columns("runs")}:
        moment = "TIMESTAMP WITH TIME ZONE" if db.dialect.name == "postgresql" else "DATETIME"
        db.execute(text(f"ALTER TABLE runs ADD COLUMN paused_at {moment}"))
        db.execute(text("ALTER TABLE runs ADD COLUMN upto BIGINT"))
        db.execute(text("ALTER TABLE runs ADD COLUMN filled BIGINT DEFAULT 0 NOT NULL"))


def _count_letters(db: Connection) -> None:
    """Count anew what was frozen on PostgreSQL, where the count was lost: -1."""
    wrong = select(runs.c.edition_id).where(runs.c.letters < 0)
    for number in db.scalars(wrong).all():
        count = sum(counted(db, number).values())
        db.execute(update(runs).where(runs.c.edition_id == number).values(letters=count))


def _fold(db: Connection) -> None:
    """Fold subjects anew: however their accents were stored, they are one."""
    under = article_subjects
    for subject in db.scalars(select(under.c.subject).distinct()).all():
        if (new := folded(subject)) != subject:
            has_both = under.c.uri.in_(select(under.c.uri).where(under.c.subject == new))
            here = under.c.subject == subject
            db.execute(delete(under).where(here, has_both))
            db.execute(update(under).where(here).values(subject=new))
    e = editions.c
    query = select(e.id, e.channel_id, e.key).where(e.key.startswith(SUBJECT)).order_by(e.id)
    rows = db.execute(query).all()
    taken = {(row.channel_id, row.key) for row in rows}
    for row in rows:
        new = f"{SUBJECT}{folded(row.key.removeprefix(SUBJECT))}"
        if (row.channel_id, new) not in taken:
            taken.add((row.channel_id, new))
            db.execute(update(editions).where(e.id == row.id).values(key=new))


def _know_again(db: Connection) -> None:
    """Fingerprint what an article is known by, should its text come under another name."""
    columns = ("text_print", "headline_print")
    for column in columns:
        db.execute(text(f"ALTER TABLE articles ADD COLUMN {column} VARCHAR(64)"))
    newest = and_(revisions.c.uri == articles.c.uri, revisions.c.version == articles.c.version)
    query = select(articles.c.uri, revisions.c.document).join(revisions, newest)
    query = query.order_by(articles.c.uri).limit(MANY)
    changed = update(articles).where(articles.c.uri == bindparam("known"))
    changed = changed.values({column: bindparam(column) for column in columns})
    rows = db.execute(query).all()
    while rows:
        db.execute(changed, [{"known": row.uri} | _prints(row.document) for row in rows])
        rows = db.execute(query.where(articles.c.uri > rows[-1].uri)).all()
    for column in columns:
        db.execute(text(f"CREATE INDEX ix_articles_{column} ON articles ({column})"))


def _prints(document: str) -> dict[str, str]:
    article = Article.from_json(json.loads(document))
    return {"text_print": text_print(article), "headline_print": headline_print(article)}


def _number(db: Connection) -> None:
    """Number articles as they were recorded, and say of channels which ones are older."""
    db.execute(text("ALTER TABLE articles ADD COLUMN number INTEGER DEFAULT 0 NOT NULL"))
    db.execute(text("ALTER TABLE channels ADD COLUMN older INTEGER DEFAULT 0 NOT NULL"))
    first = select(revisions.c.uri, revisions.c.recorded_at).where(revisions.c.version == 1)
    found = db.execute(first.order_by(revisions.c.recorded_at, revisions.c.uri)).all()
    for number, row in enumerate(found, 1):
        db.execute(update(articles).where(articles.c.uri == row.uri).values(number=number))
    for channel in db.execute(select(channels.c.id, channels.c.first_seen_at)).all():
        older = sum(row.recorded_at < channel.first_seen_at for row in found)
        db.execute(update(channels).where(channels.c.id == channel.id).values(older=older))


def _pass_over(db: Connection) -> None:
    """Mark what windows had; one that ends in the future has only what it carried."""
    db.execute(text("ALTER TABLE syndications ADD COLUMN passed BOOLEAN DEFAULT false NOT NULL"))
    s, e = syndications.c, editions.c
    over = or_(e.closed_at <= now(db), and_(e.status == "skipped", s.at >= e.opened_at))
    closed = select(e.id).where(e.channel_id == s.channel_id, s.at < e.closed_at, over).exists()
    seen = channels.c.first_seen_at
    before = select(channels.c.id).where(channels.c.id == s.channel_id, s.at < seen).exists()
    db.execute(update(syndications).where(or_(closed, before)).values(passed=true()))


def _letter_state(row: Any) -> str:
    if row.state == "settled":
        if row.present is not None:
            return "sent"
        return "off" if row.wanted is None else "given_up"
    states = {"claimed": "due", "sending": "in_doubt"}
    return states.get(row.state, str(row.state))


MIGRATIONS: dict[int, Callable[[Connection], None]] = dict(
    enumerate((_to_2, _to_3, _to_4, _to_5, _to_6, _to_7, _to_8), start=2)
)


def version(db: Connection) -> int:
    """A ledger's version; 0 where there is none yet."""
    if not inspect(db).has_table("ledger"):
        return 0
    return int(db.scalar(select(ledger.c.version)) or 0)


def is_real(db: Connection) -> bool:
    """Return whether there is a ledger that was not made for rehearsals."""
    found = version(db)
    return bool(found) and not (found >= 8 and db.scalar(select(ledger.c.rehearsal)))


def create(db: Connection, created: dict[str, object]) -> None:
    """Make the tables of a new ledger, unless somebody else just did."""
    if db.dialect.name == "postgresql":
        postgresql_too()
        db.execute(text("SELECT pg_advisory_xact_lock(1937337956)"))  # one creator at a time
    if version(db) == 0:
        metadata.create_all(db)
        db.execute(insert(ledger).values(id=1, version=VERSION, **created))


def refuse_strangers(db: Connection) -> None:
    """Leave alone an SQLite file that is another program's, or was a ledger and is emptied."""
    if (path := path_of(db.engine)) and not inspect(db).has_table("ledger"):
        raise LedgerError(
            f"ledger.url: {path} is a database without a ledger in it (name another file; if there"
            f" was one, {PUT_BACK})"
        )


def migrate(engine: Engine) -> str | None:
    """Take every step that is missing, all or none; returns what was done, in a sentence."""
    with transaction(engine, reads=True) as db:
        found = version(db)
        if found == VERSION:
            return None
        refuse_newer(found)
        refuse_at_work(db)
    copied = beside(engine, found)
    task = f"this ledger is of version {found} and has to be brought to version {VERSION}"
    with rights_for(engine, task), transaction(engine) as db:
        unhurried(db)
        held = int(db.scalar(select(ledger.c.version).with_for_update()) or found)
        if held == VERSION:  # another one was quicker, and may be at work already
            return None
        refuse_newer(held)
        refuse_at_work(db)
        for number in range(held + 1, VERSION + 1):
            MIGRATIONS[number](db)
        db.execute(update(ledger).values(version=VERSION))
    said = f"the ledger was brought to version {VERSION}"
    return f"{said}; as it was: {copied}" if copied else said


def refuse_older(found: int) -> None:
    """Stop where somebody only looks: an older ledger is brought up to date by what writes."""
    if found < VERSION:
        raise LedgerError(
            f"ledger.url: this ledger is of version {found}, and this program works with {VERSION}:"
            " what only looks changes nothing; `syndicate ledger upgrade` brings it up to date"
        )


def refuse_newer(found: int) -> None:
    """Stop before a program that is too old harms a ledger."""
    if found > VERSION:
        raise LedgerError(
            f"ledger.url: this ledger is of version {found}, and this program knows"
            f" only {VERSION}: install the newer syndicate that has written it"
        )


def refuse_another(found: int) -> None:
    """Stop where somebody brought the ledger up to date while this command was at it."""
    if found != VERSION:
        raise LedgerError(
            f"ledger.url: the ledger was brought to version {found} while this command ran: run"
            " it again, with the program of that version"
        )
