"""From the catalogue to a plan: what each channel has to say, compared with what it has said."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from syndicate.channel import Channel, Scope
from syndicate.channel.collection import Collection
from syndicate.channel.mailing_list import MailingList
from syndicate.errors import ArticleError, Flaws, SyndicateError
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.model import edition_keys
from syndicate.model.article import Edition, Item
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.step import Action, Step
from syndicate.office import Office
from syndicate.planning import editions
from syndicate.planning.collect import Documents, Holding, what_is_held
from syndicate.planning.compare import Comparison, Prepared, Wish
from syndicate.planning.folders import is_same_place, missing
from syndicate.planning.hosting import Hosting
from syndicate.planning.planner import Purpose
from syndicate.planning.proofread import located, proofread
from syndicate.sources import Draft
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)

# of what need not be said to stand
EVERYTHING = (edition_keys.MEDIA, edition_keys.PAGE_PREFIX, edition_keys.ARCHIVE)


@dataclass
class Failed:
    """A channel that could not even say what it has to say."""

    channel: Channel
    why: str


def reviewed(channel: MailingList, edition: Edition, rendition: Rendition, notes: list[str]) -> str:
    """What looking at a letter tells: its size here, what could be better among the notes."""
    found = list(channel.review(edition, rendition))
    wrong = (f"{channel.name}: {one.detail}" for one in found if not one.ok)
    notes += [note for note in wrong if note not in notes]
    return "".join(f", {one.detail}" for one in found if one.ok)


class Preparation:
    """Plans for one command, within one planning transaction."""

    def __init__(self, office: Office, catalogue: Catalogue, wish: Wish) -> None:
        self.office, self.catalogue, self.wish = office, catalogue, wish
        self.hosting = Hosting(office, catalogue)
        self.comparison = Comparison(catalogue, wish)
        self.failed: list[Failed] = []
        # (channel's name, uri): where an article does not go unasked, and why, if not for its age
        self.older: dict[tuple[str, str], str] = {}
        self.revived: set[str] = set()  # the uris of articles that have not expired after all
        self.read: dict[str, Draft] = {}  # all files of this command, by uri
        self.drafts: dict[str, Draft] = {}  # of the articles that this command made or changed
        self.warnings: list[str] = []  # what readers will not get of them as it was typed

    @property
    def prepared(self) -> list[Prepared]:
        """The plans, in the order they were made."""
        return self.comparison.prepared

    def kept(self, channel: Channel, known: KnownChannel, standing: Standing) -> None:
        """An article that its file no longer means for a channel: it stays there, and is told."""
        if known.id in self.catalogue.channels.having(standing.uri):
            self.office.notes.append(
                f"{standing.path}: not meant for {channel.name} any more, where it was published:"
                " it stays there and is corrected there (only `withdraw` takes it back)"
            )

    def say(self, channels: Sequence[Channel], standings: Sequence[Standing]) -> None:
        """Plan what channels have to say of these articles."""
        host = self.hosting.host
        if host in channels:  # the others link to the pages
            self._pages([standing.uri for standing in standings])
        every = Flaws()
        for channel in channels:
            flaws = Flaws() if self.wish.by_itself else every
            try:
                with flaws.noted():
                    self._say(channel, standings, flaws)
                    self._proofread(channel, standings, flaws)
            except Exception as error:  # a channel that fails never stops the others
                unexpected(log, f"{channel.name}: cannot say it", error)
                self._fail(channel, "cannot say it", error)
            if self.wish.by_itself:
                self.failed += [Failed(channel, str(one)) for one in flaws.found]
        every.end()

    def _say(self, channel: Channel, standings: Sequence[Standing], flaws: Flaws) -> None:
        known = self.office.remembered(self.catalogue, channel)
        self._tell_moved(channel, known)
        if channel.scope is Scope.ARTICLE:
            kept = self._kept(channel, known, standings)
            for standing in standings:
                with flaws.noted():
                    self._article(channel, known, standing, kept.get(standing.uri))
        elif isinstance(channel, Collection):
            if not self.wish.trial:
                self._collection(channel, known, standings)
        elif self.wish.diff and isinstance(channel, MailingList):
            self._try_digest(channel, known, standings)

    def _proofread(self, channel: Channel, standings: Sequence[Standing], flaws: Flaws) -> None:
        """Note what a channel's readers will not get of what was typed; refuse what loses words."""
        for standing in (one for one in standings if one.uri in self.drafts):
            [item] = self.hosting.worded([standing.item], channel)
            draft, publisher = self.drafts[standing.uri], self.office.publisher
            receipts = self._receipts(channel, item)
            with flaws.noted():
                self.warnings += proofread(channel, item, draft, publisher, receipts)

    def _receipts(self, channel: Channel, item: Item) -> dict[str, Receipt]:
        """Where an article's posts stand in a channel."""
        if channel.scope is not Scope.ARTICLE:
            return {}
        key = editions.article(item, self.office.publisher).key
        return self.comparison.receipts(self.office.remembered(self.catalogue, channel), key)

    def _try_digest(
        self, channel: MailingList, known: KnownChannel, standings: Sequence[Standing]
    ) -> None:
        """A digest says nothing yet: see whether it could, before it is frozen.

        What became of an article is looked at as its readers will get it.
        """
        carried = {
            one.uri: self.catalogue.windows.carried_version(known.id, one.uri) for one in standings
        }
        changed = [one for one in standings if 0 < carried[one.uri] < one.major_version]
        told = [replace(one.item, told_version=carried[one.uri]) for one in changed]
        new = [one.item for one in standings if not carried[one.uri]]
        worded, at = self.hosting.worded, self.office.clock()
        edition = editions.digest(
            worded(new, channel), worded(told, channel), self.office.publisher,
            opened=at, closed=at,
        )  # fmt: skip
        for rendition in channel.render(edition) if edition.items or changed else ():
            if changed:
                reviewed(channel, edition, rendition, self.office.notes)

    def _fail(self, channel: Channel, what: str, error: Exception) -> None:
        said = f"{error}" if isinstance(error, SyndicateError) else f"{what}: {error!r}"
        self.failed.append(Failed(channel, self.office.scrub(said)))

    def _tell_moved(self, channel: Channel, known: KnownChannel) -> None:
        """A plan cannot ask a destination who it is; doing it can, and will."""
        if not self.wish.diff or known.identity is None:
            return
        if known.target != channel.target() and not is_same_place(channel, known):
            self.office.notes.append(
                f"{channel.name}: was {known.target}, and the configuration now names"
                f" {channel.target()}: if that is another place, nothing is sent there before"
                f" `syndicate channels move {channel.name}`"
            )
        elif not self.comparison.is_here(channel, known):
            self.office.notes.append(missing(known.name, channel))

    def remove_media(self, standing: Standing) -> None:
        """Take away what a killed article ever showed, but for what others show too."""
        host = self.hosting.host
        if host is None:
            return
        known = self.office.remembered(self.catalogue, host)
        for sha256 in self.catalogue.articles.ever_shown(standing.uri):
            key, elsewhere = (
                f"{edition_keys.MEDIA}{sha256}",
                self.catalogue.articles.shows_elsewhere,
            )
            if self.catalogue.editions.number(known.id, key) and not elsewhere(
                sha256, standing.uri
            ):
                self.comparison.renditions(host, known, key, [])

    def announce(self) -> None:
        """Plan whom each channel tells of what is to change there; the last thing to plan."""
        if self.wish.trial:
            return
        self._drop_unnamed()
        changed: dict[int, dict[str, str]] = {}
        tellers: dict[int, tuple[Collection, KnownChannel]] = {}
        collections = {channel.name: channel for channel in self.office.collections}
        for one in self.prepared:
            if channel := collections.get(one.channel.name):
                tellers[one.known.id] = channel, one.known
                changed.setdefault(one.known.id, {}).update(
                    (step.address, step.rendition.fingerprint if step.rendition else "")
                    for step in one.steps
                    if step.action not in (Action.NOTHING, Action.CANNOT)
                )
        for number, (teller, known) in tellers.items():
            if changed[number]:
                try:
                    self._announce(teller, known, changed[number])
                except Exception as error:  # it undoes no publication
                    unexpected(log, f"{teller.name}: cannot tell others of it", error)
                    self._fail(teller, "cannot tell others of it", error)

    def _drop_unnamed(self) -> None:
        """Let go of what waits for somebody whom the configuration no longer names."""
        for channel in self.office.collections:
            known = self.office.remembered(self.catalogue, channel)
            edition = self.catalogue.editions.number(known.id, edition_keys.ANNOUNCEMENTS)
            waiting = self.catalogue.deliveries.wanted(edition, waiting=True) if edition else []
            named = {one.address for one in channel.announce({}, waiting)} if waiting else set()
            for address in (one.address for one in waiting if one.address not in named):
                assert edition
                self.catalogue.deliveries.want(edition, Step(address, Action.REMOVE, None), 0)
                self.office.notes.append(
                    f"{channel.name}: {address} is no longer named in the configuration: what"
                    " waited for it is dropped"
                )

    def _announce(self, channel: Collection, known: KnownChannel, changed: dict[str, str]) -> None:
        key, catalogue = edition_keys.ANNOUNCEMENTS, self.catalogue
        edition = catalogue.editions.number(known.id, key)
        waiting = catalogue.deliveries.wanted(edition, waiting=True) if edition else []
        told = list(self._within_reach(channel, channel.announce(changed, waiting)))
        if not (told or waiting):
            return
        edition = edition or catalogue.editions.open(known.id, key)
        steps = [Step(one.address, Action.ANNOUNCE, one) for one in told]
        gone = {one.address for one in waiting} - {one.address for one in told}
        steps += [Step(address, Action.REMOVE, None) for address in sorted(gone)]
        for step in steps:
            catalogue.deliveries.want(edition, step, 0)
        self.prepared.append(Prepared(channel, known, key, edition, steps))

    def _within_reach(self, channel: Channel, told: Iterable[Rendition]) -> Iterator[Rendition]:
        """What a rehearsal, too, may tell others."""
        for rendition in told:
            if why := self.office.outside(channel, rendition):
                self.office.notes.append(why)
            else:
                yield rendition

    def _article(
        self, channel: Channel, known: KnownChannel, standing: Standing,
        kept: list[Rendition] | None,
    ) -> None:  # fmt: skip
        if known.id not in self.catalogue.channels.having(standing.uri):
            return
        withdrawal = standing.item.withdrawal
        purpose = self._purpose(standing, kill=bool(withdrawal and withdrawal.kill))
        if kept:
            self.comparison.renditions(channel, known, standing.uri, kept, purpose)
            return
        [item] = self.hosting.worded([standing.item], channel)
        edition = editions.article(item, self.office.publisher)
        render = partial(channel.render, edition)
        located = partial(self._located, channel, standing)
        rendered = self.comparison.rendered(channel, known, edition.key, render, purpose, located)
        self._keep_stamp(channel, standing, rendered)

    def _located(self, channel: Channel, standing: Standing, error: ArticleError) -> ArticleError:
        if draft := self.read.get(standing.uri):
            return located(error, channel, draft, draft.article)
        return ArticleError(f"{standing.path}: channels.{channel.name}: {error}")

    def _purpose(self, standing: Standing, *, kill: bool = False) -> Purpose:
        return Purpose(
            version=standing.version,
            major=standing.major_version,
            withdrawn=standing.item.withdrawal is not None,
            refresh=self.wish.refresh or standing.uri in self.revived,
            kill=kill,
        )

    def _pages(self, uris: Sequence[str]) -> None:
        """Give articles without a page of their own one with the host; keep up those it has."""
        host = self.hosting.host
        if host is None:
            return
        known = self.office.remembered(self.catalogue, host)
        there = self.hosting.there(uris)
        self.catalogue.articles.read(uris)
        paged = []
        for standing in map(self.catalogue.articles.standing, uris):
            assert standing is not None
            belongs, has = there[standing.uri]
            lacks = not (standing.item.article.url or standing.item.withdrawal)
            if has or (host.pages and belongs and lacks):
                paged.append(standing)
        keys = [f"{edition_keys.PAGE_PREFIX}{standing.uri}" for standing in paged]
        self.catalogue.editions.open_all(known.id, keys)  # from now on each has one
        kept = self._kept(host, known, paged, prefix=edition_keys.PAGE_PREFIX)
        for standing in paged:
            self._page(host, known, standing, kept.get(standing.uri))

    def _page(
        self, host: Collection, known: KnownChannel, standing: Standing,
        kept: list[Rendition] | None,
    ) -> None:  # fmt: skip
        key = f"{edition_keys.PAGE_PREFIX}{standing.uri}"
        purpose = replace(self._purpose(standing), refresh=True)
        if kept:
            self.comparison.renditions(host, known, key, kept, purpose)
            return
        [item] = self.hosting.worded([standing.item], host)
        page = host.page(editions.page(item, self.office.publisher))
        self.comparison.renditions(host, known, key, [page], purpose)
        self._keep_stamp(host, standing, [page])

    def _kept(
        self, channel: Channel, known: KnownChannel, standings: Sequence[Standing], *,
        prefix: str = "",
    ) -> dict[str, list[Rendition]]:  # fmt: skip
        """Return by uri what need not be rendered again: all that it is made from is as it was."""
        numbers = self.catalogue.editions.numbers(
            known.id, [f"{prefix}{standing.uri}" for standing in standings]
        )
        self.catalogue.deliveries.read(numbers.values())
        if self.wish.refresh or self.wish.everything:
            return {}
        same = {
            numbers[key]: standing.uri
            for standing in standings
            if (key := f"{prefix}{standing.uri}") in numbers
            and self.catalogue.editions.stamp(numbers[key]) == self.hosting.stamp(channel, standing)
        }
        wanted = self.catalogue.deliveries.wanted_in(same)
        return {same[number]: renditions for number, renditions in wanted.items()}

    def _keep_stamp(
        self, channel: Channel, standing: Standing, renditions: Sequence[Rendition]
    ) -> None:
        """Keep what the newest plan's renditions were made from, if all of them are wanted."""
        newest = self.prepared[-1]
        is_whole = len(newest.steps) == len(renditions) and all(
            step.rendition and not step.why and step.action is not Action.CANNOT
            for step in newest.steps
        )
        stamp = self.hosting.stamp(channel, standing) if is_whole else self.hosting.form(channel)
        self.catalogue.editions.set_stamp(newest.edition, stamp)

    def _collection(
        self, channel: Collection, known: KnownChannel, standings: Sequence[Standing]
    ) -> None:
        by_itself, touched = self.wish.by_itself, [standing.uri for standing in standings]
        if by_itself and self.catalogue.editions.number(known.id, edition_keys.COLLECTION) is None:
            return
        collection = Documents(self.hosting, channel, known, self.office.publisher)
        at = self.catalogue.not_far_ahead(self.office.clock())
        documents = list(collection.documents(at, touched, closing=not by_itself))
        if not by_itself:
            self.catalogue.deliveries.wake(known.id)
            unsaid = {uri: None for one in documents for uri in collection.unsaid(one)}
            self._host(channel, known, touched, [uri for uri in unsaid if uri not in set(touched)])
        for document in documents:
            self._document(channel, known, collection, document)
        collection.forget(documents)
        self._forget_subjects(channel, known, documents)
        if self.wish.everything or known.id in self.comparison.lost:
            for prefix in EVERYTHING:
                for key in self.catalogue.editions.keys(known.id, prefix):
                    self._again(collection, key)
        for _, key in self.catalogue.editions.waiting(known.id) if not by_itself else ():
            self._again(collection, key)

    def _host(
        self, channel: Collection, known: KnownChannel, touched: Sequence[str],
        unsaid: Sequence[str],
    ) -> None:  # fmt: skip
        """Put up what a collection's documents are going to point to."""
        if channel is not self.hosting.host:
            return
        self._pages(unsaid)
        there = self.hosting.there([*touched, *unsaid])
        items = self.catalogue.articles.items(
            [uri for uri, (belongs, _) in there.items() if belongs]
        )
        files = editions.local_media(items)
        keys = [f"{edition_keys.MEDIA}{sha256}" for sha256 in files]
        self.catalogue.deliveries.read(self.catalogue.editions.numbers(known.id, keys).values())
        for key, media in zip(keys, files.values(), strict=True):
            self.comparison.renditions(channel, known, key, [channel.host(media)])

    def _document(
        self, channel: Channel, known: KnownChannel, collection: Documents, document: Holding
    ) -> None:
        key, stamp = document.edition.key, collection.stamp(document)
        edition = self.catalogue.editions.open(known.id, key)
        before = self.catalogue.editions.stamp(edition)
        if self.wish.by_itself and (before is None or what_is_held(before) == what_is_held(stamp)):
            return
        if before == stamp and not self.wish.everything:
            self.comparison.renditions(
                channel, known, key, self.catalogue.deliveries.wanted(edition)
            )
            return
        said = partial(collection.said, document)
        self.comparison.rendered(channel, known, key, said, Purpose(called=self.wish.called))
        self.catalogue.editions.set_stamp(edition, stamp)

    def _forget_subjects(
        self, channel: Channel, known: KnownChannel, documents: Iterable[Holding]
    ) -> None:
        there = {document.edition.key for document in documents}
        for key in self.catalogue.editions.keys(known.id, edition_keys.SUBJECT):
            if key not in there:
                self.comparison.renditions(channel, known, key, [])
                self.catalogue.editions.set_stamp(self.prepared[-1].edition, "")

    def _again(self, collection: Documents, key: str) -> None:
        """See to an edition of which nothing has changed but, perhaps, the form."""
        channel, known = collection.channel, collection.known
        if self.comparison.is_planned(known, key):
            return
        edition = self.catalogue.editions.open(known.id, key)
        is_old = not (self.catalogue.editions.stamp(edition) or "").startswith(collection.form)
        if is_old and key.startswith(edition_keys.ARCHIVE):
            page = int(key.removeprefix(edition_keys.ARCHIVE))
            self._document(channel, known, collection, collection.archived(page))
        elif is_old and key.startswith(edition_keys.PAGE_PREFIX):
            self._pages([key.removeprefix(edition_keys.PAGE_PREFIX)])
        elif key != edition_keys.ANNOUNCEMENTS and (
            wanted := self.catalogue.deliveries.wanted(edition)
        ):
            self.comparison.renditions(channel, known, key, wanted)
        else:  # what is to be told, or taken away, still is
            self.prepared.append(Prepared(channel, known, key, edition, []))
