"""Read one list's inbox: classify each new letter."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from syndicate import DeliveryError, Finding, Meaning, Reply, UsageError, Visit
from syndicate.system.local import is_below, is_loopback
from syndicate_email.inbox.authentication import is_judged
from syndicate_email.inbox.classify import classify
from syndicate_email.inbox.fetch import Inbox
from syndicate_email.inbox.reports import Marks
from syndicate_email.servers import ImapServer, parse_inbox

AUTHSERV_HINT = (
    "readers who write without a token are each asked to confirm; {setting} may spare them that."
    " Set it to the name at the start of the topmost Authentication-Results header of a letter that"
    " you send to the mailbox from elsewhere"
)


def locate_inbox(text: str) -> Path | ImapServer:
    """Return the server, Maildir or file of an inbox; UsageError where the text is invalid."""
    try:
        return parse_inbox(text)
    except ValueError as error:
        raise UsageError(f"{error}") from error


def is_near(where: Path | ImapServer, home: Path) -> bool:
    """Return whether a rehearsal may read there: below its folder, or on this machine."""
    if isinstance(where, Path):  # reading a file leaves it as it was, a Maildir is changed
        return where.is_file() or is_below(where, home)
    return is_loopback(where.host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One inbox, and what its letters are understood by."""

    where: Path | ImapServer
    setting: str  # names it in errors: channels.news.inbox
    channel: str
    marks: Marks
    tls_ca: str
    patience: float  # seconds for a server's whole answer

    def replies(self, visit: Visit | None) -> Generator[Reply, bool | None, None]:
        """Yield each new letter's reply; a letter for which True is sent back stays unread."""
        note = AUTHSERV_HINT.format(setting=f"channels.{self.channel}.authserv")
        with closing(self._inbox().messages(visit, rules=repr(self.marks))) as messages:
            for message in messages:
                reply = replace(classify(message.content, self.marks), place=message.key)
                if visit and note not in visit.notes:
                    visit.notes += [note] if self._could_believe(reply, message.content) else []
                for_a_person = yield reply
                if reply.meaning is Meaning.OTHER or for_a_person:
                    message.leave()

    def finding(self) -> Finding:
        """Check that the inbox can be read."""
        try:
            return Finding(what="inbox", ok=True, detail=self._inbox().describe())
        except DeliveryError as error:
            return Finding(what="inbox", ok=False, detail=f"{error}")

    def _inbox(self) -> Inbox:
        return Inbox(self.where, self.setting, self.tls_ca, self.patience)

    def _could_believe(self, reply: Reply, content: bytes) -> bool:
        """Return whether ``authserv`` might have vouched for a command without a token.

        The name to write there is not told: the letter's sender may have made it up.
        """
        is_command = reply.meaning in (Meaning.LEAVE, Meaning.JOIN) and not reply.token
        return is_command and not self.marks.authserv and is_judged(content)
