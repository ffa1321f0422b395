"""A folder of an IMAP server: what is unread there, and marking it as read."""

from __future__ import annotations

import re
from ast import literal_eval
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any

from syndicate import DeliveryError, Refused, Unavailable, Visit
from syndicate.network.exchange import Exchange, Limits
from syndicate.text import excerpt, squeeze
from syndicate_email.inbox.box import MOST_BYTES, MOST_LETTERS, Listing, too_many
from syndicate_email.refusals.login import advice, without_secrets
from syndicate_email.servers import ImapServer

if TYPE_CHECKING:
    import ssl

    from syndicate_email.inbox.imap_client import ImapClient

ANSWER_SECONDS = 60.0  # seconds for a server to let us in, or to answer one question
LOGOUT_SECONDS = 2.0  # seconds for its last answer
PIECE_BYTES = 128 * 1024  # bytes of it that are asked for at once
OVERHEAD_BYTES = 64 * 1024  # bytes that a server says around it, or in any other answer
MOST_LINES = 1_000  # of one answer
SEARCH_BYTES = 256 * 1024  # bytes of a search's answer
SEARCH_WINDOW = 20_000  # messages searched at once: their numbers fit into one line
FIELDS_BYTES = 4096  # bytes of the fields that are looked at before it is a message's turn
LEAST_SECONDS = 1.0  # seconds for one question, however little of a run's time is left
MOST_WINDOWS = 50  # searched: the newest million of a folder
LINE_BYTES = 200  # bytes around one message's fields
LARGEST = 2**32 - 1  # number of a message (RFC 3501 9)
CONNECTION, LOGIN = "the connection", "the login"
LOGIN_HINT = (
    "; some providers want an app password; write a % or / in user and password as %25 or %2F"
)
LISTED = re.compile(
    r"""(?:NO|BAD) \[(b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))[^\]]*\]$""", re.DOTALL
)
QUOTED = re.compile(
    r"""(?:unexpected [a-z ]*: |^)(b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""", re.DOTALL
)
NO_IMAP, UNREADABLE = "that is no IMAP", "\N{REPLACEMENT CHARACTER}"
MOST_SHOWN = 120  # characters of what a server says
FIELDS = "SUBJECT TO CC DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO X-ENVELOPE-TO X-RCPT-TO"
UID = re.compile(rb"\bUID ([1-9]\d{0,9})\b")
PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")  # RFC 5530


class ImapBox:
    """One folder, open for reading and marking; what goes wrong is said in a line."""

    stays = False

    def __init__(
        self, server: ImapServer, setting: str, tls_ca: str, patience: float, visit: Visit
    ) -> None:
        self._server, self._name = server, f"{setting}: {server}"
        self._tls_ca, self._patience, self._visit = tls_ca, patience, visit
        self._is_lost, self._asked_at = False, monotonic()
        self._imap: ImapClient = self._tried(CONNECTION, self._connected)
        try:
            self._encrypt()
            self._log_in()
            self._count = self._selected()
            self._validity = self._numbering()
            folder = f"imap {server.user}@{server}/{server.folder}"
            self.place = f"{folder} {self._validity}" if self._validity else ""
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Say goodbye, if anybody listens: whoever gave no answer does not."""
        if not self._is_lost:
            with suppress(Exception):
                self._begin(OVERHEAD_BYTES, seconds=LOGOUT_SECONDS)
                self._imap.logout()
        with suppress(OSError):
            self._imap.shutdown()

    def listing(self, known: Collection[str], visit: Visit) -> Listing:
        """By their UIDs; the newest where there are more than anybody reads."""
        listing, new = Listing(), list[str]()
        for key in map(str, self._unread(listing)):
            if key in known:
                listing.known.add(key)
            else:
                new.append(key)
        listing.new = new
        return listing

    def _unread(self, listing: Listing) -> list[int]:
        found: set[int] = set()
        until = monotonic() + self._patience
        windows = range(1, self._count + 1, SEARCH_WINDOW)[::-1]
        listing.is_whole = len(windows) <= MOST_WINDOWS
        for first in islice(windows, MOST_WINDOWS):
            last = first + SEARCH_WINDOW - 1 if first + SEARCH_WINDOW <= self._count else "*"
            words = ("SEARCH", f"{first}:{last}", "UNSEEN", "UNDELETED")
            self._begin(SEARCH_BYTES, seconds=max(0.0, until - monotonic()))
            said = self._asked("the search", self._imap.uid, *words)
            found |= self._tried("the search", _numbers, said)
            if len(found) > MOST_LETTERS:
                listing.is_whole = False
                listing.notes.append(too_many(f"{MOST_LETTERS:,} letters"))
                break
        return sorted(found - {0})[-MOST_LETTERS:]

    def heads(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        what = f"(UID BODY.PEEK[HEADER.FIELDS ({FIELDS})]<0.{FIELDS_BYTES}>)"
        self._begin(len(keys) * (FIELDS_BYTES + LINE_BYTES) + OVERHEAD_BYTES)
        words = ("FETCH", ",".join(keys), what)
        said = self._asked("the first look", self._imap.uid, *words)
        for around, head in _literals(said):
            if b"BODY[HEADER" in around.upper() and (uid := UID.search(around)):
                yield uid[1].decode(), head

    def content(self, key: str) -> bytes | None:
        """In pieces: on a slow line the first ones must do, for others wait behind it."""
        content = piece = self._piece(key, 0)
        while piece and content and len(piece) == PIECE_BYTES and len(content) < MOST_BYTES:
            if self._visit.left < 2 * (monotonic() - self._asked_at):
                break
            piece = self._piece(key, len(content))
            content += piece or b""
        return content

    def _piece(self, key: str, first: int) -> bytes | None:
        what = f"(UID BODY.PEEK[]<{first}.{PIECE_BYTES}>)"
        self._begin(PIECE_BYTES + OVERHEAD_BYTES)
        said = self._asked(f"message {key}", self._imap.uid, "FETCH", key, what)
        return _body(said, key)

    def still_listed(self, keys: Sequence[str]) -> set[str]:
        self._begin(SEARCH_BYTES)
        words = ("SEARCH", "UID", ",".join(keys), "UNSEEN", "UNDELETED")
        said = self._asked("the second look", self._imap.uid, *words)
        return {str(number) for number in self._tried("the second look", _numbers, said)} & {*keys}

    def mark(self, key: str) -> None:
        words = ("STORE", key, "+FLAGS.SILENT", r"(\Seen)")
        self._begin(OVERHEAD_BYTES)
        self._asked(f"marking message {key} as read", self._imap.uid, *words)

    def _connected(self) -> ImapClient:
        from syndicate_email.inbox.imap_client import ImapClient

        to, opening = self._server, self._exchange(OVERHEAD_BYTES, self._patience)
        return ImapClient(to.host, to.port, opening, self._context if to.tls else None)

    def _begin(self, octets: int, seconds: float | None = None) -> None:
        """Another exchange: what went before it has had its time."""
        self._imap.forget()
        seconds = self._patience if seconds is None else seconds
        self._imap.exchange = self._exchange(octets, seconds)
        self._asked_at = monotonic()

    def _exchange(self, octets: int, seconds: float) -> Exchange:
        """One that ends when the run's time is over."""
        seconds = min(seconds, max(self._visit.left, LEAST_SECONDS))
        return Exchange(Limits(seconds=seconds, octets=octets, lines=MOST_LINES))

    def _encrypt(self) -> None:
        able = self._imap.capabilities
        if self._server.tls or (self._server.local and "LOGINDISABLED" not in able):
            return
        if "STARTTLS" not in able:
            raise Refused(
                f"{self._name} offers no STARTTLS, and the password is not sent unencrypted;"
                " write imaps://…"
            )
        self._asked("STARTTLS", self._imap.encrypt, self._context())

    def _context(self) -> ssl.SSLContext:
        from syndicate_email.certificates import context

        return context(self._tls_ca, f"{self._name.partition('.inbox')[0]}.tls_ca")

    def _log_in(self) -> None:
        user, password, able = self._server.user, self._server.password, self._imap.capabilities
        if (user + password).isascii() and "LOGINDISABLED" not in able:
            self._asked(LOGIN, self._imap.login, _quoted(user), password)
        elif "AUTH=PLAIN" in able:
            plain = f"\0{user}\0{password}".encode()  # RFC 4616
            self._asked(LOGIN, self._imap.authenticate, "PLAIN", lambda _: plain)
        else:
            raise Refused(
                f"{self._name} offers no login method that is supported here;"
                " user and password may only hold ASCII there"
            )

    def _selected(self) -> int:
        """How many messages the folder holds."""
        step = f"the folder {self._server.folder!r}"
        said = self._asked(step, self._imap.select, _quoted(_utf7(self._server.folder)))
        return max(self._tried(step, _numbers, said), default=0)

    def _numbering(self) -> str:
        """What the UIDs are valid with (RFC 3501 2.3.1.1); "" where the server does not say."""
        _, found = self._imap.response("UIDVALIDITY")
        number = bytes(found[-1] or b"")
        return number.decode() if re.fullmatch(rb"\d{1,10}", number) else ""

    def _asked(self, step: str, command: Callable[..., Any], *words: Any) -> Any:
        answer, said = self._tried(step, command, *words)
        if answer != "OK":
            raise self._refusal(step, said[-1])
        return said

    def _tried(self, step: str, call: Callable[..., Any], *words: Any) -> Any:
        try:
            return call(*words)
        except Exception as error:  # imaplib meets garbage with errors of all kinds,
            raise self._meaning(step, error) from None  # which may quote the password

    def _meaning(self, step: str, error: Exception) -> DeliveryError:
        from imaplib import IMAP4
        from ssl import SSLCertVerificationError

        if isinstance(error, SSLCertVerificationError):
            return Refused(
                f"{self._name}: no safe connection ({error.verify_message})."
                " Check that the host is the name in its certificate; if your office is its own"
                " certificate authority, set tls_ca"
            )
        if isinstance(error, IMAP4.readonly):
            return Refused(
                f"{self._name} refused to open {self._server.folder!r} for writing;"
                " give the user the right to mark messages as read"
            )
        if isinstance(error, IMAP4.abort | OSError) or step == CONNECTION:
            return self._lost(step, getattr(error, "strerror", None) or error)
        if isinstance(error, IMAP4.error):
            return self._refusal(step, error.args[0])
        return self._lost(step, "that is no IMAP")

    def _lost(self, step: str, why: object) -> Unavailable:
        self._is_lost = True
        return Unavailable(
            f"{self._name} gave no usable answer at {step}{self._words(why, f' ({NO_IMAP})')};"
            " check that it is running, and that host and port are right"
        )

    def _refusal(self, step: str, said: object) -> DeliveryError:
        if any(code in _text(said) for code in PASSING):
            return Unavailable(f"{self._name} put off {step}{self._words(said)}")
        words = self._words(said)
        if step == LOGIN:
            hint = advice(_text(said), self._server.host, by_imap=True)
            return Refused(
                f"{self._name} refused the user or the password{words}{hint or LOGIN_HINT}"
            )
        return Refused(f"{self._name} refused {step}{words}")

    def _words(self, said: object, noise: str = "") -> str:
        """What was said, without the login, which some servers repeat; ``noise`` for no words."""
        text = squeeze(_text(said).rpartition(" => ")[2])
        text = squeeze(without_secrets(text, self._server.user, self._server.password))
        if not text:
            return ""
        if sum(sign in UNREADABLE or not sign.isprintable() for sign in text) > len(text) // 20:
            return noise
        words = "".join(sign if sign.isprintable() else "?" for sign in text)
        return f" ({shown(words)})"


def _text(said: object) -> str:
    """An answer as the server put it; imaplib gives some of them as Python writes a list."""
    if said is None or (isinstance(said, Exception) and said.args[:1] in ((None,), ("None",))):
        return NO_IMAP  # a greeting that is none
    if isinstance(said, bytes):
        return said.decode(errors="replace")
    if str(said).endswith("socket error: EOF"):
        return "it hung up"
    found = LISTED.search(str(said)) or QUOTED.search(str(said))
    if found is None:
        return str(said)
    try:
        return bytes(literal_eval(found[1])).decode(errors="replace")
    except (ValueError, SyntaxError):  # cut somewhere
        return NO_IMAP


def shown(words: str) -> str:
    """The start of what was said; a word that goes on for ever is cut, too."""
    if len(words) <= MOST_SHOWN:
        return words
    short = excerpt(words, MOST_SHOWN)
    return short if len(short) > MOST_SHOWN // 2 else f"{words[: MOST_SHOWN - 1]}…"


def _numbers(said: list[bytes | None]) -> set[int]:
    """Of messages; ValueError for what can be none."""
    found = {int(number) for part in said for number in (part or b"").split()}
    if found and not 0 <= min(found) <= max(found) <= LARGEST:
        raise ValueError(max(found))
    return found


def _body(answers: list[Any], key: str) -> bytes | None:
    """The literal that is this message's, among whatever else was said."""
    for around, literal in _literals(answers):
        if b"BODY[]" in around and (uid := UID.search(around)) and uid[1] == key.encode():
            return literal[:PIECE_BYTES]
    return None


def _literals(answers: list[Any]) -> Iterator[tuple[bytes, bytes]]:
    """Each literal, and what is said around it."""
    for answer, rest in zip(answers, [*answers[1:], b""], strict=True):
        if isinstance(answer, tuple):
            yield answer[0] + (rest if isinstance(rest, bytes) else b""), bytes(answer[1])


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _utf7(name: str) -> str:
    """A folder's name as RFC 3501 5.1.3 has it."""

    def encoded(found: re.Match[str]) -> str:
        base64 = b64encode(found[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{base64.replace('/', ',')}-"

    return re.sub(r"[^ -~]+", encoded, name.replace("&", "&-"))
