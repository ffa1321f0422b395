"""What answers at the relay's port may be no mail server: its words are told whole."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from syndicate import Unavailable
from syndicate_email.servers import Relay, parse_relay
from syndicate_email.smtp.connector import Connector


@contextmanager
def answering(banner: bytes, then: bytes = b"") -> Iterator[int]:
    """A port of somebody who says this at once, and that to whatever comes."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def talk() -> None:
            with suppress(OSError):
                guest, _ = door.accept()
                with guest:
                    guest.sendall(banner)
                    while then and guest.recv(1000):
                        guest.sendall(then)

        thread = Thread(target=talk, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        door.close()
        thread.join(5)


def refused(port: int) -> str:
    way = parse_relay(f"smtp://127.0.0.1:{port}")
    assert isinstance(way, Relay)
    connector = Connector(way, "harian", "kantor.example")
    with pytest.raises(Unavailable) as raised:
        connector.connect()
    return str(raised.value)


@pytest.mark.parametrize(
    ("banner", "words"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (b"SSH-2.0-OpenSSH_9\r\n", "SSH-2.0-OpenSSH_9"),
        (b"* OK IMAP4rev1 ready\r\n", "* OK IMAP4rev1 ready"),
        (b"+OK POP3 ready\r\n", "+OK POP3 ready"),
        (b"<html>\n<body>x</body>", "<html>"),
        (b"J\x00\x00\x00\n5.7.42\x00\r\n", "J"),
        (b"RFB 003.008\n", "RFB 003.008"),
    ],
)
def test_who_speaks_no_smtp_is_said_to_be_no_mail_server(banner: bytes, words: str) -> None:
    with answering(banner) as port:
        said = refused(port)
    assert f'no mail server answers at 127.0.0.1:{port}, which says "{words}"' in said
    assert "-1" not in said
    assert "Check host and port" in said
    assert said.isprintable()


def test_who_stops_speaking_smtp_is_none_either() -> None:
    with answering(b"220 hello\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert 'which says "HTTP/1.1 400 Bad Request"' in refused(port)


def test_a_greeting_with_a_code_is_told_as_before() -> None:
    with answering(b"554-IMTA blocked\r\n554 5.7.1 see the help page\r\n") as port:
        assert "refused the connection: 554 IMTA blocked 5.7.1 see the help page" in refused(port)


def test_what_steers_a_terminal_is_left_out() -> None:
    with answering(b"554 \x1b[31mred\x1b[0m\x07 no\r\n") as port:
        said = refused(port)
    assert said.isprintable()
    assert "red" in said


def test_a_port_where_nobody_says_anything_is_told_as_before() -> None:
    with answering(b"") as port:
        assert "cannot reach the relay" in refused(port)
