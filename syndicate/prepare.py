"""From the catalogue to a plan: what each channel has to say, compared with what it has said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from syndicate import editions
from syndicate.channel import (
    Announces,
    Channel,
    Compares,
    HostsMedia,
    HostsPages,
    Receipt,
    Removes,
    Rendition,
    Repeatable,
    Revises,
    Scope,
)
from syndicate.collect import Collection, Holding, what_is_held
from syndicate.errors import ArticleError
from syndicate.hosting import Hosting
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.office import Office
from syndicate.plan import Abilities, Action, Known, Purpose, Step, plan

CHANGES = (Action.CORRECT, Action.REFILE, Action.WITHDRAW, Action.REFRESH)
EVERYTHING = (editions.MEDIA, editions.PAGE, editions.ARCHIVE)  # that need not be said to stand


@dataclass
class Prepared:
    """The plan for one edition of one channel."""

    channel: Channel
    known: KnownChannel
    key: str
    edition: int
    steps: list[Step]
    before: dict[str, Rendition] = field(default_factory=dict)  # what is there, for a diff


@dataclass
class Failed:
    """A channel that could not even say what it has to say."""

    channel: Channel
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a command asks of the channels."""

    refresh: bool = False
    called: Action | None = None  # what a collection's change is called
    diff: bool = False
    everything: bool = False  # whether all that a collection ever put up is looked at
    by_itself: bool = False  # nobody asks: a collection is said where what it holds has changed


class Preparation:
    """Plans for one command, within one planning transaction."""

    def __init__(self, office: Office, catalogue: Catalogue, wish: Wish) -> None:
        self.office, self.catalogue, self.wish = office, catalogue, wish
        self.hosting = Hosting(office, catalogue)
        self.lost: set[int] = set()  # the channels that lost something that stood
        self.prepared: list[Prepared] = []
        self.failed: list[Failed] = []

    def kept(self, channel: Channel, known: KnownChannel, standing: Standing) -> None:
        """An article that its file no longer means for a channel: it stays there, and is told."""
        if known.id in self.catalogue.channels_of(standing.uri):
            self.office.notes.append(
                f"{standing.path}: not meant for {channel.name} any more, where it was published:"
                " it stays there and is corrected there (only `withdraw` takes it back)"
            )

    def say(self, channels: Sequence[Channel], standings: Sequence[Standing]) -> None:
        """Plan what channels have to say of these articles."""
        host = self.hosting.host
        if host in channels:  # the others link to the pages
            self._pages([standing.uri for standing in standings])
        for channel in channels:
            try:
                self._say(channel, standings)
            except ArticleError as error:
                if not self.wish.by_itself:
                    raise
                self.failed.append(Failed(channel, str(error)))
            except Exception as error:  # a channel that fails never stops the others
                self._fail(channel, "cannot say it", error)

    def _say(self, channel: Channel, standings: Sequence[Standing]) -> None:
        known = self.office.remembered(self.catalogue, channel)
        self._tell_moved(channel, known)
        if channel.scope is Scope.ARTICLE:
            for standing in standings:
                self._article(channel, known, standing)
        elif channel.scope is Scope.COLLECTION:
            self._collection(channel, known, standings)

    def _fail(self, channel: Channel, what: str, error: Exception) -> None:
        self.failed.append(Failed(channel, self.office.scrub(f"{what}: {error!r}")))

    def _tell_moved(self, channel: Channel, known: KnownChannel) -> None:
        """A plan cannot ask a destination who it is; doing it can, and will."""
        if self.wish.diff and known.identity and known.target != channel.target():
            self.office.notes.append(
                f"{channel.name}: was {known.target}, and the configuration now names"
                f" {channel.target()}: if that is another place, nothing is sent there before"
                f" `syndicate channels move {channel.name}`"
            )

    def remove_media(self, standing: Standing) -> None:
        """Take away what a killed article ever showed, but for what others show too."""
        host = self.hosting.host
        if not isinstance(host, Removes):
            return
        known = self.office.remembered(self.catalogue, host)
        for sha256 in self.catalogue.ever_shown(standing.uri):
            key, elsewhere = f"{editions.MEDIA}{sha256}", self.catalogue.shows_elsewhere
            if self.catalogue.edition(known.id, key) and not elsewhere(sha256, standing.uri):
                self._renditions(host, known, key, [])

    def announce(self) -> None:
        """Plan whom each channel tells of what is to change there; the last thing to plan."""
        changed: dict[int, dict[str, str]] = {}
        tellers: dict[int, tuple[Channel, KnownChannel]] = {}
        for one in self.prepared:
            if isinstance(one.channel, Announces):
                tellers[one.known.id] = one.channel, one.known
                changed.setdefault(one.known.id, {}).update(
                    (step.address, step.rendition.digest if step.rendition else "")
                    for step in one.steps
                    if step.action not in (Action.NOTHING, Action.CANNOT)
                )
        for number, (channel, known) in tellers.items():
            if changed[number]:
                try:
                    self._announce(channel, known, changed[number])
                except Exception as error:  # it undoes no publication
                    self._fail(channel, "cannot tell others of it", error)

    def _announce(self, channel: Channel, known: KnownChannel, changed: dict[str, str]) -> None:
        assert isinstance(channel, Announces)
        key, catalogue = editions.ANNOUNCEMENTS, self.catalogue
        edition = catalogue.edition(known.id, key)
        waiting = catalogue.wanted(edition, waiting=True) if edition else []
        told = list(channel.announce(changed, waiting))
        if not (told or waiting):
            return
        edition = edition or catalogue.open_edition(known.id, key)
        steps = [Step(one.address, Action.ANNOUNCE, one) for one in told]
        gone = {one.address for one in waiting} - {one.address for one in told}
        steps += [Step(address, Action.REMOVE, None) for address in sorted(gone)]
        for step in steps:
            catalogue.want(edition, step, 0)
        self.prepared.append(Prepared(channel, known, key, edition, steps))

    def _article(self, channel: Channel, known: KnownChannel, standing: Standing) -> None:
        if known.id not in self.catalogue.channels_of(standing.uri):
            return
        [item] = self.hosting.worded([standing.item], channel)
        edition = editions.article(item, self.office.publisher)
        kill = bool(item.withdrawal and item.withdrawal.kill)
        purpose = self._purpose(standing, kill=kill)
        render = partial(channel.render, edition)
        self._rendered(channel, known, edition.key, render, purpose, f"{standing.path}: ")

    def _purpose(self, standing: Standing, *, kill: bool = False) -> Purpose:
        return Purpose(
            version=standing.version,
            major=standing.major_version,
            withdrawn=standing.item.withdrawal is not None,
            refresh=self.wish.refresh,
            kill=kill,
        )

    def _pages(self, uris: Sequence[str]) -> None:
        """Give articles without a page of their own one with the host; keep up those it has."""
        host = self.hosting.host
        if not isinstance(host, HostsPages):
            return
        known = self.office.remembered(self.catalogue, host)
        there = self.hosting.there(uris)
        for standing in map(self.catalogue.standing, uris):
            assert standing is not None
            belongs, has = there[standing.uri]
            lacks = not (standing.item.article.url or standing.item.withdrawal)
            if has or (host.pages and belongs and lacks):
                self.catalogue.open_edition(known.id, f"{editions.PAGE}{standing.uri}")
                [item] = self.hosting.worded([standing.item], host)
                edition = editions.page(item, self.office.publisher)
                purpose = replace(self._purpose(standing), refresh=True)
                self._renditions(host, known, edition.key, [host.page(edition)], purpose)

    def _collection(
        self, channel: Channel, known: KnownChannel, standings: Sequence[Standing]
    ) -> None:
        by_itself, touched = self.wish.by_itself, [standing.uri for standing in standings]
        if by_itself and self.catalogue.edition(known.id, editions.COLLECTION) is None:
            return
        collection = Collection(self.hosting, channel, known, self.office.publisher)
        documents = list(collection.documents(self.office.clock(), touched, closing=not by_itself))
        if not by_itself:
            self.catalogue.wake(known.id)
            unsaid = {uri: None for one in documents for uri in collection.unsaid(one)}
            self._host(channel, known, touched, [uri for uri in unsaid if uri not in touched])
        for document in documents:
            self._document(channel, known, collection, document)
        collection.forget(documents)
        self._forget_subjects(channel, known, documents)
        if self.wish.everything or known.id in self.lost:
            for prefix in EVERYTHING:
                for key in self.catalogue.keys(known.id, prefix):
                    self._again(channel, known, key)
        for _, key in self.catalogue.waiting(known.id) if not by_itself else ():
            self._again(channel, known, key)

    def _host(
        self, channel: Channel, known: KnownChannel, touched: Sequence[str], unsaid: Sequence[str]
    ) -> None:
        """Put up what a collection's documents are going to point to."""
        if channel is not self.hosting.host or not isinstance(channel, HostsMedia):
            return
        self._pages(unsaid)
        there = self.hosting.there([*touched, *unsaid])
        items = self.catalogue.items([uri for uri, (belongs, _) in there.items() if belongs])
        for sha256, media in editions.local_media(items).items():
            key = f"{editions.MEDIA}{sha256}"
            self._renditions(channel, known, key, [channel.host(media)])

    def _document(
        self, channel: Channel, known: KnownChannel, collection: Collection, document: Holding
    ) -> None:
        key, holdings = document.edition.key, self.catalogue.holdings
        edition = self.catalogue.open_edition(known.id, key)
        before, stamp = holdings.stamp(edition), collection.stamp(document)
        if self.wish.by_itself and (before is None or what_is_held(before) == what_is_held(stamp)):
            return
        if before == stamp and not self.wish.everything:
            self._renditions(channel, known, key, self.catalogue.wanted(edition))
            return
        said = partial(collection.said, document)
        self._rendered(channel, known, key, said, Purpose(called=self.wish.called))
        holdings.set_stamp(edition, stamp)

    def _forget_subjects(
        self, channel: Channel, known: KnownChannel, documents: Iterable[Holding]
    ) -> None:
        there = {document.edition.key for document in documents}
        for key in self.catalogue.keys(known.id, editions.SUBJECT):
            if key not in there:
                self._renditions(channel, known, key, [])
                self.catalogue.holdings.set_stamp(self.prepared[-1].edition, "")

    def _again(self, channel: Channel, known: KnownChannel, key: str) -> None:
        """See to an edition that is wanted as it was."""
        if any((one.known.id, one.key) == (known.id, key) for one in self.prepared):
            return
        edition = self.catalogue.open_edition(known.id, key)
        wanted = self.catalogue.wanted(edition)
        if wanted and key != editions.ANNOUNCEMENTS:
            self._renditions(channel, known, key, wanted)
        else:  # what is to be told, or taken away, still is
            self.prepared.append(Prepared(channel, known, key, edition, []))

    def _rendered(
        self, channel: Channel, known: KnownChannel, key: str,
        render: Callable[[], Iterable[Rendition]], purpose: Purpose, where: str = "",
    ) -> None:  # fmt: skip
        try:
            renditions = list(render())
        except ArticleError as error:
            raise ArticleError(f"{where}channels.{channel.name}: {error}") from error
        self._renditions(channel, known, key, renditions, purpose)

    def _renditions(
        self, channel: Channel, known: KnownChannel, key: str, renditions: list[Rendition],
        purpose: Purpose | None = None,
    ) -> None:  # fmt: skip
        edition = self.catalogue.open_edition(known.id, key)
        there = self.catalogue.known(edition)
        if isinstance(channel, Compares):
            there = self._compared(channel, known, edition, there, renditions)
        can = Abilities(
            revises=isinstance(channel, Revises),
            removes=isinstance(channel, Removes),
            repeats=isinstance(channel, Repeatable),
            identity=known.identity,
        )
        purpose = purpose or Purpose(called=self.wish.called)
        steps = [
            _possible(channel, one, there.get(one.address))
            for one in plan(renditions, there, purpose, can)
        ]
        before = self._before(edition, steps) if self.wish.diff else {}
        for step in steps:
            if _changes(step, there.get(step.address)):
                self.catalogue.want(edition, step, purpose.version)
        self.prepared.append(Prepared(channel, known, key, edition, steps, before))

    def _compared(
        self, channel: Compares, channel_known: KnownChannel, edition: int,
        there: dict[str, Known], new: list[Rendition],
    ) -> dict[str, Known]:  # fmt: skip
        """What is known, less what somebody took away from the destination meanwhile."""
        lost = []
        for rendition in new:
            known = there.get(rendition.address)
            is_said = known and known.present == known.wanted == rendition.digest
            if known and is_said and not channel.holds(rendition, _receipt(known)):
                lost.append(rendition.address)
        if not lost:
            return there
        self.lost.add(channel_known.id)
        self.catalogue.lose(edition, lost)
        return self.catalogue.known(edition)

    def _before(self, edition: int, steps: Iterable[Step]) -> dict[str, Rendition]:
        said = ((step.address, self.catalogue.said(edition, step.address)) for step in steps)
        return {address: rendition for address, rendition in said if rendition}


def _possible(channel: Channel, step: Step, there: Known | None) -> Step:
    """A change that cannot be made is told now, not when half of the channels have it."""
    if not isinstance(channel, Revises) or step.action not in CHANGES or not step.rendition:
        return step
    why = channel.obstacle(_receipt(there), step.rendition) if there and there.present else ""
    return replace(step, action=Action.CANNOT, why=why) if why else step


def _receipt(there: Known) -> Receipt:
    return Receipt(there.reference or "", there.url, there.destination or "")


def _changes(step: Step, there: Known | None) -> bool:
    """Whether a step has something to write down; asking again wakes what was refused."""
    if step.action is Action.NOTHING:
        return False
    if there is None or there.state == "refused":
        return True
    wanted = step.rendition.digest if step.rendition else None
    return there.wanted != wanted or step.replaces
