"""An exchange with another machine has one end and one measure."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from threading import Event

import pytest

from syndicate.network.exchange import (
    LONGEST_EXCHANGE_SECONDS,
    AnswerTooLarge,
    Exchange,
    Limits,
    Overdue,
    connect,
    resolve_host,
)

SHORT = Limits(seconds=0.3, octets=100, lines=3)
ROOMY = Limits(seconds=20, octets=100)


def test_no_setting_makes_an_exchange_longer_than_two_minutes() -> None:
    assert SHORT.within(3600).seconds == LONGEST_EXCHANGE_SECONDS == 120
    assert SHORT.within(2) == Limits(seconds=2, octets=100, lines=3)


def test_time_is_counted_once_for_all_of_an_exchange() -> None:
    exchange = Exchange(SHORT)
    assert 0 < exchange.left(0.05) <= 0.05
    time.sleep(0.35)
    with pytest.raises(Overdue, match=r"no complete answer within 0\.3 s"):
        exchange.left()


def test_what_comes_is_counted_and_what_is_announced_is_looked_at() -> None:
    exchange = Exchange(SHORT)
    exchange.took(60, 1)
    exchange.announced(40)
    for octets in (41, 2**70, -1):
        with pytest.raises(AnswerTooLarge, match="more than 100 bytes"):
            exchange.announced(octets)
    exchange.took(40, 2)
    with pytest.raises(AnswerTooLarge, match="more than 3 lines"):
        exchange.took(0, 1)
    with pytest.raises(AnswerTooLarge, match="more than 100 bytes"):
        exchange.took(1)


def test_a_resolver_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = Event()

    def silent(*_: object, **__: object) -> list[object]:
        answered.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    began = time.monotonic()
    with pytest.raises(Overdue):
        resolve_host("bisu.example", 25, Exchange(SHORT))
    assert time.monotonic() - began < 5
    answered.set()


@pytest.mark.parametrize("name", ["tidak-ada.invalid", "a" * 70, "a..b", ".", "\udc80"])
def test_a_name_that_is_none_is_no_more_than_an_error_of_the_system(name: str) -> None:
    with pytest.raises(OSError, match=r".+"):
        connect(name, 25, Exchange(ROOMY))


@pytest.fixture
def ports() -> Iterator[tuple[int, int]]:
    """One where nobody listens, one where somebody does."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        closed = socket.create_server(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        closed.close()
        yield port, listener.getsockname()[1]


def addresses(*given: tuple[str, int]) -> list[object]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", one) for one in given]


def test_the_next_address_is_tried_where_the_first_does_not_answer(
    ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = addresses(("127.0.0.1", ports[0]), ("127.0.0.1", ports[1]))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with closing(connect("kantor.example", 25, Exchange(ROOMY))) as line:
        assert line.getpeername()[1] == ports[1]


def test_what_keeps_from_the_first_address_is_what_is_told(
    ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = addresses(("127.0.0.1", ports[0]), ("127.0.0.1", ports[0]))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ConnectionRefusedError):
        connect("kantor.example", 25, Exchange(ROOMY))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with pytest.raises(OSError, match="the name has no address"):
        connect("kantor.example", 25, Exchange(ROOMY))
