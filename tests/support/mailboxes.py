"""An inbox to fetch letters from, and what it says when that fails."""

from __future__ import annotations

import ssl
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from support.imap import LoopbackImap, Mail
from syndicate.errors import DeliveryError
from syndicate_email.inbox.fetch import Inbox
from syndicate_email.servers import ImapServer, parse_inbox

CERTIFICATE = (
    Path(__file__).parents[1] / "channels" / "loopback.pem"
)  # ours, for 127.0.0.1, until 2120
SETTING = "channels.harian.inbox"
PASSWORD = "hunter2"


def at(
    where: str | Path, user: str = "desk", password: str = PASSWORD, folder: str = "",
    patience: float = 60.0,
) -> Inbox:  # fmt: skip
    """The postbox of a server's URL, or of a path."""
    if isinstance(where, Path):
        return Inbox(where, SETTING)
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    url = f"{where.replace('://', f'://{who}@')}/{quote(folder, safe='')}"
    return Inbox(parse_inbox(url), SETTING, "", patience)


def contents(box: Inbox) -> list[bytes]:
    return [message.content for message in box.messages()]


def failing(box: Inbox, secret: str = PASSWORD) -> DeliveryError:
    """What reading all of it ends with: a line that names the setting and no secret."""
    with pytest.raises(DeliveryError) as caught:
        contents(box)
    said = str(caught.value)
    assert said.startswith(f"{SETTING}: ")
    assert len(said.splitlines()) == 1
    for shown in (*traceback.format_exception(caught.value), repr(box), repr(vars(box))):
        assert secret not in shown
    return caught.value


def mails(count: int) -> dict[int, Mail]:
    return {uid: Mail(b"Subject: %d\r\n\r\n" % uid) for uid in range(1, count + 1)}


def seen(imap: LoopbackImap) -> list[int]:
    return [uid for uid, mail in imap.inbox.items() if "\\Seen" in mail.flags]


def server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def server(**given: object) -> ImapServer:
    usual = {"host": "mail.example.org", "port": 993, "tls": True, "user": "desk"}
    return ImapServer(**(usual | {"password": "secret"} | given))  # type: ignore[arg-type]


@pytest.fixture
def imap() -> Iterator[LoopbackImap]:
    with LoopbackImap(mails(3), password=PASSWORD) as server:
        yield server


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server shows, trusted here."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    return server_context()
