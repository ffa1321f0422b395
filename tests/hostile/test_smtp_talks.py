"""Whatever bytes a relay says: no letter is booked as sent that it did not take, none is lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from support.email_channel import validated
from support.hostile.fuzzing import altered, corpus, fuzz, seeds
from support.hostile.smtp_talks import CERTIFICATE, NEXT, PAUSE, TLS, answered, codes, taken
from syndicate.channel.mailing_list import Outcome
from syndicate.errors import DeliveryError, InDoubt
from syndicate.loopback.line_faults import ANSWERS_AHEAD
from syndicate.model.delivery import Delivery, Receipt, Recipient
from syndicate.testing import deliveries, edition, item
from syndicate_email import EmailDigest
from syndicate_email.refusals.verdict import Refusals
from syndicate_email.servers import Relay
from syndicate_email.smtp.connector import Connector
from syndicate_email.smtp.conversation import Conversation, OutgoingLetter, OutOfStep, SenderRefused

SAMPLE = 2.0  # seconds in `make test`
MOST = 20.0  # seconds of one conversation, on a busy machine
WORDS = [
    b"250 ok\r\n", b"250-more\r\n", b"354 go\r\n", b"220 hello\r\n", b"421 bye\r\n", b"\r\n",
    b"550 5.1.1 no\r\n", b"452 4.5.3 too many messages in this session\r\n", b"999 x\r\n",
    b"-50 x\r\n", b"\0", b"250", b"2", b"\n", b"334 VXNlcm5hbWU6\r\n", b"235 in\r\n", ANSWERS_AHEAD,
    PAUSE, NEXT, b"250-AUTH PLAIN LOGIN CRAM-MD5\r\n", b"250-PIPELINING\r\n", b"503 5.5.1 x\r\n",
]  # fmt: skip
PEOPLE = 3


def channel(port: int, *, in_tls: bool) -> EmailDigest:
    scheme = "smtps://desk:s3cret@" if in_tls else "smtp://"
    table = {
        "name": "harian", "title": "Kabar", "sender": "redaksi@kantor.example",
        "schedule": "daily 17:00", "mailbox": "berhenti@kantor.example",
        "smtp": f"{scheme}127.0.0.1:{port}", "tls_ca": str(CERTIFICATE), "connections": 2,
        "patience": 1,
    }  # fmt: skip
    return validated(table)


def letters(to: EmailDigest) -> Iterator[Delivery]:
    first, *_ = deliveries(to, edition(to, item()))
    for number in range(PEOPLE):
        who = Recipient(id=f"{number}", email=f"r{number}@pembaca.example", token=f"token{number}")
        yield replace(first, key=f"{number:032}", recipient=who)


def bears(talk: bytes) -> None:
    """Send three letters to a relay that says this; what became of them must be true."""
    outcomes: list[Outcome] = []
    problems: list[DeliveryError] = []

    def act(port: int) -> None:
        try:
            with channel(port, in_tls=talk.startswith(TLS)) as list_:
                outcomes.extend(list_.publish_all(letters(list_)))
        except DeliveryError as error:
            problems.append(error)

    began = time.monotonic()
    they_took = answered(talk, act)
    assert time.monotonic() - began < MOST
    assert all(f"{problem}".isprintable() for problem in problems)
    ends = Counter(outcome.delivery.key for outcome in outcomes)
    assert all(count == 1 for count in ends.values())
    for outcome in outcomes:
        assert outcome.delivery.recipient
        if isinstance(outcome.result, Receipt):
            assert outcome.delivery.recipient.email.encode() in they_took
        else:
            assert f"{outcome.result}".isprintable()


DIALLER = Connector(Relay(host="127.0.0.1", port=25, tls=False), "harian", "kantor.example")


def keeps_count(talk: bytes) -> None:
    """The same without a line between: each letter ends once, and none is sent before it was."""
    chance = Random(talk)
    conversation = Conversation(DIALLER, Refusals(), pipelining=chance.random() < 0.7)
    todo = [_posting(number) for number in range(PEOPLE)]
    begun: list[OutgoingLetter] = []
    ended: Counter[str] = Counter()
    heard = said = unsent = b""
    try:
        for piece in talk.replace(NEXT, PAUSE).split(PAUSE)[2:]:  # behind the greetings
            while todo and conversation.can_take:
                begun.append(todo.pop())
                conversation.take(begun[-1])
            unsent += b"".join(conversation.to_send())
            leaves = len(unsent) if chance.random() < 0.8 else chance.randrange(len(unsent) + 1)
            heard, unsent = heard + unsent[:leaves], unsent[leaves:]
            conversation.sent_bytes += leaves
            said += piece
            for letter, result in conversation.receive(piece):
                ended[letter.reference] += 1
                if isinstance(result, Receipt):
                    assert letter.recipient.encode() in taken(heard, said, before=0)
    except (OutOfStep, SenderRefused):
        pass
    for letter, doubt in conversation.lose():
        ended[letter.reference] += 1
        whole = letter.ends_at is not None and conversation.sent_bytes >= letter.ends_at
        assert isinstance(doubt, InDoubt) == whole
    assert ended == Counter(letter.reference for letter in begun)


@pytest.mark.parametrize("farewell_to", ["MAIL", "RCPT"])
def test_a_letter_that_is_taken_after_a_farewell_ends_once(farewell_to: str) -> None:
    conversation = Conversation(DIALLER, Refusals(), pipelining=True)
    conversation.take(_posting(1))
    answers = [
        b"421 4.3.2 closing" if farewell_to == step else b"250 ok" for step in ("MAIL", "RCPT")
    ]
    ended = []
    for heard in (b"\r\n".join([*answers, b"354 go\r\n"]), b"250 taken\r\n"):
        conversation.sent_bytes += len(b"".join(conversation.to_send()))
        ended += list(conversation.receive(heard))
    assert [result for _, result in ended] == [Receipt(reference="1")]
    assert list(conversation.lose()) == []


def _posting(number: int) -> OutgoingLetter:
    delivery = next(iter(deliveries(LIST, edition(LIST, item()))))
    letter = [f"Message-ID: <{number}>\r\n\r\n".encode(), b"..\r\nEnd\r\n"]
    return OutgoingLetter(
        delivery=delivery,
        sender="a@kantor.example",
        recipient=f"r{number}@b.example",
        pieces=letter,
        reference=f"{number}",
    )


LIST = channel(25, in_tls=False)


@pytest.mark.parametrize("talk", corpus("smtp"))
def test_a_talk_of_the_corpus_is_borne(talk: bytes) -> None:
    bears(talk)
    keeps_count(talk)


def test_some_talks_are_borne() -> None:
    fuzz("smtp", altered(seeds("smtp"), WORDS), bears, seconds=SAMPLE)
    fuzz("smtp", altered(seeds("smtp"), WORDS), keeps_count, seconds=SAMPLE)


@pytest.mark.soak
def test_any_talk_is_borne() -> None:
    fuzz("smtp", altered(seeds("smtp"), WORDS), bears)


@pytest.mark.soak
def test_any_talk_leaves_the_count_of_letters_right() -> None:
    fuzz("smtp", altered(seeds("smtp"), WORDS), keeps_count)


# what is tested with


def test_the_first_answer_is_for_the_first_command() -> None:
    heard = b"EHLO x\r\nMAIL FROM:<a>\r\nRCPT TO:<b@c>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.\r\n"
    assert codes(b"220-a\r\n220 b\r\n250 c\r\nx\r\n250 d\r\n") == [220, 250]
    talk = b"220 a\r\n250 b\r\n250 c\r\n250 d\r\n354 e\r\n250 f\r\n"
    assert taken(heard, talk) == {b"b@c"}
    assert taken(heard, talk.replace(b"250 f", b"554 f")) == set()
    assert taken(heard, talk.replace(b"250 c\r\n", b"")) == set()
    assert taken(heard[:-3], talk) == set()
