"""Whatever an IMAP server says, reading a mailbox ends in letters, or in a line."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from support.hostile.fuzzing import CORPUS, altered, corpus, fuzz, seeds, within
from syndicate import Visit
from syndicate.errors import DeliveryError
from syndicate_email.inbox import imap_client
from syndicate_email.inbox.fetch import Inbox
from syndicate_email.servers import ImapServer

SERVER = ImapServer(host="127.0.0.1", port=143, tls=False, user="desk", password="hunter2")
MOST_SECONDS = 2.0  # of the processor
SENT_AT_ONCE = 200_000  # bytes that a socket takes before anybody reads
WORDS = [
    b"* ", b"OK ", b"NO ", b"BAD ", b"* BYE x\r\n", b"+ \r\n", b"{3}\r\nabc", b"{2147483647}\r\n",
    b" FETCH (UID 7 BODY[]<0> ", b"* SEARCH", b" 7", b" 99999999999", b" -1", b"(", b")", b'"',
    b"* 4294967295 EXISTS\r\n", b"[UIDVALIDITY ", b"]", b"NIL", b"\r\n", b"\0", b"\xff",
]  # fmt: skip


@contextmanager
def saying(content: bytes) -> Iterator[None]:
    """Whoever connects hears this, whatever they ask; the tags are always the same ones."""
    ours, theirs = socket.socketpair()
    with ours, theirs, patch.object(imap_client, "connect", lambda *_: ours):
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * SENT_AT_ONCE)
        theirs.setblocking(False)
        theirs.send(content[:SENT_AT_ONCE])
        theirs.shutdown(socket.SHUT_WR)
        random.seed(7)
        yield


def read(content: bytes) -> int:
    """How many letters there were; 0 where it ended in a line."""
    with within(MOST_SECONDS), saying(content):
        visit = Visit(5.0, is_ours=lambda token: token.startswith("a"))
        try:
            letters = list(Inbox(SERVER, "channels.harian.inbox", "", 5.0).messages(visit))
        except DeliveryError as error:
            letters, line = [], f"{error}"
        else:
            line = "channels.harian.inbox: "
    assert line.startswith("channels.harian.inbox: ")
    assert len(line.splitlines()) == 1
    assert all(len(letter.content) <= 2**20 for letter in letters)
    return len(letters)


@pytest.mark.parametrize("content", corpus("imap"))
def test_a_conversation_of_the_corpus_is_borne(content: bytes) -> None:
    read(content)


def test_what_a_server_said_that_means_no_harm_is_understood() -> None:
    for name, letters in {"session": 2, "one": 1, "none": 0}.items():
        assert read((CORPUS / "imap" / name).read_bytes()) == letters


def test_some_conversations_are_borne() -> None:
    fuzz("imap", altered(seeds("imap"), words=WORDS), read, seconds=1.0)


@pytest.mark.soak
def test_any_conversation_is_borne() -> None:
    fuzz("imap", altered(seeds("imap"), words=WORDS), read)
