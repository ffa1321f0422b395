"""An IMAP server on this machine that keeps a few messages and fails when it is asked to."""

from __future__ import annotations

import re
import socket
import ssl
from base64 import b64decode
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from syndicate.loopback.clients import Bye, LoopbackServer, Session

Step = Literal[
    "connect", "capability", "starttls", "login", "select", "search", "peek", "fetch", "literal",
    "store", "logout",
]  # fmt: skip
Act = Literal["refuse", "reject", "hang up", "wait", "say", "vanish", "drip", "pour", "beneath"]

MOST_LINE = 8192  # RFC 7162 4
MUCH = 64 * 1024  # bytes poured at once
WORD = re.compile(r'"((?:[^"\\]|\\["\\])*)"|(\([^)]*\)|[^\s"]+)')


@dataclass
class Mail:
    """One message of a folder."""

    content: bytes
    flags: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, where: ``Fault(at="fetch", do="hang up", nth=2)``.

    ``refuse`` answers NO, ``reject`` BAD, both with ``text``. ``say`` sends ``text`` as it is
    (``TAG`` stands for the command's) and nothing else. ``drip`` says it without end, a byte every
    ``seconds``; ``pour`` says it without end, as fast as it is taken, after ``first``; ``beneath``
    says it beneath TLS, where it means nothing. ``vanish`` removes the message that
    is asked for before it is looked for. ``literal`` is in the middle of a message. ``nth``
    counts how often the step was reached, from 1; 0 is every time.
    """

    at: Step
    do: Act
    nth: int = 0
    uid: int = 0  # of the message that is asked for; 0 is any
    text: str = "as asked"
    first: str = ""
    seconds: float = 0.0  # to wait


class LoopbackImap(LoopbackServer):
    """``with LoopbackImap(mails) as imap:`` listens at ``imap.url`` and keeps ``imap.folders``.

    ``mails`` are INBOX's, UID -> message. ``starttls`` offers STARTTLS, ``tls`` speaks TLS
    from the first byte (imaps). ``capabilities`` are said besides IMAP4rev1.
    """

    def __init__(
        self,
        mails: dict[int, Mail] | None = None,
        *,
        user: str = "desk",
        password: str = "secret",
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        faults: Iterable[Fault] = (),
        capabilities: str = "AUTH=PLAIN",
        read_only: bool = False,
    ) -> None:
        super().__init__()
        self.folders: dict[str, dict[int, Mail]] = {"INBOX": mails or {}}
        self.user, self.password = user, password
        self.starttls, self.tls = starttls, tls
        self.faults = list(faults)
        self.capabilities = capabilities
        self.read_only = read_only
        self.validity = "3857529045"
        self.pace = 0.0  # seconds for a byte of a message
        self.commands: list[str] = []  # the lines as they came, without tags and secrets
        self._reached: Counter[Step] = Counter()

    @property
    def url(self) -> str:
        return f"{'imaps' if self.tls else 'imap'}://127.0.0.1:{self.port}"

    @property
    def inbox(self) -> dict[int, Mail]:
        return self.folders["INBOX"]

    @property
    def verbs(self) -> list[str]:
        """The commands' names, as they came."""
        return [line.split()[line.startswith("UID ")] for line in self.commands]

    def fault(self, step: Step, uid: int = 0) -> Fault | None:
        """What shall go wrong here, now; every asking counts as reaching the step."""
        with self.lock:
            self._reached[step] += 1
            for fault in self.faults:
                counts = fault.nth in (0, self._reached[step]) and fault.uid in (0, uid)
                if fault.at == step and counts:
                    return fault
        return None

    def meet(self, connection: socket.socket) -> Session:
        return _Session(self, connection)


class _Session(Session):
    """One client's conversation."""

    most_line = MOST_LINE

    def __init__(self, server: LoopbackImap, connection: socket.socket) -> None:
        super().__init__(connection)
        self.server = server
        self.trusted = False
        self.mails: dict[int, Mail] | None = None  # of the folder that is selected
        self.tag = "*"

    def run(self) -> None:
        if self.server.tls:
            self.encrypt(self.server.tls)
        if not self._goes_wrong("connect"):
            self._say("* OK loopback")
        while True:
            self.tag, _, line = self.line().partition(" ")
            verb, *words = self._heard(line) or [""]
            action = self.VERBS.get(verb)
            if action is None:
                self._say(f"{self.tag} BAD unknown command")
            else:
                action(self, *words)

    def _heard(self, line: str) -> list[str]:
        """The words of a command; LOGIN's are not kept."""
        words = [
            re.sub(r"\\(.)", r"\1", found[1]) if found[2] is None else found[2]
            for found in WORD.finditer(line)
        ]
        self.server.commands.append("LOGIN" if words[:1] == ["LOGIN"] else line)
        return [" ".join(words[:2]), *words[2:]] if words[:1] == ["UID"] else words

    def _capability(self) -> None:
        able = f"IMAP4rev1 {self.server.capabilities}"
        if self.server.starttls and not self.encrypted:
            able += " STARTTLS"
        if not self._goes_wrong("capability"):
            self._say(f"* CAPABILITY {able}", f"{self.tag} OK done")

    def _starttls(self) -> None:
        if self.server.starttls is None or self.encrypted:
            self._say(f"{self.tag} BAD not offered")
        elif not self._goes_wrong("starttls"):
            self._say(f"{self.tag} OK go ahead")
            self.encrypt(self.server.starttls)

    def _login(self, user: str, password: str) -> None:
        if "LOGINDISABLED" in self.server.capabilities and not self.encrypted:
            self._say(f"{self.tag} NO [PRIVACYREQUIRED] not here")
        elif not self._goes_wrong("login"):
            self._admit(user, password)

    def _authenticate(self, mechanism: str) -> None:
        self._say("+ ")
        _, user, password = b64decode(self.line()).decode().split("\0")
        if not self._goes_wrong("login"):
            self._admit(user, password)

    def _admit(self, user: str, password: str) -> None:
        self.trusted = (user, password) == (self.server.user, self.server.password)
        no = "NO [AUTHENTICATIONFAILED] not you"
        self._say(f"{self.tag} OK welcome" if self.trusted else f"{self.tag} {no}")

    def _select(self, name: str) -> None:
        if self._goes_wrong("select"):
            return
        self.mails = self.server.folders.get(name) if self.trusted else None
        if self.mails is None:
            self._say(f"{self.tag} NO [NONEXISTENT] there is no {name}")
        else:
            may = "READ-ONLY" if self.server.read_only else "READ-WRITE"
            self._say(
                f"* {len(self.mails)} EXISTS", f"* OK [UIDVALIDITY {self.server.validity}] valid",
                f"{self.tag} OK [{may}] selected",
            )  # fmt: skip

    def _search(self, numbers: str, *criteria: str) -> None:
        assert criteria[-2:] == ("UNSEEN", "UNDELETED")
        if self._goes_wrong("search"):
            return
        if numbers == "UID":
            asked = {int(uid) for uid in criteria[0].split(",")}
            found = [uid for uid in sorted(asked & self._held().keys())
                     if not {"\\Seen", "\\Deleted"} & self._held()[uid].flags]  # fmt: skip
            self._say("* SEARCH" + "".join(f" {uid}" for uid in found), f"{self.tag} OK done")
            return
        first, _, last = numbers.partition(":")
        held = sorted(self._held())[int(first) - 1 : None if last == "*" else int(last)]
        found = [uid for uid in held if not {"\\Seen", "\\Deleted"} & self._held()[uid].flags]
        self._say("* SEARCH" + "".join(f" {uid}" for uid in found), f"{self.tag} OK done")

    def _fetch(self, number: str, *asking: str) -> None:
        what = " ".join(asking)
        if "HEADER.FIELDS" in what:
            return self._peek(number, what)
        uid = int(number)
        asked = re.fullmatch(r"\(UID BODY\.PEEK\[\]<(\d+)\.(\d+)>\)", what)
        if self._goes_wrong("fetch", uid):
            return None
        if asked and uid in self._held():
            self._say("* 99 FETCH (FLAGS () UID 99)")  # another's, that nobody asked for
            first, count = int(asked[1]), int(asked[2])
            self._literal(uid, first, self._held()[uid].content[first : first + count])
        self._say(f"{self.tag} OK done" if asked else f"{self.tag} BAD")
        return None

    def _peek(self, numbers: str, what: str) -> None:
        """Some messages' fields, without the ones that nobody asked for."""
        asked = re.fullmatch(
            r"\(UID BODY\.PEEK\[HEADER\.FIELDS \(([A-Z -]+)\) ?\]<0\.(\d+)>\)", what
        )
        assert asked, what
        if self._goes_wrong("peek"):
            return
        names, order = asked[1].lower().split(), sorted(self._held())
        for uid in map(int, numbers.split(",")):
            if uid in self._held():
                head, _, _ = self._held()[uid].content.replace(b"\r\n", b"\n").partition(b"\n\n")
                fields = re.split(rb"\n(?![ \t])", head)
                kept = [
                    f for f in fields if f.partition(b":")[0].decode("latin-1").lower() in names
                ]
                said = b"".join(f.replace(b"\n", b"\r\n") + b"\r\n" for f in kept) + b"\r\n"
                said = said[: int(asked[2])]
                place = bisect_left(order, uid) + 1
                about = f"* {place} FETCH (UID {uid} BODY[HEADER.FIELDS ({asked[1]})]<0>"
                start = f"{about} {{{len(said)}}}\r\n".encode()
                self.connection.sendall(start + said + b")\r\n")
        self._say(f"{self.tag} OK done")

    def _literal(self, uid: int, first: int, content: bytes) -> None:
        place = bisect_left(sorted(self._held()), uid) + 1
        head = f"* {place} FETCH (UID {uid} BODY[]<{first}> {{{len(content)}}}\r\n".encode()
        half = len(content) // 2
        self.server.stopping.wait(len(content) * self.server.pace)
        self.connection.sendall(head + content[:half])
        if self._goes_wrong("literal"):
            raise Bye
        self.connection.sendall(content[half:] + b")\r\n")

    def _store(self, number: str, how: str, flags: str) -> None:
        assert how == "+FLAGS.SILENT"
        if self._goes_wrong("store", int(number)):
            return
        if int(number) in self._held():
            self._held()[int(number)].flags |= set(flags.strip("()").split())
        self._say(f"{self.tag} OK done")

    def _logout(self) -> None:
        if not self._goes_wrong("logout"):
            self._say("* BYE", f"{self.tag} OK done")
            raise Bye

    VERBS: dict[str, Callable[..., None]] = {  # noqa: RUF012
        "CAPABILITY": _capability,
        "STARTTLS": _starttls,
        "LOGIN": _login,
        "AUTHENTICATE": _authenticate,
        "SELECT": _select,
        "UID SEARCH": _search,
        "UID FETCH": _fetch,
        "UID STORE": _store,
        "LOGOUT": _logout,
    }

    def _held(self) -> dict[int, Mail]:
        if self.mails is None:
            raise Bye
        return self.mails

    def _goes_wrong(self, step: Step, uid: int = 0) -> bool:
        """Do what was asked for at this step; whether the step ended with it."""
        fault = self.server.fault(step, uid)
        if fault is None:
            return False
        if fault.do == "hang up":
            raise Bye
        if fault.do == "wait":
            self.server.stopping.wait(fault.seconds)
        elif fault.do == "vanish":
            self._held().pop(uid, None)
        elif fault.do == "say":
            self._say(fault.text.replace("TAG", self.tag))
        elif fault.do in ("drip", "pour"):
            self._go_on(fault)
        elif fault.do == "beneath":
            socket.socket.sendall(self.connection, fault.text.encode("utf-8", "surrogateescape"))
        else:
            self._say(f"{self.tag} {'NO' if fault.do == 'refuse' else 'BAD'} {fault.text}")
        return fault.do not in ("wait", "vanish")

    def _go_on(self, fault: Fault) -> NoReturn:
        """Say something until nobody hears it any more."""
        said = fault.text.encode("utf-8", "surrogateescape")
        many = said * (MUCH // len(said) + 1)
        first = fault.first.replace("TAG", self.tag)
        self.connection.sendall(first.encode("utf-8", "surrogateescape"))
        while not self.server.stopping.is_set():
            if fault.do == "pour":
                self.connection.sendall(many)
            else:
                for byte in said:
                    self.connection.sendall(bytes((byte,)))
                    self.server.stopping.wait(fault.seconds)
        raise Bye

    def _say(self, *lines: str) -> None:
        said = "".join(f"{line}\r\n" for line in lines)
        self.connection.sendall(said.encode("utf-8", "surrogateescape"))
