"""An IMAP folder as an inbox: list, read and mark unread letters."""

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
from syndicate_email.inbox.box import MESSAGE_BYTES, MOST_UNREAD_LETTERS, Listing, too_many
from syndicate_email.refusals.login import login_advice, without_secrets
from syndicate_email.servers import ImapServer

if TYPE_CHECKING:
    import ssl

    from syndicate_email.inbox.imap_client import ImapClient

IMAP_ANSWER_SECONDS = 60.0  # for logging in, or for one answer
LOGOUT_SECONDS = 2.0
PIECE_BYTES = 128 * 1024  # of a message, asked for at once
OVERHEAD_BYTES = 64 * 1024  # of an answer, beside a piece
MOST_IMAP_LINES = 1_000  # of one answer
SEARCH_BYTES = 256 * 1024  # of a search's answer
SEARCH_WINDOW = 20_000  # messages searched at once: their numbers fit into one line
FIELDS_BYTES = 4096  # of a message's fields, read first to order the messages
LEAST_SECONDS = 1.0  # for one question, however little of the run's time is left
MOST_WINDOWS = 50  # searched: the newest million of a folder
FIELDS_OVERHEAD_BYTES = 200  # around one message's fields
LARGEST_UID = 2**32 - 1  # number of a message (RFC 3501 9)
CONNECTION, LOGIN = "the connection", "the login"
LOGIN_HINT = (
    "; some providers want an app password; write a % or / in user and password as %25 or %2F"
)
LISTED = re.compile(
    r"""(?:NO|BAD) \[(b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))[^\]]*\]$""", re.DOTALL
)
QUOTED_ANSWER = re.compile(
    r"""(?:unexpected [a-z ]*: |^)(b(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))""", re.DOTALL
)
NO_IMAP, UNREADABLE = "that is not IMAP", "\N{REPLACEMENT CHARACTER}"
MOST_SHOWN = 120  # characters of what a server says
FETCHED_FIELDS = "SUBJECT TO CC DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO X-ENVELOPE-TO X-RCPT-TO"
UID = re.compile(rb"\bUID ([1-9]\d{0,9})\b")
TEMPORARY_ANSWERS = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")  # RFC 5530


class ImapBox:
    """One folder, open for reading and marking; each error is explained in one line."""

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
            self._count = self._select()
            self._validity = self._numbering()
            folder = f"imap {server.user}@{server}/{server.folder}"
            self.place = f"{folder} {self._validity}" if self._validity else ""
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Log out, unless the connection is lost."""
        if not self._is_lost:
            with suppress(Exception):
                self._begin(OVERHEAD_BYTES, seconds=LOGOUT_SECONDS)
                self._imap.logout()
        with suppress(OSError):
            self._imap.shutdown()

    def listing(self, known: Collection[str], visit: Visit) -> Listing:
        """List UIDs; only the newest where there are too many."""
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
            answer = self._asked("the search", self._imap.uid, *words)
            found |= self._tried("the search", _numbers, answer)
            if len(found) > MOST_UNREAD_LETTERS:
                listing.is_whole = False
                listing.notes.append(too_many(f"{MOST_UNREAD_LETTERS:,} letters"))
                break
        return sorted(found - {0})[-MOST_UNREAD_LETTERS:]

    def heads(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        what = f"(UID BODY.PEEK[HEADER.FIELDS ({FETCHED_FIELDS})]<0.{FIELDS_BYTES}>)"
        self._begin(len(keys) * (FIELDS_BYTES + FIELDS_OVERHEAD_BYTES) + OVERHEAD_BYTES)
        words = ("FETCH", ",".join(keys), what)
        answer = self._asked("the first look", self._imap.uid, *words)
        for around, head in _literals(answer):
            if b"BODY[HEADER" in around.upper() and (uid := UID.search(around)):
                yield uid[1].decode(), head

    def content(self, key: str) -> bytes | None:
        """Read in pieces: over a slow connection only the first, as other letters wait."""
        content = piece = self._piece(key, 0)
        while piece and content and len(piece) == PIECE_BYTES and len(content) < MESSAGE_BYTES:
            if self._visit.left < 2 * (monotonic() - self._asked_at):
                break
            piece = self._piece(key, len(content))
            content += piece or b""
        return content

    def _piece(self, key: str, first: int) -> bytes | None:
        what = f"(UID BODY.PEEK[]<{first}.{PIECE_BYTES}>)"
        self._begin(PIECE_BYTES + OVERHEAD_BYTES)
        answer = self._asked(f"message {key}", self._imap.uid, "FETCH", key, what)
        return _body(answer, key)

    def still_listed(self, keys: Sequence[str]) -> set[str]:
        self._begin(SEARCH_BYTES)
        words = ("SEARCH", "UID", ",".join(keys), "UNSEEN", "UNDELETED")
        answer = self._asked("the second look", self._imap.uid, *words)
        return {str(number) for number in self._tried("the second look", _numbers, answer)} & {
            *keys
        }

    def mark(self, key: str) -> None:
        words = ("STORE", key, "+FLAGS.SILENT", r"(\Seen)")
        self._begin(OVERHEAD_BYTES)
        self._asked(f"marking message {key} as read", self._imap.uid, *words)

    def _connected(self) -> ImapClient:
        from syndicate_email.inbox.imap_client import ImapClient

        to, opening = self._server, self._exchange(OVERHEAD_BYTES, self._patience)
        return ImapClient(to.host, to.port, opening, self._context if to.tls else None)

    def _begin(self, octets: int, seconds: float | None = None) -> None:
        """Start another exchange, with a deadline of its own."""
        self._imap.forget()
        seconds = self._patience if seconds is None else seconds
        self._imap.exchange = self._exchange(octets, seconds)
        self._asked_at = monotonic()

    def _exchange(self, octets: int, seconds: float) -> Exchange:
        """Return an exchange that ends with the run's time at the latest."""
        seconds = min(seconds, max(self._visit.left, LEAST_SECONDS))
        return Exchange(Limits(seconds=seconds, octets=octets, lines=MOST_IMAP_LINES))

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

    def _select(self) -> int:
        """Select the folder; return its number of messages."""
        step = f"the folder {self._server.folder!r}"
        answer = self._asked(step, self._imap.select, _quoted(_utf7(self._server.folder)))
        return max(self._tried(step, _numbers, answer), default=0)

    def _numbering(self) -> str:
        """Return UIDVALIDITY (RFC 3501 2.3.1.1); "" where the server gives none."""
        _, found = self._imap.response("UIDVALIDITY")
        number = bytes(found[-1] or b"")
        return number.decode() if re.fullmatch(rb"\d{1,10}", number) else ""

    def _asked(self, step: str, command: Callable[..., Any], *words: Any) -> Any:
        status, data = self._tried(step, command, *words)
        if status != "OK":
            raise self._refusal(step, data[-1])
        return data

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
        return self._lost(step, NO_IMAP)

    def _lost(self, step: str, why: object) -> Unavailable:
        self._is_lost = True
        return Unavailable(
            f"{self._name} gave no usable answer at {step}{self._words(why, f' ({NO_IMAP})')};"
            " check that it is running, and that host and port are right"
        )

    def _refusal(self, step: str, answer: object) -> DeliveryError:
        if any(code in _text(answer) for code in TEMPORARY_ANSWERS):
            return Unavailable(f"{self._name} put off {step}{self._words(answer)}")
        words = self._words(answer)
        if step == LOGIN:
            hint = login_advice(_text(answer), self._server.host, by_imap=True)
            return Refused(
                f"{self._name} refused the user or the password{words}{hint or LOGIN_HINT}"
            )
        return Refused(f"{self._name} refused {step}{words}")

    def _words(self, answer: object, noise: str = "") -> str:
        """Return the server's words without the login, which some repeat; ``noise`` for garbage."""
        text = squeeze(_text(answer).rpartition(" => ")[2])
        text = squeeze(without_secrets(text, self._server.user, self._server.password))
        if not text:
            return ""
        if sum(sign in UNREADABLE or not sign.isprintable() for sign in text) > len(text) // 20:
            return noise
        words = "".join(sign if sign.isprintable() else "?" for sign in text)
        return f" ({server_excerpt(words)})"


def _text(answer: object) -> str:
    """Return the server's own words; imaplib wraps some of them in the repr of a list."""
    if answer is None or (
        isinstance(answer, Exception) and answer.args[:1] in ((None,), ("None",))
    ):
        return NO_IMAP  # a greeting that is none
    if isinstance(answer, bytes):
        return answer.decode(errors="replace")
    if str(answer).endswith("socket error: EOF"):
        return "it hung up"
    found = LISTED.search(str(answer)) or QUOTED_ANSWER.search(str(answer))
    if found is None:
        return str(answer)
    try:
        return bytes(literal_eval(found[1])).decode(errors="replace")
    except (ValueError, SyntaxError):  # cut somewhere
        return NO_IMAP


def server_excerpt(words: str) -> str:
    """Return an excerpt; one endless word is cut too."""
    if len(words) <= MOST_SHOWN:
        return words
    short = excerpt(words, MOST_SHOWN)
    return short if len(short) > MOST_SHOWN // 2 else f"{words[: MOST_SHOWN - 1]}…"


def _numbers(answer: list[bytes | None]) -> set[int]:
    """Return message numbers; ValueError for invalid ones."""
    found = {int(number) for part in answer for number in (part or b"").split()}
    if found and not 0 <= min(found) <= max(found) <= LARGEST_UID:
        raise ValueError(max(found))
    return found


def _body(answers: list[Any], key: str) -> bytes | None:
    """Return the literal with this message's body."""
    for around, literal in _literals(answers):
        if b"BODY[]" in around and (uid := UID.search(around)) and uid[1] == key.encode():
            return literal[:PIECE_BYTES]
    return None


def _literals(answers: list[Any]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each literal with the text around it."""
    for answer, rest in zip(answers, [*answers[1:], b""], strict=True):
        if isinstance(answer, tuple):
            yield answer[0] + (rest if isinstance(rest, bytes) else b""), bytes(answer[1])


def _quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _utf7(name: str) -> str:
    """Encode a folder's name in modified UTF-7 (RFC 3501 5.1.3)."""

    def encoded(found: re.Match[str]) -> str:
        base64 = b64encode(found[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{base64.replace('/', ',')}-"

    return re.sub(r"[^ -~]+", encoded, name.replace("&", "&-"))
