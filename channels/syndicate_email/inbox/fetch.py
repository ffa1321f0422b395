"""What has arrived and is unread: in a folder of an IMAP server, a Maildir or a file, in order."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from syndicate import Refused, Unavailable, Visit
from syndicate_email.inbox.box import Box, Listing
from syndicate_email.inbox.imap_box import ANSWER_SECONDS, ImapBox
from syndicate_email.servers import ImapServer

MOST_EMPTY = 100  # letters without content, from the first on: no others are asked for
VISIT_SECONDS = 120.0  # seconds for whoever does not say how much time there is


@dataclass(slots=True, eq=False)
class Message:
    """The first MiB of what arrived; the next one is asked for when this one is dealt with."""

    content: bytes = field(repr=False)
    key: str = ""  # what its inbox calls it
    left: bool = False

    def leave(self) -> None:
        """It is for a person: it stays unread."""
        self.left = True


class Inbox:
    """What is unread at one place; ``setting`` names it in errors: ``channels.news.inbox``."""

    def __init__(
        self,
        where: Path | ImapServer,
        setting: str,
        tls_ca: str = "",
        patience: float = ANSWER_SECONDS,
    ) -> None:
        self._where, self._setting = where, setting
        self._tls_ca, self._patience = tls_ca, patience

    def messages(
        self, visit: Visit | None = None, rules: str = ""
    ) -> Generator[Message, None, None]:
        """Each in turn; Refused or Unavailable where it cannot be read or marked.

        Asking for the next marks the one before as read, unless it was left. One whose turn
        was broken off comes again: at least once, not exactly once. The visit says how long
        there is time, and learns how many letters are left for another one; ``rules`` says how
        its letters are understood: where that changes they are read again.
        """
        visit = visit or Visit(VISIT_SECONDS)
        with self._readable(), closing(self._opened(visit)) as box:
            yield from _Turns(box, visit, rules, f"{self._setting}: {self._where}").messages()

    def describe(self) -> str:
        """What it leads to, for a person; Refused or Unavailable where it cannot be read."""
        with self._readable():
            self._opened(Visit(VISIT_SECONDS)).close()
        if isinstance(self._where, ImapServer):
            return f"{self._where} lets us read {self._where.folder}"
        return f"{self._where} is there"

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Say what keeps files from being read."""
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"{self._setting}: cannot read or mark {error.filename or self._where}"
                f" ({error.strerror or error}); change its permissions or move it away"
            ) from error

    def _opened(self, visit: Visit) -> Box:
        where = self._where
        if isinstance(where, ImapServer):
            return ImapBox(where, self._setting, self._tls_ca, self._patience, visit)
        if all((where / part).is_dir() for part in ("new", "cur")):
            from syndicate_email.inbox.maildir_box import MaildirBox

            return MaildirBox(where)
        if where.is_file():
            from syndicate_email.inbox.file_box import FileBox

            return FileBox(where)
        raise Refused(f"{self._setting}: there is no file or Maildir at {where}")


class _Turns:
    """One visit's letters: what stands in the way of one of them holds up no others."""

    def __init__(self, box: Box, visit: Visit, rules: str, name: str) -> None:
        self._box, self._visit, self._rules, self._name = box, visit, rules, name
        self._problem: Refused | OSError | None = None

    def messages(self) -> Generator[Message, None, None]:
        try:
            yield from self._each()
        except Unavailable:
            if not self._visit.is_over:  # else it was this run's time that was too short
                self._visit.is_lost = True  # to ask there again would say the same once more
            raise

    def _each(self) -> Generator[Message, None, None]:
        from syndicate_email.inbox.priority import in_turn

        listing = self._listed()
        visit = self._visit
        visit.waiting = len(listing.new)
        empty, came = list[str](), False
        for number, key in enumerate(in_turn(self._box, listing.new, visit)):
            if number and visit.is_over:
                break
            try:
                content = self._box.content(key)
            except (Refused, OSError) as error:
                self._problem = self._problem or error
                visit.waiting -= 1
                continue
            except Unavailable:
                if number and visit.is_over:  # it was this run's time that was too short
                    break
                visit.is_lost, visit.failed_at = True, key
                raise
            visit.waiting -= 1
            if content is None:
                empty.append(key)
                if len(empty) == MOST_EMPTY and not came:
                    if self._box.still_listed(empty):
                        break
                    empty.clear()  # another reader is quicker, and may leave others to us
                continue
            came = True
            message = Message(content, key if visit.place else "")
            yield message
            if not message.left:
                self._mark(key)
        if self._problem:
            raise self._problem
        self._look_again(empty, came=came)

    def _look_again(self, empty: list[str], *, came: bool) -> None:
        """Say it where letters came without content, and are still listed: they are not gone.

        Another program may have been quicker with one of them; it is listed no more.
        """
        if not empty or self._visit.is_over:
            return
        listed = self._box.still_listed(empty[:MOST_EMPTY])
        if not listed:
            return
        letters = "1 letter" if len(listed) == 1 else f"{len(listed):,} letters"
        if came:
            self._visit.notes.append(f"{letters} came without content: still unread")
            return
        raise Unavailable(
            f"{self._name} lists {letters} as unread and gives no content of them; nothing was"
            " read (open one with a mail program; where that cannot either, ask your provider)"
        )

    def _listed(self) -> Listing:
        box, visit = self._box, self._visit
        place = f"{box.place}\n{self._rules}" if box.place else ""
        listing = box.listing(visit.arrive(place, stays=box.stays), visit)
        visit.found(listing.known, is_whole=listing.is_whole)
        visit.notes += listing.notes
        self._problem = listing.problem
        return listing

    def _mark(self, key: str) -> None:
        try:
            self._box.mark(key)
        except (Refused, OSError) as error:
            self._problem = self._problem or error
