from __future__ import annotations

import ssl
import traceback
from itertools import islice
from pathlib import Path

import pytest

from support.imap import Fault, LoopbackImap, Mail
from support.mailboxes import (
    PASSWORD,
    at,
    contents,
    failing,
    mails,
    seen,
    server,
)
from syndicate import Visit
from syndicate.errors import Refused
from syndicate_email.inbox.box import MESSAGE_BYTES
from syndicate_email.servers import parse_inbox

PLACES = {
    "imaps://desk:secret@mail.example.org": server(),
    " imaps://desk:secret@mail.example.org/ ": server(),
    "IMAPS://desk:secret@mail.example.org/INBOX": server(),
    "imap://desk:secret@mail.example.org": server(port=143, tls=False),
    "imap://desk:secret@[::1]:1143": server(host="::1", port=1143, tls=False),
    "imaps://desk@example.org:p@ss:%2F%25@mail.example.org/Umpan%20balik/Ralat%26": server(
        user="desk@example.org", password="p@ss:/%", folder="Umpan balik/Ralat&"
    ),
    "imaps://desk:secret@mail.example.org/Lists%40home": server(folder="Lists@home"),
    "imaps://desk:p@ss/word9@mail.example.org": server(password="p@ss/word9"),
    "imaps://desk:a#b?c d%zz@mail.example.org/INBOX": server(password="a#b?c d%zz"),
    "maildir:post": Path("/office/post"),
    "maildir:///var/mail/desk": Path("/var/mail/desk"),
    "letters/reply.eml": Path("/office/letters/reply.eml"),
    "/var/mail/desk@example.org": Path("/var/mail/desk@example.org"),
    "imap": Path("/office/imap"),
}


@pytest.mark.parametrize("text", PLACES)
def test_a_place_is_written_like_this(text: str) -> None:
    assert parse_inbox(text, Path("/office")) == PLACES[text]


def test_a_place_may_be_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/desk")
    assert parse_inbox("~/Maildir", Path("/office")) == Path("/home/desk/Maildir")
    assert parse_inbox("maildir:~/Maildir", Path("/office")) == Path("/home/desk/Maildir")


UNREADABLE = [
    "",
    "maildir:",
    "imaps://mail.example.org",
    "imaps://hunter2@mail.example.org",
    "imaps://desk:@mail.example.org",
    "imaps://desk:hunter2@",
    "imaps://desk:hunter2@mail..example",
    "imaps://desk:hunter2@mail.example.org:0",
    "imaps://desk:hunter2@mail.example.org:65536",
    "imaps://desk:hunter2%0D%0A@mail.example.org",
    "imaps://desk:hunter2@mail.example.org/IN%00BOX",
    "imaps://desk:hunter2@mail.example.org/Lists@home",
    "imaps://desk:hunter2@mail.example.org:993/Lists@mail.example.net",
    "imaps:desk:hunter2@mail.example.org",
    "imaps:/desk:hunter2@mail.example.org",
    "imasp://desk:hunter2@mail.example.org",
    "desk:hunter2@mail.example.org",
    "pop3://desk:hunter2@mail.example.org",
    "hunter2\0",
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_place_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValueError, match="write imaps://user:password@host/FOLDER") as caught:
        parse_inbox(text)
    for shown in traceback.format_exception(caught.value):
        assert "hunter2" not in shown
        assert "ter2" not in shown


def test_a_server_never_shows_its_password() -> None:
    assert "secret" not in f"{server()} {server()!r}"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.2", True),
        ("::1", True),
        ("127.example.org", False),
        ("localhost.example.org", False),
        ("mail.example.org", False),
    ],
)
def test_only_a_loopback_address_is_local(host: str, local: bool) -> None:
    assert server(host=host).local is local


# --- a server ---


def test_unread_messages_come_in_order_and_are_read_when_the_next_is_asked_for(
    imap: LoopbackImap,
) -> None:
    imap.inbox[2].flags.add("\\Seen")
    imap.inbox[7] = Mail(b"seven", {"\\Deleted"})
    imap.inbox[5] = Mail("Halo, dünia".encode("latin-1"), {"\\Flagged"})
    known = []
    for message in at(imap.url).messages():
        known.append((message.content, seen(imap)))
    assert known == [
        (b"Subject: 1\r\n\r\n", [2]),
        (b"Subject: 3\r\n\r\n", [1, 2]),
        (b"Halo, d\xfcnia", [1, 2, 3]),
    ]
    assert seen(imap) == [1, 2, 3, 5]
    assert imap.inbox[5].flags == {"\\Flagged", "\\Seen"}
    assert imap.verbs[-1] == "LOGOUT"
    assert contents(at(imap.url)) == []


def test_an_empty_folder_is_not_even_searched() -> None:
    with LoopbackImap(password=PASSWORD) as imap:
        assert contents(at(imap.url)) == []
        assert imap.verbs == ["CAPABILITY", "LOGIN", "SELECT", "LOGOUT"]


def test_what_is_left_stays_unread(imap: LoopbackImap) -> None:
    for message in at(imap.url).messages():
        if b"2" in message.content:
            message.leave()
    assert seen(imap) == [1, 3]
    assert contents(at(imap.url)) == [b"Subject: 2\r\n\r\n"]


def test_stopping_early_marks_nothing_more_and_says_goodbye(imap: LoopbackImap) -> None:
    messages = at(imap.url).messages()
    assert [message.content[9:10] for message in islice(messages, 2)] == [b"1", b"2"]
    messages.close()
    assert seen(imap) == [1]
    assert imap.verbs[-1] == "LOGOUT"


def test_a_consumer_that_fails_marks_nothing_more(imap: LoopbackImap) -> None:
    def deal() -> None:
        for message in at(imap.url).messages():
            assert b"2" not in message.content

    with pytest.raises(AssertionError):
        deal()
    assert seen(imap) == [1]


def test_only_the_first_mebibyte_is_fetched(imap: LoopbackImap) -> None:
    imap.inbox[2].content = b"x" * (MESSAGE_BYTES + 1)
    assert [len(content) for content in contents(at(imap.url))] == [14, MESSAGE_BYTES, 14]


def test_messages_are_fetched_one_by_one(imap: LoopbackImap) -> None:
    contents(at(imap.url))
    assert imap.verbs[4:-1] == ["FETCH", *["FETCH", "STORE"] * 3]  # the first looks at all


def test_of_a_great_many_unread_messages_the_newest_are_searched_in_windows() -> None:
    many = {4_000_000_000 + n: Mail(b"%d" % n) for n in range(120_000)}
    with LoopbackImap(many, password=PASSWORD) as imap:
        messages = at(imap.url).messages(Visit(0.5))
        assert next(messages).content == b"70000"
        messages.close()
        searches = [line.split()[2] for line in imap.commands if "SEARCH" in line]
        assert searches == ["100001:*", "80001:100000", "60001:80000"]


def test_a_message_that_vanishes_is_skipped(imap: LoopbackImap) -> None:
    imap.faults = [Fault(at="fetch", do="vanish", nth=2), Fault(at="store", do="vanish", nth=1)]
    assert contents(at(imap.url)) == [b"Subject: 1\r\n\r\n", b"Subject: 3\r\n\r\n"]
    assert list(imap.inbox) == [3]
    assert seen(imap) == [3]


ANSWERS = {
    "a flag of another": "* 9 FETCH (UID 9 FLAGS (\\Seen))\r\nTAG OK done",
    "another message": "* 9 FETCH (UID 9 BODY[]<0> {4}\r\nnine)\r\nTAG OK done",
    "a message of no UID": "* 1 FETCH (BODY[]<0> {3}\r\none)\r\nTAG OK done",
    "nothing in it": '* 1 FETCH (UID 1 BODY[]<0> "")\r\nTAG OK done',
    "nothing at all": "* 1 FETCH (UID 1 BODY[]<0> NIL)\r\nTAG OK done",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_without_the_message_is_no_message(answer: str, imap: LoopbackImap) -> None:
    imap.faults = [Fault(at="fetch", do="say", nth=1, text=answer)]
    assert contents(at(imap.url)) == [b"Subject: 2\r\n\r\n", b"Subject: 3\r\n\r\n"]
    assert seen(imap) == [2, 3]


def test_the_uid_may_come_behind_the_message(imap: LoopbackImap) -> None:
    answer = "* 1 FETCH (BODY[]<0> {3}\r\none UID 1)\r\nTAG OK done"
    imap.faults = [Fault(at="fetch", do="say", nth=1, text=answer)]
    assert contents(at(imap.url))[0] == b"one"
    assert seen(imap) == [1, 2, 3]


def test_a_message_that_the_server_cannot_read_holds_up_no_others(imap: LoopbackImap) -> None:
    imap.faults = [Fault(at="fetch", do="refuse", nth=2, text="[SERVERERROR] broken")]
    error = failing(at(imap.url))
    assert isinstance(error, Refused)
    assert "refused message 2 ([SERVERERROR] broken)" in str(error)
    assert seen(imap) == [1, 3]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Umpan balik", "Umpan balik"),
        ("Ralat & Aduan", "Ralat &- Aduan"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501 5.1.3
        ('a "b" \\c', 'a "b" \\c'),
        ("😀", "&2D3eAA-"),
    ],
)
def test_a_folder_may_have_any_name(folder: str, name: str, imap: LoopbackImap) -> None:
    imap.folders[name] = {1: Mail(b"found")}
    assert contents(at(imap.url, folder=folder)) == [b"found"]


@pytest.mark.parametrize("where", ["", " LOGINDISABLED"])
@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("desk", 'p"a\\ss w{5}'),
        ("desk of news@example.org", "secret*%("),
        ('d"e\\sk', "secret"),
        ("desk", "kata sandi rahasía €"),
        ("dëск", "secret"),
        ("desk", "x" * 300),
    ],
)
def test_any_user_and_password_can_log_in(
    user: str, password: str, where: str, secure: ssl.SSLContext
) -> None:
    able = f"AUTH=PLAIN{where}"
    with LoopbackImap(
        mails(1), user=user, password=password, tls=secure, capabilities=able
    ) as imap:
        # LOGINDISABLED over TLS: LOGIN is refused, PLAIN is not (RFC 3501 6.2.3)
        assert len(contents(at(imap.url, user, password))) == 1
        plain = bool(where) or not (user + password).isascii()
        assert imap.verbs[1] == ("AUTHENTICATE" if plain else "LOGIN")


def test_where_only_ascii_can_be_said_a_password_of_more_is_refused() -> None:
    with LoopbackImap(password="sandí", capabilities="") as imap:
        error = failing(at(imap.url, password="sandí"), secret="sandí")
        assert isinstance(error, Refused)
        assert "may only hold ASCII" in str(error)
        assert imap.verbs == ["CAPABILITY", "LOGOUT"]
