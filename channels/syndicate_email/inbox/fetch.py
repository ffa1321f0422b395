"""Fetch unread letters in order, from an IMAP folder, a Maildir or a file."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from syndicate import Refused, Unavailable, Visit
from syndicate_email.inbox.box import Box, Listing
from syndicate_email.inbox.imap_box import IMAP_ANSWER_SECONDS, ImapBox
from syndicate_email.servers import ImapServer

MOST_EMPTY = 100  # letters without content at the start; then no others are asked for
VISIT_SECONDS = 120.0  # where the caller sets no time


@dataclass(slots=True, eq=False, kw_only=True)
class FetchedLetter:
    """A letter's first MiB; asking for the next letter marks this one as read."""

    content: bytes = field(repr=False)
    key: str = ""  # its inbox's own
    is_left_unread: bool = False

    def leave(self) -> None:
        """Leave it unread: it is for a person."""
        self.is_left_unread = True


class Inbox:
    """One inbox; ``setting`` names it in errors: ``channels.news.inbox``."""

    def __init__(
        self,
        where: Path | ImapServer,
        setting: str,
        tls_ca: str = "",
        patience: float = IMAP_ANSWER_SECONDS,
    ) -> None:
        self._where, self._setting = where, setting
        self._tls_ca, self._patience = tls_ca, patience

    def messages(
        self, visit: Visit | None = None, rules: str = ""
    ) -> Generator[FetchedLetter, None, None]:
        """Yield unread letters; Refused or Unavailable where they cannot be read or marked.

        Asking for the next marks the one before as read, unless it is to be left unread. A letter
        that was interrupted comes again: at least once, not exactly once. The visit sets the time,
        and learns how many letters are left for the next one; ``rules`` identifies how letters are
        classified: where that changes they are read again.
        """
        visit = visit or Visit(VISIT_SECONDS)
        with self._readable(), closing(self._opened(visit)) as box:
            yield from _Turns(box, visit, rules, f"{self._setting}: {self._where}").messages()

    def describe(self) -> str:
        """Return what it leads to, for a person; Refused or Unavailable where it cannot be read."""
        with self._readable():
            self._opened(Visit(VISIT_SECONDS)).close()
        if isinstance(self._where, ImapServer):
            return f"{self._where} lets us read {self._where.folder}"
        return f"{self._where} can be read"

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Explain errors of the file system."""
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
    """One visit to an inbox: trouble with one letter holds up no others."""

    def __init__(self, box: Box, visit: Visit, rules: str, name: str) -> None:
        self._box, self._visit, self._rules, self._name = box, visit, rules, name
        self._problem: Refused | OSError | None = None

    def messages(self) -> Generator[FetchedLetter, None, None]:
        try:
            yield from self._each()
        except Unavailable:
            if not self._visit.is_over:  # else there was too little time
                self._visit.is_lost = True  # another try would end the same way
            raise

    def _each(self) -> Generator[FetchedLetter, None, None]:
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
                if number and visit.is_over:  # there was too little time
                    break
                visit.is_lost, visit.failed_at = True, key
                raise
            visit.waiting -= 1
            if content is None:
                empty.append(key)
                if len(empty) == MOST_EMPTY and not came:
                    if self._box.still_listed(empty):
                        break
                    empty.clear()  # another program is quicker, and may leave others to us
                continue
            came = True
            message = FetchedLetter(content=content, key=key if visit.place else "")
            yield message
            if not message.is_left_unread:
                self._mark(key)
        if self._problem:
            raise self._problem
        self._look_again(empty, came=came)

    def _look_again(self, empty: list[str], *, came: bool) -> None:
        """Report letters that came without content and are still listed as unread.

        Those that another program has read in the meantime are not listed any more.
        """
        if not empty or self._visit.is_over:
            return
        listed = self._box.still_listed(empty[:MOST_EMPTY])
        if not listed:
            return
        letters = "1 letter" if len(listed) == 1 else f"{len(listed):,} letters"
        if came:
            self._visit.notes.append(f"{letters} came without content and stayed unread")
            return
        raise Unavailable(
            f"{self._name} lists {letters} as unread and gives no content of them; nothing was"
            " read (try to open one with a mail program; if that fails too, ask your provider)"
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
