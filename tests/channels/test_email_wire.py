"""What the email channel says to a relay, and what each answer means for a letter."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from select import select
from threading import Thread
from time import monotonic, sleep
from typing import Literal

import pytest

from support.email_channel import KPU, digest, kinds, many, parsed, relay_of, secured, three
from syndicate.channel.mailing_list import Outcome
from syndicate.errors import Bounced, Deferred, DeliveryError, InDoubt, Paused, Unavailable
from syndicate.loopback.smtp import SMTP_EXTENSIONS, SmtpFault, SmtpServer
from syndicate.model.delivery import Delivery, Receipt, Rendition
from syndicate.testing import deliveries, edition, item
from syndicate_email import EmailDigest
from syndicate_email.letter.stencil import fill_stencil
from syndicate_email.smtp import connection, pool


def carried(
    channel: EmailDigest, todo: Iterable[Delivery]
) -> tuple[list[Outcome], DeliveryError | None]:
    """How each letter ended, and what ended the run."""
    outcomes: list[Outcome] = []
    try:
        outcomes += channel.publish_all(iter(todo))  # as far as it gets
    except DeliveryError as error:
        return outcomes, error
    return outcomes, None


def by_recipient(outcomes: Iterable[Outcome]) -> dict[str, Receipt | DeliveryError]:
    """How each one's letter ended, by the name before the @."""
    found = {}
    for outcome in outcomes:
        assert outcome.delivery.recipient
        found[outcome.delivery.recipient.email.partition("@")[0]] = outcome.result
    return dict(sorted(found.items()))


def received(server: SmtpServer) -> list[str]:
    return [letter.recipient.partition("@")[0] for letter in server.letters]


MEANINGS = [
    (SmtpFault(at="mail", do="defer", nth=2, code=421), Receipt, True),  # on a new connection
    (SmtpFault(at="mail", do="hang up", nth=2), Receipt, True),
    (SmtpFault(at="rcpt", do="refuse", nth=2), Deferred, False),  # nobody knows whose trouble
    (SmtpFault(at="rcpt", do="refuse", nth=2, text="5.1.1 no such user"), Bounced, False),
    (SmtpFault(at="rcpt", do="defer", nth=2, code=450), Deferred, False),
    (SmtpFault(at="rcpt", do="defer", nth=2, code=452), Deferred, False),
    (SmtpFault(at="rcpt", do="defer", nth=2, code=421), Receipt, True),
    (SmtpFault(at="rcpt", do="hang up", nth=2), Receipt, True),
    (SmtpFault(at="rcpt", do="hang up", recipient="bob@example.net"), Deferred, False),
    (SmtpFault(at="data", do="refuse", nth=2), Deferred, False),  # nobody knows whose trouble
    (SmtpFault(at="data", do="refuse", nth=2, text="5.1.1 no such user"), Bounced, False),
    (SmtpFault(at="data", do="defer", nth=2), Deferred, False),
    (SmtpFault(at="data", do="defer", nth=2, code=421), Receipt, True),
    (SmtpFault(at="data", do="hang up", nth=2), Receipt, True),
    (SmtpFault(at="dot", do="refuse", nth=2), Deferred, False),  # nobody knows whose trouble
    (SmtpFault(at="dot", do="refuse", nth=2, text="5.1.1 no such user"), Bounced, False),
    (SmtpFault(at="dot", do="defer", nth=2), Deferred, False),
    (SmtpFault(at="dot", do="defer", nth=2, code=421), Deferred, False),
    (SmtpFault(at="dot", do="hang up", nth=2), InDoubt, False),
    (SmtpFault(at="dot", do="hang up", nth=2, keep=True), InDoubt, True),
    (SmtpFault(at="dot", do="refuse", nth=2, code=199), InDoubt, False),
    (SmtpFault(at="sent", do="hang up", nth=2), Receipt, True),
]
ONE_BY_ONE = ("8BITMIME",)  # a relay that cannot do PIPELINING


@pytest.mark.parametrize(
    "extensions", [SMTP_EXTENSIONS, ONE_BY_ONE], ids=["pipelined", "one by one"]
)
@pytest.mark.parametrize(("fault", "meaning", "arrived"), MEANINGS)
def test_each_answer_has_its_meaning_and_the_next_letter_goes(
    fault: SmtpFault, meaning: type, arrived: bool, extensions: tuple[str, ...]
) -> None:
    with (
        SmtpServer(faults=[fault], extensions=extensions) as server,
        digest(smtp=server.url, connections=1) as channel,
    ):
        outcomes = by_recipient(channel.publish_all(iter(three(channel))))
        assert [type(one) for one in outcomes.values()] == [Receipt, meaning, Receipt]
        assert sorted(received(server)) == (["ann", "bob", "cee"] if arrived else ["ann", "cee"])
        said = str(outcomes["bob"])
        if isinstance(outcomes["bob"], DeliveryError):
            assert said.startswith("channels.warta.smtp: ")
            assert "\n" not in said
            assert "bob@example.net" not in said
        if isinstance(outcomes["bob"], Bounced | Deferred) and fault.do != "hang up":
            assert outcomes["bob"].code.split()[0] in said
        if fault.code and meaning is not Receipt:
            assert str(fault.code) in said


@pytest.mark.parametrize(("fault", "meaning", "arrived"), MEANINGS)
def test_one_letter_alone_means_the_same(fault: SmtpFault, meaning: type, arrived: bool) -> None:
    with SmtpServer(faults=[fault]) as server, digest(smtp=server.url) as channel:
        ann, bob, cee = three(channel)
        channel.publish(ann)
        try:
            result: object = channel.publish(bob)
        except DeliveryError as error:
            result = error
        if fault.do == "hang up" and meaning is Deferred:
            meaning = Unavailable  # of one letter alone nothing tells whether others are taken
        assert type(result) is meaning
        channel.publish(cee)
        assert received(server) == (["ann", "bob", "cee"] if arrived else ["ann", "cee"])


@pytest.mark.parametrize(
    "extensions", [SMTP_EXTENSIONS, ONE_BY_ONE], ids=["pipelined", "one by one"]
)
@pytest.mark.parametrize(("do", "meaning"), [("refuse", Paused), ("defer", Unavailable)])
def test_a_relay_that_will_not_take_the_sender_ends_the_run_and_no_subscription(
    do: Literal["refuse", "defer"], meaning: type, extensions: tuple[str, ...]
) -> None:
    faults = [SmtpFault(at="mail", do=do, nth=nth) for nth in (2, 3)]
    with (
        SmtpServer(faults=faults, extensions=extensions) as server,
        digest(smtp=server.url, connections=1) as channel,
    ):
        outcomes, error = carried(channel, three(channel))
        assert kinds(outcomes) == [Receipt, Unavailable]
        assert type(error) is meaning
        assert received(server) == ["ann"]
        again, error = carried(channel, three(channel))
        assert kinds(again) == [Unavailable]
        assert type(error) is meaning


def test_a_refused_recipient_whose_letter_is_asked_for_gets_none() -> None:
    """RFC 2920 3.1: DATA may be answered by 354 although nobody is left."""
    faults = [SmtpFault(at="rcpt", do="refuse", recipient="bob@example.net")]
    with (
        SmtpServer(faults=faults, always_data=True) as server,
        digest(smtp=server.url, connections=1) as channel,
    ):
        outcomes = by_recipient(channel.publish_all(iter(three(channel))))
        assert [type(one) for one in outcomes.values()] == [Receipt, Deferred, Receipt]
        assert received(server) == ["ann", "cee"]


def test_many_letters_go_over_several_connections_and_none_twice() -> None:
    faults = [SmtpFault(at="sent", do="hang up", nth=nth) for nth in range(7, 300, 7)]
    faults += [SmtpFault(at="mail", do="hang up", nth=nth) for nth in range(11, 300, 11)]
    with SmtpServer(faults=faults) as server, digest(smtp=server.url, connections=4) as channel:
        todo = many(channel, 300)
        assert kinds(list(channel.publish_all(iter(todo)))) == [Receipt] * 300
        assert len(server.letters) == 300
        assert sorted(received(server)) == sorted(f"reader{n}" for n in range(300))
        assert server.most_clients > 1


def test_a_connection_has_no_more_letters_than_it_may() -> None:
    with (
        SmtpServer() as server,
        digest(smtp=server.url, connections=1, messages=4) as channel,
    ):
        assert kinds(list(channel.publish_all(iter(many(channel, 10))))) == [Receipt] * 10
        assert server.commands.count("EHLO") == 3
        assert len(server.letters) == 10


def test_an_answer_that_came_counts_although_sending_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flush, broken = connection.Connection.flush, [OSError("connection reset")]

    def breaks(line: connection.Connection) -> bool:
        awaited = [one for _, one, _ in line.talk.awaited if one]
        if broken and any(0 < (one.ends_at or 0) <= line.talk.sent_bytes for one in awaited):
            assert select([line.sock], [], [], 10)[0]
            raise broken.pop()
        return flush(line)

    monkeypatch.setattr(connection.Connection, "flush", breaks)
    slow = SmtpFault(at="dot", do="wait", seconds=0.2, nth=1)
    with SmtpServer(faults=[slow]) as server, digest(smtp=server.url, connections=1) as channel:
        assert kinds(list(channel.publish_all(stepwise(three(channel))))) == [Receipt] * 3
        assert sorted(received(server)) == ["ann", "bob", "cee"]
    assert not broken


def stepwise(todo: Sequence[Delivery]) -> Iterator[Delivery | None]:
    """One after the other, so that none goes with the end of the one before."""
    for delivery in todo:
        yield delivery
        yield None


def test_what_may_not_be_started_yet_is_asked_for_again() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        ann, bob, cee = three(channel)
        held: list[Delivery | None] = [ann, None, bob, None, None, cee]
        assert kinds(list(channel.publish_all(iter(held)))) == [Receipt] * 3
        assert sorted(received(server)) == ["ann", "bob", "cee"]


def test_a_letter_cut_off_in_the_middle_was_not_sent_and_goes_again() -> None:
    lead = "All work and no play makes Jack a dull boy. " * 400_000  # more than buffers hold
    with SmtpServer(faults=[SmtpFault(at="body", do="hang up", nth=1)]) as server:
        with digest(smtp=server.url, connections=1) as channel:
            ann, bob, _ = three(channel)
            head, _, body = ann.rendition.content.partition(b"\n")
            long = head + b"\n" + body + lead.encode().replace(b". ", b".\r\n")
            cut = replace(
                ann,
                rendition=Rendition(address="", media_type=ann.rendition.media_type, content=long),
            )
            assert kinds(list(channel.publish_all(iter([cut, bob])))) == [Receipt, Receipt]
        assert sorted(received(server)) == ["ann", "bob"]


def long(delivery: Delivery) -> Delivery:
    """The same with more words than a line's buffers hold."""
    words = "All work and no play makes Jack a dull boy. " * 400_000
    head, _, body = delivery.rendition.content.partition(b"\n")
    content = head + b"\n" + body + words.encode().replace(b". ", b".\r\n")
    rendition = Rendition(address="", media_type=delivery.rendition.media_type, content=content)
    return replace(delivery, rendition=rendition)


def test_a_relay_that_stops_reading_in_the_middle_has_not_taken_the_letter() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="stop reading")]) as server:
        with digest(smtp=server.url, connections=1, patience=1) as channel:
            began = monotonic()
            outcomes, error = carried(channel, [long(one) for one in three(channel)])
            assert monotonic() - began < 2 + 5
        assert kinds(outcomes) == [Unavailable] * len(outcomes)
        assert "took no whole letter within 2 s" in str(error)
        assert received(server) == []


def test_one_that_does_so_once_gets_the_letter_over_another_connection() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="stop reading", nth=1)]) as server:
        with digest(smtp=server.url, connections=2, patience=1) as channel:
            ann, bob, cee = three(channel)
            outcomes, _ = carried(channel, [long(ann), bob, cee])
        assert kinds(outcomes) == [Receipt] * 3
        assert sorted(received(server)) == ["ann", "bob", "cee"]


def test_a_relay_that_sips_at_a_letter_has_not_taken_it() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="sip", seconds=0.001)]) as server:
        with digest(smtp=server.url, connections=1, patience=1) as channel:
            outcomes, _ = carried(channel, [long(three(channel)[0])])
        assert kinds(outcomes) == [Unavailable]
        assert received(server) == []


@pytest.mark.parametrize(
    ("code", "meaning"), [(552, Deferred), (452, Deferred), (250, Unavailable)]
)
def test_an_answer_in_the_middle_of_a_letter_is_no_receipt(code: int, meaning: type) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        Thread(target=interrupts, args=(door, code), daemon=True).start()
        url = f"smtp://127.0.0.1:{door.getsockname()[1]}"
        with digest(smtp=url, connections=1, patience=1) as channel:
            outcomes, _ = carried(channel, [long(three(channel)[0])])
    assert kinds(outcomes) == [meaning]


def interrupts(door: socket.socket, code: int) -> None:
    """Be a relay that answers a letter when it has begun."""
    with suppress(OSError):
        while True:
            guest, _ = door.accept()
            with suppress(OSError), guest:
                guest.sendall(b"220 relay\r\n")
                for answer in ("250 relay", "250 ok", "250 ok", "354 go", f"{code} enough"):
                    guest.recv(65536)
                    guest.sendall(f"{answer}\r\n".encode())
                guest.settimeout(5)
                while guest.recv(100):
                    sleep(0.01)


def test_a_short_letter_cut_off_is_never_taken_for_sent() -> None:
    with SmtpServer(faults=[SmtpFault(at="body", do="hang up", nth=1)]) as server:
        with digest(smtp=server.url) as channel:
            ann, *others = by_recipient(channel.publish_all(iter(three(channel)))).values()
        assert isinstance(ann, Receipt | InDoubt)  # as far as it can know
        assert [type(one) for one in others] == [Receipt, Receipt]
        assert sorted(received(server))[-2:] == ["bob", "cee"]
        assert ("ann" in received(server)) == isinstance(ann, Receipt)


def test_no_answer_in_time_is_a_doubt() -> None:
    slow = SmtpFault(at="dot", do="wait", seconds=3, nth=1)
    with SmtpServer(faults=[slow]) as server, digest(smtp=server.url, patience=1) as channel:
        outcomes = by_recipient(channel.publish_all(iter(three(channel))))
        assert [type(one) for one in outcomes.values()] == [InDoubt, Receipt, Receipt]


def test_nothing_is_started_without_a_connection() -> None:
    faults = [SmtpFault(at="dot", do="hang up"), SmtpFault(at="connect", do="hang up", nth=2)]
    pulled: list[str] = []

    def pulling(todo: list[Delivery]) -> Iterator[Delivery]:
        for delivery in todo:
            pulled.append(delivery.key)
            yield delivery

    with SmtpServer(faults=faults) as server, digest(smtp=server.url) as channel:
        outcomes, error = carried(channel, pulling(many(channel, 9)))
        assert "cannot reach the relay" in str(error)
        assert kinds(outcomes) == [InDoubt, Unavailable]  # the second one's letter had only begun
        assert len(pulled) == 2
        assert received(server) == []


def test_a_relay_that_has_gone_is_unavailable_however_often_it_is_asked() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        server.__exit__()
        for delivery in three(channel):
            with pytest.raises(Unavailable, match="cannot reach the relay"):
                channel.publish(delivery)


def test_a_login_refused_in_mid_run_refuses_no_recipient() -> None:
    again = [SmtpFault(at="auth", do="refuse", nth=nth) for nth in (2, 3)]  # PLAIN, then LOGIN
    faults = [SmtpFault(at="dot", do="hang up"), *again]
    with secured(faults=faults) as server, digest(smtp=relay_of(server)) as channel:
        ann, bob, _ = three(channel)
        with pytest.raises(InDoubt):
            channel.publish(ann)
        with pytest.raises(Unavailable, match="password"):
            channel.publish(bob)


def test_a_relay_that_takes_one_letter_at_a_time_gets_them_all() -> None:
    with SmtpServer(faults=[SmtpFault(at="sent", do="hang up")]) as server:
        with digest(smtp=server.url) as channel:
            assert kinds(list(channel.publish_all(iter(three(channel))))) == [Receipt] * 3
        assert received(server) == ["ann", "bob", "cee"]


def test_letters_leave_over_one_connection_byte_for_byte() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        dots = item(replace(KPU, html="<p>.</p><p>..</p><pre>.\n.\r\n</pre>"))
        todo = deliveries(channel, edition(channel, dots))
        receipts = [outcome.result for outcome in channel.publish_all(iter(todo))]
        assert server.commands.count("EHLO") == 1
    for delivery, receipt, got in zip(todo, receipts, server.letters, strict=True):
        assert delivery.recipient
        assert got.mail_from == "humas@example.org"
        assert got.content == fill_stencil(
            delivery.rendition.content, delivery.recipient, delivery.key
        )
        assert receipt == Receipt(reference=f"<{delivery.key}@example.org>")
        assert parsed(got.content)["Message-ID"] == f"<{delivery.key}@example.org>"


def test_small_packets_do_not_wait() -> None:
    with SmtpServer() as server, digest(smtp=server.url) as channel:
        assert isinstance(channel._outgoing.transport, pool.ConnectionPool)
        [line] = channel._outgoing.transport.connections
        sock = line.sock
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
