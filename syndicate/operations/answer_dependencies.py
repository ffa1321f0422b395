"""Dependencies of the answer of a publication with nothing to do, and how long it holds.

Where they are not clear, nothing is cached, and the command is carried out each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Connection, and_, func, or_, select

from syndicate.channel import Channel, Scope
from syndicate.config.registry import is_ours
from syndicate.ledger import Catalogue
from syndicate.ledger.database import backups
from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.engine import path_of
from syndicate.ledger.database.generations import beside
from syndicate.ledger.schema import (
    articles,
    blocks,
    deliveries,
    ledger,
    leftovers,
    moves,
    revisions,
    runs,
    scheduled,
)
from syndicate.model.article import PubStatus
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.recording import Publication
from syndicate.report import STATE_WORDS, Report
from syndicate.system.answer_cache import ABSENT, FILES, FOLDERS, STATES, TREES, ComparedPaths

NO_MEDIA = '"media": []'  # in an article's document
JOURNALS = ("-wal", "-shm", "-journal")  # of SQLite: while one is here, the ledger is in use


@dataclass(frozen=True)
class AnswerDependencies:
    """Paths that an answer depends on, and the moment up to which it holds."""

    paths: ComparedPaths
    until: datetime


def dependencies_of(
    office: Office, request: Publication, report: Report
) -> AnswerDependencies | None:
    """Return what an answer depends on; None where it may differ next time for another reason."""
    path = path_of(office.ledger.engine)
    if path is None or not (_is_quiet(office, report) and _is_bare(request, report)):
        return None
    if not all(map(_is_known, office.channels)):
        return None
    now = office.clock()
    with office.ledger.reading() as db:
        if not _is_settled(db, now) or (files := _files(db, report)) is None:
            return None
        until = min(_moments(office, db, now))
    kept = [Path(copy) for copy in backups.known(office.ledger.engine)]
    return AnswerDependencies(_paths(office, path.absolute(), files, kept), until)


def _is_quiet(office: Office, report: Report) -> bool:
    """Return True where nothing was done, and nothing is said but where everything stands."""
    here = office.ledger
    spoken = (report.notes, report.warnings, report.problems, office.settings.unset, here.mended)
    if office.acted or here.rehearsal or any(spoken):
        return False
    if here.clock.remark or here.generations.harm():
        return False
    return all(
        line.action == Action.NOTHING and line.state in ("", STATE_WORDS["settled"])
        for line in report.lines
    )


def _is_bare(request: Publication, report: Report) -> bool:
    """Return True for a plain request to publish, all of whose articles are unchanged."""
    plain = Publication(paths=request.paths, channels=request.channels)
    unchanged = [article for article in report.articles if article.kind == "unchanged"]
    return request == plain and len(unchanged) == len(report.articles) == len(request.paths)


def _is_known(channel: Channel) -> bool:
    """Return True for a channel of ours whose destination can be compared.

    Somebody's own channel may look anywhere: at a file beside it, at another machine.
    """
    return is_ours(channel) and (not _compares(channel) or any(channel.folders()))


def _compares(channel: Channel) -> bool:
    """Return True for a channel that looks at its destination without being asked to say anything.

    What it looks at must lie in the folders that it names.
    """
    return channel.scope is Scope.COLLECTION or type(channel).holds is not Channel.holds


def _is_settled(db: Connection, now: datetime) -> bool:
    """Return True where nothing in the whole ledger waits, is under way or in doubt."""
    overdue = and_(articles.c.expires_at <= now, ~articles.c.expired)
    open_ = (
        select(deliveries.c.id).where(deliveries.c.state != "settled"),
        select(runs.c.edition_id).where(runs.c.ended_at.is_(None)),
        select(moves.c.name).where(moves.c.ended_at.is_(None)),
        select(blocks.c.id),
        select(leftovers.c.uri),
        select(scheduled.c.uri),
        select(ledger.c.version).where(ledger.c.doubted != ""),
        select(articles.c.uri).where(or_(overdue, articles.c.updated_at > now)),
    )
    return all(db.execute(query.limit(1)).first() is None for query in open_)


def _moments(office: Office, db: Connection, now: datetime) -> Iterator[datetime]:
    """Yield the moments at which something may become due, or be called otherwise."""
    zone = office.publisher.zone
    yield datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
    expires = db.scalar(select(func.min(articles.c.expires_at)).where(articles.c.expires_at > now))
    if expires is not None:
        yield expires
    catalogue = Catalogue(db)
    yield from (office.next_digest(catalogue, channel) for channel in office.lists)
    for channel in office.collections:
        if (kept := channel.keeps_notices) is not None:
            shown = and_(
                articles.c.pub_status == PubStatus.CANCELED, articles.c.updated_at > now - kept
            )
            oldest = db.scalar(select(func.min(articles.c.updated_at)).where(shown))
            if oldest is not None:
                yield oldest + kept


def _files(db: Connection, report: Report) -> list[Path] | None:
    """Return the articles' files with those they name; None where one lies elsewhere."""
    here = os.getcwd()
    paths = {article.uri: os.path.join(here, article.path) for article in report.articles}
    found = list(map(Path, paths.values()))
    for uri, path, document in _documents(db, list(paths)):
        if path != paths[uri]:
            return None
        named = () if NO_MEDIA in document else json.loads(document)["media"]
        files = [Path(path).parent / media["file"] for media in named if media["sha256"]]
        if not all(file.is_file() for file in files):
            return None
        found += files
    return found


def _documents(db: Connection, uris: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    newest = and_(revisions.c.uri == articles.c.uri, revisions.c.version == articles.c.version)
    query = select(articles.c.uri, articles.c.path, revisions.c.document).join(revisions, newest)
    for batch in batches(uris):
        for row in db.execute(query.where(articles.c.uri.in_(batch))):
            yield row.uri, row.path, row.document


def _paths(
    office: Office, path: Path, files: Iterable[Path], copies: Iterable[Path]
) -> ComparedPaths:
    settings, mark = office.settings, beside(path)
    config = settings.path.absolute()
    compared, written = _folders(office, compared=True), _folders(office, compared=False)
    named = set(_named(settings.channels, settings.folder))
    around = {config.parent, path.parent, *(file.parent for file in files)}
    before = [Path("config.toml").absolute()]  # where another configuration would be found first
    found: Mapping[str, Iterable[Path]] = {
        FILES: [
            *(config, *settings.holding, *files),
            *(file for file in (mark, *named) if file.is_file()),
        ],
        TREES: [folder for folder in {*compared, *(named - written)} if folder.is_dir()],
        FOLDERS: [*around, *(folder for folder in written if folder.exists())],
        STATES: [path, *(copy for copy in copies if copy.exists())],
        ABSENT: [
            *(path.with_name(f"{path.name}{end}") for end in JOURNALS),
            *(place for place in (*before, mark, *compared, *written) if not place.exists()),
        ],
    }
    return {kind: sorted({str(place) for place in places}) for kind, places in found.items()}


def _folders(office: Office, *, compared: bool) -> set[Path]:
    """Return the folders that channels write to: of those that compare what is there, or others."""
    channels = [channel for channel in office.channels if _compares(channel) is compared]
    return {folder.absolute() for channel in channels for folder in channel.folders()}


def _named(value: object, folder: Path) -> Iterator[Path]:
    """Yield the files and folders that settings name, like templates; whatever they are called."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _named(inner, folder)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner, folder)
    elif isinstance(value, str) and value:
        with suppress(OSError, RuntimeError, ValueError):  # it can be no path
            path = folder / Path(value).expanduser()
            if path.exists():
                yield path.absolute()
