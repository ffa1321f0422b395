"""The feed: what is live, as RSS, Atom and JSON Feed files, and pages for people, in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Annotated, Self, cast
from urllib.parse import quote

from pydantic import AfterValidator, Field

from syndicate import (
    Article,
    Collection,
    Delivery,
    DeliveryError,
    Difference,
    Edition,
    Finding,
    Item,
    Media,
    Previews,
    Published,
    Publisher,
    Receipt,
    Refused,
    Rendition,
    View,
)
from syndicate.channel.settings import Command, ConfigPath, Patience, WebAddress, WebUrl
from syndicate.system.local import is_below, leads_here
from syndicate.text import as_uri, plain
from syndicate_feed import addresses, files, folder_mark
from syndicate_feed.addresses import OWN_FILE_PATTERN
from syndicate_feed.announce import AFTER, HUB, HUB_LIMITS, announcements, ping, run_command
from syndicate_feed.entries import EMPTY_FEED_DATE, FeedHead, addressed, entries, valid_in_xml

if TYPE_CHECKING:
    from syndicate_feed.pieces import Piece

RSS, ATOM, JSON = "application/rss+xml", "application/atom+xml", "application/feed+json"
HTML = "text/html"
MAILBOX = r"^([\w.+-]+@[\w-]+(\.[\w-]+)*)?$"


@dataclass(kw_only=True)
class Feed(Collection, Previews):
    """A folder for a web server: rss.xml, atom.xml, feed.json, index.html, and what they show."""

    kind = "feed"
    archives = True
    hosts = True
    marks = True
    batch = 64
    _folders = cast(files.ChangedFolders | None, None)  # while it is open

    title: Annotated[str, Field(min_length=1)]
    url: WebUrl
    """The public address of the folder."""
    directory: ConfigPath
    """The folder; it is made if it is missing."""
    items: Annotated[int, Field(ge=1)] = 50
    """How many of the newest articles the feed holds, and each document of its archive."""
    subjects: Annotated[tuple[str, ...], AfterValidator(addresses.require_distinct_folders)] = ()
    """Subjects that also have feeds of their own."""
    notices: Annotated[int, Field(ge=0)] = 90
    """How many days a withdrawn article stays as a notice; 0 is for ever."""
    index: bool = True
    """Whether the folder has a page for people, index.html."""
    pages: bool = False
    """Whether every article without a url gets a page here."""
    follow: Annotated[str, Field(pattern=MAILBOX)] = ""
    """The mailbox of a list that takes letters of those who follow an article; pages link to it."""
    hubs: tuple[WebAddress, ...] = ()
    """WebSub hubs, told of every change."""
    patience: Patience = 20
    """How many seconds a hub may take to answer."""
    after: Command = ()
    """A command to run after every change, with the changed files' paths."""
    description: str = ""
    """A sentence about the feed; without it, its title."""
    language: str = ""
    """The feed's language; without it, the publisher's."""

    def __enter__(self) -> Self:
        with files.explaining_errors(self._setting, self.directory):
            if self.directory.exists() and not self.directory.is_dir():
                raise files.not_a_folder(self._setting, self.directory)
        self._folders = files.ChangedFolders()
        return self

    def __exit__(self, *_: object) -> None:
        self._folders = None

    def flush(self) -> None:
        if self._folders is not None:
            with files.explaining_errors(self._setting, self.directory):
                self._folders.sync()

    def own_addresses(self) -> Iterable[str]:
        return (self.url, *self.hubs)

    def target(self) -> str:
        return str(self.directory.resolve())

    def folders(self) -> Iterable[Path]:
        return (self.directory,)

    def command(self) -> Sequence[str]:
        return self.after

    def has_mark(self, mark: str) -> bool:
        path = folder_mark.path(self.directory, mark)
        with files.explaining_errors(self._setting, path):
            return folder_mark.mark_exists(path)

    def put_mark(self, mark: str) -> None:
        path = folder_mark.path(self.directory, mark)
        with files.explaining_errors(self._setting, path):
            files.make_folder(self.directory)
            folder_mark.create_mark(path)

    def drop_mark(self, mark: str) -> None:
        path = folder_mark.path(self.directory, mark)
        with files.explaining_errors(self._setting, path):
            path.unlink(missing_ok=True)

    def shows_any(self, addresses: Sequence[str]) -> bool:
        ours = (self._path(address) for address in addresses if OWN_FILE_PATTERN.fullmatch(address))
        with files.explaining_errors(self._setting, self.directory):
            return any(path.is_file() for path in ours)

    @property
    def origin(self) -> str:
        return self.url

    @property
    def keeps_notices(self) -> timedelta | None:
        return timedelta(days=self.notices) if self.notices else None

    def pieces(self, items: Sequence[Item], publisher: Publisher) -> Iterator[bytes]:
        from syndicate_feed.pieces import pieces

        return map(bytes, pieces(entries(items, publisher), self._language(publisher)))

    def shows(self, document: bytes, piece: bytes) -> bool:
        from syndicate_feed.pieces import Piece

        item = Piece.parse(piece)
        return any(form in document for form in (item.rss, item.atom, item.json))

    def assemble(self, edition: Edition, pieces: Sequence[bytes]) -> Iterator[Rendition]:
        from syndicate_feed.json_feed import json_document
        from syndicate_feed.pieces import Piece
        from syndicate_feed.xml_feeds import atom_document, rss_document

        held = [Piece.parse(piece) for piece in pieces]
        head = self._head(edition, held)
        summaries = [piece.summary for piece in held]
        killed = [(item.id, item.killed, item.reason) for item in summaries if item.killed]
        in_atom = [piece.atom for piece in held]
        if edition.page:
            name = addresses.of_archive(edition.page)
            yield Rendition(
                address=name, media_type=ATOM, content=atom_document(head, name, in_atom, killed)
            )
            return
        name = addresses.RSS
        in_rss = rss_document(head, name, [piece.rss for piece in held])
        yield Rendition(address=f"{head.folder}{name}", media_type=RSS, content=in_rss)
        name = addresses.ATOM
        yield Rendition(
            address=f"{head.folder}{name}",
            media_type=ATOM,
            content=atom_document(head, name, in_atom, killed),
        )
        name = addresses.JSON
        in_json = json_document(head, name, [piece.json for piece in held])
        yield Rendition(address=f"{head.folder}{name}", media_type=JSON, content=in_json)
        if self.index and not edition.subject:
            from syndicate_feed.site import index_page

            yield Rendition(
                address=addresses.INDEX,
                media_type=HTML,
                content=index_page(head, summaries, self.subjects),
            )

    def views(self, edition: Edition) -> Iterator[View]:
        """Yield each entry: title and summary, and its text where the article is to get no page."""
        from syndicate_feed.previews import entry_view

        language = edition.publisher.language
        has_page = [self.pages and not item.article.url for item in edition.items]
        for entry, paged in zip(entries(edition.items, edition.publisher), has_page, strict=True):
            yield entry_view(entry, language, with_text=not paged)

    def page_url(self, article: Article) -> str:
        return f"{self.url}/{addresses.of_page(article)}"

    def page(self, edition: Edition) -> Rendition:
        from syndicate_feed.site import article_page

        [item] = edition.items
        [entry] = entries([item], edition.publisher)
        head = self._head(edition, [])
        address = self.page_url(item.article)
        content = article_page(head, entry, valid_in_xml(item), address, self._follow(item.article))
        return Rendition(address=addresses.of_page(item.article), media_type=HTML, content=content)

    def _follow(self, article: Article) -> str:
        """Return the link of who wants to follow an article; "" where no mailbox takes it."""
        to, uri = quote(self.follow, safe="@"), quote(article.uri, safe="")
        return f"mailto:{to}?subject=follow%20{uri}" if self.follow else ""

    def announce(
        self, changed: Mapping[str, str], waiting: Iterable[Rendition]
    ) -> Iterator[Rendition]:
        return announcements(changed, waiting, hubs=self.hubs, after=self.after)

    def outside(self, home: Path, rendition: Rendition | None = None) -> str:
        address = rendition.address if rendition else ""
        if address == AFTER:  # nobody knows what a command reaches
            return f"channels.{self.name}.after"
        if address.startswith(HUB):
            here = leads_here(address.removeprefix(HUB))
            return "" if here else f"channels.{self.name}.hubs"
        return "" if is_below(self.directory, home) else self._setting

    def as_text(self, rendition: Rendition) -> str:
        if rendition.media:
            return rendition.address
        if rendition.media_type == HTML:
            from syndicate_feed.site import main_html

            return plain(main_html(rendition.content))
        if rendition.media_type not in (RSS, ATOM, JSON):
            return super().as_text(rendition)
        texts = (f"{title}\n{plain(html)}".strip() for title, html in _read(rendition))
        return "\n\n".join(texts)

    def media_url(self, media: Media) -> str:
        return f"{self.url}/media/{media.name}"

    def host(self, media: Media) -> Rendition:
        return Rendition(
            address=f"media/{media.name}",
            media_type=media.media_type,
            content=b"",
            media=(media.sha256,),
        )

    def publish(self, delivery: Delivery) -> Receipt:
        rendition = delivery.rendition
        if not _is_announcement(rendition.address):
            path = self._path(rendition.address)
            with files.explaining_errors(self._setting, path):
                foreign = not rendition.media and files.is_foreign(path, rendition.content)
            if foreign and not delivery.stood:
                off = ", or set index = false" if path.name == addresses.INDEX else ""
                raise Refused(f"{self._setting}: {path} is not ours: move it away{off}")
        return self._put(delivery)

    def revise(self, delivery: Delivery, receipt: Receipt) -> Receipt:
        return self._put(delivery)

    def _put(self, delivery: Delivery) -> Receipt:
        address, content = delivery.rendition.address, delivery.rendition.content
        where = f"channels.{self.name}"
        if address.startswith(HUB):
            hub = address.removeprefix(HUB)
            if hub not in self.hubs:
                raise Refused(f"{where}.hubs: {hub} is no longer named there; not notified")
            moved = ping(
                f"{where}.hubs",
                hub,
                as_uri(self.url),
                content,
                limits=HUB_LIMITS.within(self.patience),
                own=self.office_sites,
            )
            return Receipt(reference=address, remark=moved)
        if address == AFTER:
            if not self.after:
                raise Refused(f"{where}.after: it is no longer set; nothing is run")
            run_command(f"{where}.after", self.after, self.directory, content)
            return Receipt(reference=address)
        path = self._path(address)
        with files.explaining_errors(self._setting, path):
            files.write_file(path, _content(delivery), self._folders)
        return Receipt(reference=address, url=f"{self.url}/{address}")

    def remove(self, receipt: Receipt) -> None:
        if _is_announcement(receipt.reference):
            return  # an announcement cannot be taken back
        path = self._path(receipt.reference)
        with files.explaining_errors(self._setting, path):
            files.delete_file(path, self._folders)

    def holds(self, rendition: Rendition, receipt: Receipt) -> bool:
        if _is_announcement(rendition.address):
            return True
        try:
            path = self._path(receipt.reference)
            if rendition.media:
                is_there = path.is_file()  # a pipe has no end
                return is_there and sha256(path.read_bytes()).hexdigest() == rendition.media[0]
            return files.has(path, rendition.content)
        except (OSError, Refused):  # gone, or not ours: publishing again will tell
            return False

    def recall(self) -> Iterable[str]:
        from syndicate_feed.recalled import recalled

        return recalled(self.directory)

    def recall_items(self, publisher: Publisher) -> Iterable[Item]:
        from syndicate_feed.recalled import recalled_items

        return recalled_items(self.directory, publisher)

    def inspect(self, publisher: Publisher) -> Iterator[Finding]:
        try:
            with files.explaining_errors(self._setting, self.directory / "rss.xml"):
                files.try_out(self.directory)
        except DeliveryError as error:
            yield Finding(what="folder", ok=False, detail=str(error))
        else:
            made = "can be written" if self.directory.exists() else "the first publication makes it"
            yield Finding(what="folder", ok=True, detail=f"{self.directory}: {made}")
        wrong = addresses.unlikely(self.url)
        where = f"channels.{self.name}.url: {wrong}" if wrong else f"{self.url}/rss.xml"
        yield Finding(what="public address", ok=not wrong, detail=where)

        if self.after:
            found = which(self.after[0])
            where = f"channels.{self.name}.after: {self.after[0]} is not there: install it"
            yield Finding(what="command", ok=found is not None, detail=found or where)

    def compare(self, standing: Iterable[Published]) -> Iterator[Difference]:
        from syndicate_feed.audit import compared

        return compared(self.directory, self.url, standing)

    def _head(self, edition: Edition, held: Sequence[Piece]) -> FeedHead:
        title, page = self.title, edition.page
        title = f"{title}: {edition.subject}" if edition.subject else title
        previous = page - 1 if page else edition.pages
        return FeedHead(
            title=valid_in_xml(title),
            description=valid_in_xml(self.description or title),
            base=as_uri(self.url),
            origin=edition.origin or self.url,  # compared sign by sign (RFC 4287, 4.2.6.1)
            folder=addresses.of_subject(edition.subject) if edition.subject else "",
            language=self._language(edition.publisher),
            publisher=addressed(valid_in_xml(edition.publisher)),
            updated=max((piece.updated for piece in held), default=EMPTY_FEED_DATE),
            hubs=tuple(map(as_uri, self.hubs)),
            page=page,
            previous=previous,
        )

    def _language(self, publisher: Publisher) -> str:
        return self.language or publisher.language

    @property
    def _setting(self) -> str:
        return f"channels.{self.name}.directory"

    def _path(self, address: str) -> Path:
        # nothing but our own names: a reference never leads out of the folder or to a stranger's
        if not OWN_FILE_PATTERN.fullmatch(address):
            raise Refused(f"{self._setting}: {address!r} is no file of a feed; left alone")
        return self.directory / address


def _is_announcement(address: str) -> bool:
    """Return whether it is an announcement, which leaves nothing in the folder."""
    return address == AFTER or address.startswith(HUB)


def _content(delivery: Delivery) -> bytes:
    rendition = delivery.rendition
    return delivery.files[rendition.media[0]] if rendition.media else rendition.content


def _read(rendition: Rendition) -> Iterator[tuple[str, str]]:
    from syndicate_feed import json_feed, xml_feeds

    readers = {RSS: xml_feeds.read_rss, ATOM: xml_feeds.read_atom, JSON: json_feed.read_json_feed}
    return readers[rendition.media_type](rendition.content)
