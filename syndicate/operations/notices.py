"""Tell everybody at once who got an article what became of it: once a person, by one letter.

By the list that carried it, if they are still on it; else by one that they are on now. What is
frozen here is sent as a digest's letters are. Who got it is what the ledger's letters say.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate.channel.mailing_list import MailingList
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.catalogue.acts import Act
from syndicate.ledger.catalogue.notices import Readership, Unreached
from syndicate.model import edition_keys
from syndicate.model.article import URGENT
from syndicate.office import Office
from syndicate.operations.article_letters import ArticleLetters, unfinished_letters
from syndicate.planning import editions
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import Failed
from syndicate.report import Subject
from syndicate.system.logs import unexpected
from syndicate.text import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Notices of a command: their letters, whom they do not reach, and lists that failed."""

    letters: Sequence[ArticleLetters] = ()
    unreached: Sequence[tuple[str, Unreached]] = ()  # by uri
    failed: Sequence[Failed] = ()


def ask_notices(
    office: Office, catalogue: Catalogue, standings: Sequence[Standing], wanted: Collection[str]
) -> list[str]:
    """Let readers be told of what became of articles that are urgent, or ``wanted`` by uri.

    Older notices that have not left are called off: the new one tells it all. Returns the uris of
    those that nobody had asked for before.
    """
    asked = []
    for standing in standings:
        uri, version = standing.uri, standing.major_version
        is_urgent = standing.item.article.urgency in URGENT
        if version < 2 or not (is_urgent or uri in wanted):
            continue
        if catalogue.notices.ask(uri, version, office.clock()):
            catalogue.notices.overtake(uri, version)
            asked.append(uri)
    return asked


def nothing_to_tell(catalogue: Catalogue, subjects: Iterable[Subject]) -> Iterator[str]:
    """Say of unchanged articles why a command that is to tell their readers tells nobody."""
    for subject in subjects:
        version = catalogue.articles.known(subject.uri).major_version
        if version < 2:
            yield f"{subject.path}: was never corrected: there is nothing to tell its readers"
        elif catalogue.notices.is_asked(subject.uri, version):
            yield (
                f"{subject.path}: its readers are told of version {version} already"
                f" (`syndicate status {subject.path}` shows their letters)"
            )


def freeze_notices(
    hosting: Hosting, standings: Sequence[Standing], asked: Collection[str] = ()
) -> Noticed:
    """Freeze what is asked for and not frozen yet; what an earlier command left is taken up.

    ``asked``: by this command, which its history tells.
    """
    letters: list[ArticleLetters] = []
    unreached: list[tuple[str, Unreached]] = []
    failed: list[Failed] = []
    uris = [standing.uri for standing in standings]
    letters += _left(hosting, uris)
    still_open = hosting.catalogue.notices.open_of(uris)
    for standing in standings:
        if (standing.uri, standing.major_version) not in still_open:
            continue
        notice = Notice(hosting, standing)
        frozen = notice.freeze()
        letters += frozen
        unreached.append((standing.uri, notice.end()))
        failed += notice.failed
        if standing.uri in asked:
            _keep_act(hosting, standing, sum(mailing.letters for mailing in frozen))
    return Noticed(letters=letters, unreached=unreached, failed=failed)


def count_unreached(
    hosting: Hosting, standings: Sequence[Standing], revised: Collection[str]
) -> list[tuple[str, Unreached]]:
    """Count who got an earlier version of ``revised`` articles, and gets no letter any more."""
    return [
        (standing.uri, replace(Notice(hosting, standing).unreached(), elsewhere=0, here=0))
        for standing in standings
        if standing.uri in revised and 1 < standing.version == standing.major_version
    ]


class Notice:
    """Letters to those who got an article, on its newest correction or its withdrawal."""

    def __init__(self, hosting: Hosting, standing: Standing) -> None:
        self.hosting, self.standing = hosting, standing
        self.office, self.catalogue = hosting.office, hosting.catalogue
        self.failed: list[Failed] = []
        self._key = edition_keys.notice(standing.uri, standing.major_version)
        self._lists = {
            self.office.remembered(self.catalogue, channel).id: channel
            for channel in self.office.lists
        }

    def freeze(self) -> list[ArticleLetters]:
        """Freeze the letters of each list: of those that carried the article first."""
        carriers = [number for number in self._readership().carriers() if number in self._lists]
        order = dict.fromkeys([*carriers, *self._lists])
        return [mailing for number in order if (mailing := self._of_list(number)) is not None]

    def end(self) -> Unreached:
        """Keep how many readers are not told, and return them."""
        found = self.unreached()
        uri, version = self.standing.uri, self.standing.major_version
        self.catalogue.notices.settle(uri, version, found, self.office.clock())
        return found

    def unreached(self) -> Unreached:
        """Count the readers who are not told."""
        return self._readership().unreached(list(self._lists))

    def _readership(self) -> Readership:
        return self.catalogue.notices.readership(self.standing.uri, self.standing.major_version)

    def _of_list(self, number: int) -> ArticleLetters | None:
        """Freeze one list's letters; None where it has them already, or nobody to write to."""
        if self.catalogue.editions.number(number, self._key) is not None:
            return None
        readership = self._readership()
        among = readership.told_by(number)
        known_version = readership.known_version(among)
        if known_version is None:
            return None
        channel = self._lists[number]
        item = replace(self.standing.item, told_version=known_version)
        parts = {"correction": tuple(self.hosting.worded([item], channel))}
        at = self.office.clock()
        edition = editions.urgent(parts, self.office.publisher, at=at, key=self._key)
        try:
            [rendition] = channel.render(edition)
        except Exception as error:  # a list that fails never stops the others
            self._note_failure(channel, error)
            return None
        opened = self.catalogue.windows.open_urgent(number, self._key, at, parts)
        letters = self.catalogue.digests.address_subscribers(opened, number, rendition, among=among)
        return ArticleLetters(
            channel=channel, known=self.office.remembered(self.catalogue, channel),
            uri=self.standing.uri, edition=opened, letters=letters, content=(edition, rendition),
        )  # fmt: skip

    def _note_failure(self, channel: MailingList, error: Exception) -> None:
        unexpected(log, f"{channel.name}: cannot compose its notice", error)
        why = self.office.scrub(f"cannot compose the notice of a correction: {error!r}")
        self.failed.append(Failed(channel, f"{why}: the next tick tries again"))


def _left(hosting: Hosting, uris: Sequence[str]) -> list[ArticleLetters]:
    """Return letters of articles that an earlier command left, of every list."""
    office, catalogue = hosting.office, hosting.catalogue
    return [
        mailing
        for channel in office.lists
        for mailing in unfinished_letters(
            catalogue, channel, office.remembered(catalogue, channel), uris
        )
    ]


def _keep_act(hosting: Hosting, standing: Standing, count: int) -> None:
    act = Act(
        what="notified", at=hosting.office.clock(), person=hosting.office.person,
        uri=standing.uri, version=standing.major_version, note=counted(count, "reader"),
    )  # fmt: skip
    hosting.catalogue.acts.record(act)
