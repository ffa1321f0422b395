from __future__ import annotations

import os
import ssl
import subprocess
import sys
import traceback
from collections.abc import Iterable, Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

import pytest

from support.imap import Fault, LoopbackImap, Mail, Step
from syndicate import Visit
from syndicate.errors import DeliveryError, Refused, Unavailable
from syndicate_email.inbox import imap_box
from syndicate_email.inbox.box import MESSAGE_BYTES
from syndicate_email.inbox.fetch import Inbox
from syndicate_email.servers import ImapServer, parse_inbox

CERTIFICATE = Path(__file__).with_name("loopback.pem")  # ours, for 127.0.0.1, until 2120
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


@pytest.fixture
def imap() -> Iterator[LoopbackImap]:
    with LoopbackImap(mails(3), password=PASSWORD) as server:
        yield server


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server shows, trusted here."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    return shown()


def shown() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


# --- the setting ---


def server(**given: object) -> ImapServer:
    usual = {"host": "mail.example.org", "port": 993, "tls": True, "user": "desk"}
    return ImapServer(**(usual | {"password": "secret"} | given))  # type: ignore[arg-type]


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


# --- getting there ---


def test_tls_from_the_first_byte_is_imaps(secure: ssl.SSLContext) -> None:
    with LoopbackImap(mails(1), password=PASSWORD, tls=secure, starttls=secure) as imap:
        assert imap.url.startswith("imaps://")
        assert contents(at(imap.url)) == [b"Subject: 1\r\n\r\n"]
        assert "STARTTLS" not in imap.verbs


def test_starttls_comes_before_the_password(secure: ssl.SSLContext) -> None:
    able = "AUTH=PLAIN LOGINDISABLED"  # on this machine, otherwise, no TLS is needed
    with LoopbackImap(mails(1), password=PASSWORD, starttls=secure, capabilities=able) as imap:
        assert contents(at(imap.url)) == [b"Subject: 1\r\n\r\n"]
        assert imap.verbs[:4] == ["CAPABILITY", "STARTTLS", "CAPABILITY", "AUTHENTICATE"]


def test_on_this_machine_no_tls_is_needed(imap: LoopbackImap) -> None:
    imap.starttls = shown()  # that nobody vouches for
    assert len(contents(at(imap.url))) == 3
    assert "STARTTLS" not in imap.verbs


ELSEWHERE = "0.0.0.0"  # leads here, and is no loopback address


def test_a_password_is_never_sent_in_the_clear(imap: LoopbackImap) -> None:
    error = failing(at(imap.url.replace("127.0.0.1", ELSEWHERE)))
    assert isinstance(error, Refused)
    assert "offers no STARTTLS, and the password is not sent unencrypted" in str(error)
    assert imap.verbs == ["CAPABILITY", "LOGOUT"]


def test_a_certificate_for_another_host_is_refused(
    imap: LoopbackImap, secure: ssl.SSLContext
) -> None:
    imap.starttls = secure
    error = failing(at(imap.url.replace("127.0.0.1", ELSEWHERE)))
    assert isinstance(error, Refused)
    assert "Check that the host is the name in its certificate" in str(error)
    assert "LOGIN" not in imap.verbs


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_certificate_that_nobody_vouches_for_is_refused(scheme: str) -> None:
    with LoopbackImap(
        password=PASSWORD,
        starttls=shown(),
        tls=shown() if scheme == "imaps" else None,
        capabilities="LOGINDISABLED",
    ) as imap:
        error = failing(at(imap.url))
        assert isinstance(error, Refused)
        assert "certificate" in str(error)
        assert "LOGIN" not in imap.verbs


def test_a_greeting_that_skips_the_login_does_not_skip_starttls(imap: LoopbackImap) -> None:
    imap.starttls = shown()
    imap.faults = [Fault(at="connect", do="say", text="* PREAUTH welcome")]
    assert isinstance(failing(at(imap.url.replace("127.0.0.1", ELSEWHERE))), Refused)
    assert "SELECT" not in imap.verbs


def test_a_server_that_speaks_no_tls_is_unavailable(imap: LoopbackImap) -> None:
    assert isinstance(failing(at(imap.url.replace("imap:", "imaps:"))), Unavailable)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with LoopbackImap() as imap:
        url = imap.url
    for where in (url, url.replace("imap:", "imaps:")):
        error = failing(at(where))
        assert isinstance(error, Unavailable)
        assert "Connection refused" in str(error)
        assert "host and port are right" in str(error)


def test_a_wrong_password_is_refused_without_showing_it(imap: LoopbackImap) -> None:
    error = failing(at(imap.url, password="hunter3"), secret="hunter3")
    assert isinstance(error, Refused)
    assert "refused the user or the password" in str(error)
    assert imap.verbs[-1] == "LOGOUT"


def test_a_folder_that_is_not_there_is_refused(imap: LoopbackImap) -> None:
    error = failing(at(imap.url, folder="Aduan"))
    assert isinstance(error, Refused)
    assert "refused the folder 'Aduan' ([NONEXISTENT] there is no Aduan)" in str(error)


def test_a_folder_that_may_only_be_read_is_refused(imap: LoopbackImap) -> None:
    imap.read_only = True
    error = failing(at(imap.url))
    assert isinstance(error, Refused)
    assert "give the user the right" in str(error)
    assert "FETCH" not in imap.verbs


# --- what goes wrong ---

BROKEN = {
    "hang up": Fault(at="connect", do="hang up"),
    "bytes": Fault(at="connect", do="say", text="\udcff\udcfe\0\udc80 {9} rubbish"),
    "another tag": Fault(at="connect", do="say", text="A1 OK"),
    "BYE": Fault(at="connect", do="say", text="* BYE full"),
    "BYE in a literal": Fault(at="connect", do="say", text="* BYE {4}\r\nfull"),
    "half a line": Fault(at="connect", do="say", text="* BYE {9}\r\nfull"),
    "an endless literal": Fault(at="connect", do="say", text=f"* 1 FETCH {{{10**30}}}\r\nx"),
    "an endless number": Fault(at="connect", do="say", text=f"* 1 FETCH {{{'9' * 5000}}}\r\nx"),
    "an endless line": Fault(at="connect", do="say", text="* OK " + "x" * 1_000_001),
    "a wait": Fault(at="connect", do="wait", seconds=60),
}
NOWHERE = ("starttls", "logout", "literal")  # have tests of their own
STEPS = [step for step in get_args(Step) if step not in NOWHERE]


def breakages() -> list[Any]:
    """Everything at every step; `make test` has each once, and a hang-up everywhere."""
    found = []
    for (number, step), (turn, name) in product(enumerate(STEPS), enumerate(BROKEN)):
        sampled = name == "hang up" or number == turn % len(STEPS)
        found.append(pytest.param(step, name, marks=[] if sampled else [pytest.mark.soak]))
    return found


@pytest.mark.parametrize(("step", "name"), breakages())
def test_what_is_broken_at_any_step_ends_in_a_line(
    step: Step, name: str, imap: LoopbackImap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_box, "LOGOUT_SECONDS", 0.1)
    broken = BROKEN[name]
    imap.faults = [Fault(at=step, do=broken.do, text=broken.text, seconds=broken.seconds)]
    error = failing(at(imap.url, patience=0.4))
    assert isinstance(error, Unavailable)
    assert seen(imap) == []


@pytest.mark.parametrize("step", STEPS)
def test_hanging_up_behind_tls_is_no_different(step: Step, secure: ssl.SSLContext) -> None:
    fault = Fault(at=step, do="hang up")
    with LoopbackImap(mails(2), password=PASSWORD, tls=secure, faults=[fault]) as imap:
        assert isinstance(failing(at(imap.url)), Unavailable)
        assert seen(imap) == []


LATE = ("login", "select", "search", "fetch", "store")  # steps whose refusal is one
REFUSED: list[tuple[str, str]] = [(step, do) for step in LATE for do in ("refuse", "reject")]


@pytest.mark.parametrize(("step", "do"), REFUSED)
def test_no_at_any_step_is_a_refusal(step: Step, do: str, imap: LoopbackImap) -> None:
    imap.faults = [Fault(at=step, do=do)]  # type: ignore[arg-type]
    error = failing(at(imap.url))
    assert isinstance(error, Refused)
    assert "refused" in str(error)
    assert "as asked" in str(error)
    assert seen(imap) == []


@pytest.mark.parametrize("step", LATE)
def test_not_now_at_any_step_is_unavailable(step: Step, imap: LoopbackImap) -> None:
    imap.faults = [Fault(at=step, do="refuse", text="[UNAVAILABLE] later")]
    error = failing(at(imap.url))
    assert isinstance(error, Unavailable)
    assert "put off" in str(error)


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (Fault(at="starttls", do="hang up"), Unavailable),
        (Fault(at="starttls", do="refuse"), Refused),
        (Fault(at="starttls", do="reject"), Refused),
        (Fault(at="starttls", do="say", text="TAG OK\r\nrubbish"), Unavailable),
    ],
)
def test_starttls_can_fail_as_well(fault: Fault, meaning: type, imap: LoopbackImap) -> None:
    imap.starttls = shown()
    imap.faults = [fault]
    assert isinstance(failing(at(imap.url.replace("127.0.0.1", ELSEWHERE))), meaning)


def test_a_handshake_that_never_comes_is_not_waited_for(imap: LoopbackImap) -> None:
    imap.starttls = shown()
    imap.faults = [Fault(at="starttls", do="say", text="TAG OK go ahead")]
    where = imap.url.replace("127.0.0.1", ELSEWHERE)
    assert isinstance(failing(at(where, patience=0.4)), Unavailable)


def test_no_goodbye_is_not_missed(imap: LoopbackImap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_box, "LOGOUT_SECONDS", 0.1)
    for fault in (
        Fault(at="logout", do="hang up"),
        Fault(at="logout", do="reject"),
        Fault(at="logout", do="say", text="rubbish"),
        Fault(at="logout", do="wait", seconds=60),
    ):
        imap.faults = [fault]
        imap.inbox[9] = Mail(b"nine")
        assert contents(at(imap.url))[-1] == b"nine"


@pytest.mark.parametrize("step", ["fetch", "literal"])
def test_a_connection_lost_half_way_keeps_what_was_dealt_with(
    step: Step, imap: LoopbackImap
) -> None:
    imap.faults = [Fault(at=step, do="hang up", nth=2)]
    messages = at(imap.url).messages()
    assert next(messages).content == b"Subject: 1\r\n\r\n"
    with pytest.raises(Unavailable, match="message 2"):
        next(messages)
    assert list(messages) == []
    assert seen(imap) == [1]
    assert len(contents(at(imap.url))) == 2


ECHOES = [
    Fault(at="login", do="refuse", text=f'desk "{PASSWORD}" is wrong'),
    Fault(at="login", do="reject", text=f"unknown command LOGIN desk {PASSWORD}"),
    Fault(at="login", do="say", text=f"TAG LOGIN desk {PASSWORD}"),
    Fault(at="login", do="say", text=f"* BYE {PASSWORD}"),
    Fault(at="select", do="refuse", text=f"no folder for {PASSWORD}"),
    Fault(at="select", do="say", text=f"garbage {PASSWORD}"),
    Fault(at="fetch", do="reject", text=PASSWORD),
]


@pytest.mark.parametrize("echo", ECHOES)
def test_a_password_that_the_server_says_is_not_shown(echo: Fault, imap: LoopbackImap) -> None:
    imap.faults = [echo]
    failing(at(imap.url))


# --- a Maildir ---


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("tmp", "new", "cur"):
        (tmp_path / "post" / part).mkdir(parents=True)
    return tmp_path / "post"


def put(folder: Path, name: str, content: bytes = b"Subject: x\r\n\r\n", age: int = 0) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (2_000_000_000 - age, 2_000_000_000 - age))
    return path


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_what_is_unread_in_a_maildir_comes_oldest_first_and_is_read_then(maildir: Path) -> None:
    put(maildir, "new/b", b"young")
    put(maildir, "new/c", b"old", age=20)
    put(maildir, "cur/a:2,", b"middle, by name", age=10)
    put(maildir, "new/d", b"middle, \xff by name", age=10)
    put(maildir, "cur/e:2,FR", b"answered, not read", age=5)
    put(maildir, "cur/f", b"without flags", age=4)
    for other in ("cur/g:2,S", "cur/h:2,FS", "cur/i:2,T", "new/.hidden", "tmp/half", "x"):
        put(maildir, other)
    (maildir / "new/folder").mkdir()
    assert contents(at(maildir)) == [
        b"old", b"middle, by name", b"middle, \xff by name", b"answered, not read",
        b"without flags", b"young",
    ]  # fmt: skip
    assert names(maildir) == [
        "cur/a:2,S", "cur/b:2,S", "cur/c:2,S", "cur/d:2,S", "cur/e:2,FRS", "cur/f:2,S",
        "cur/g:2,S", "cur/h:2,FS", "cur/i:2,T", "new/.hidden", "tmp/half", "x",
    ]  # fmt: skip
    assert contents(at(maildir)) == []


def test_a_message_of_a_maildir_is_left_or_broken_off_where_it_is(maildir: Path) -> None:
    for name in "abc":
        put(maildir, f"new/{name}", name.encode())
    messages = at(maildir).messages()
    next(messages).leave()
    next(messages)
    next(messages)
    messages.close()
    assert names(maildir) == ["cur/b:2,S", "new/a", "new/c"]
    assert contents(at(maildir)) == [b"a", b"c"]


def test_a_message_that_another_program_has_moved_comes_next_time(maildir: Path) -> None:
    put(maildir, "new/a", b"a")
    moved = put(maildir, "new/b", b"b")
    gone = put(maildir, "new/c", b"c")
    messages = at(maildir).messages()
    next(messages)
    moved.rename(maildir / "cur/b:2,")
    gone.unlink()
    assert list(messages) == []
    assert contents(at(maildir)) == [b"b"]


def test_a_message_that_is_moved_while_it_is_read_is_marked_there(maildir: Path) -> None:
    put(maildir, "new/a[1]", b"a")
    put(maildir, "cur/b:2,", b"b")
    put(maildir, "cur/c:2,", b"c")
    for message in at(maildir).messages():
        if message.content == b"a":
            (maildir / "new/a[1]").rename(maildir / "cur/a[1]:2,R")
        elif message.content == b"b":
            (maildir / "cur/b:2,").rename(maildir / "cur/b:2,F")
        else:
            (maildir / "cur/c:2,").unlink()
    assert names(maildir) == ["cur/a[1]:2,RS", "cur/b:2,FS"]


def test_a_message_that_cannot_be_read_is_named(maildir: Path) -> None:
    (maildir / "new/loop").symlink_to("loop")
    error = failing(at(maildir))
    assert isinstance(error, Unavailable)
    assert f"cannot read or mark {maildir / 'new/loop'} (" in str(error)


def test_a_message_that_cannot_be_marked_is_named(maildir: Path) -> None:
    put(maildir, "new/a")
    (maildir / "cur/a:2,S").mkdir()  # in its way
    error = failing(at(maildir))
    assert isinstance(error, Unavailable)
    assert str(maildir / "new/a") in str(error)


def test_only_the_first_mebibyte_of_a_file_is_read(maildir: Path) -> None:
    path = put(maildir, "new/a", b"x" * (MESSAGE_BYTES + 1))
    assert [len(content) for content in contents(at(path))] == [MESSAGE_BYTES]
    assert [len(content) for content in contents(at(maildir))] == [MESSAGE_BYTES]


@pytest.mark.parametrize("name", ["nothing", ".", "half"])
def test_a_path_that_is_neither_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "half/new").mkdir(parents=True)
    path = tmp_path / name
    error = failing(at(path))
    assert isinstance(error, Refused)
    assert str(error) == f"{SETTING}: there is no file or Maildir at {path}"


# --- a file ---

MBOX = b"""\
From ann@example.org Thu Jan  1 00:00:00 2026
Subject: one

>From the start
>>From further on
> From is no word here
From here on it is the same line of text, as no blank one stands above

From MAILER-DAEMON Thu Jan  1 00:00:01 2026
Subject: tw\xf6

\xff\x80

"""
CASES = {
    "one message": (b"Subject: one\r\n\r\n\xff", [b"Subject: one\r\n\r\n\xff"]),
    "no message": (b"", []),
    "a blank line": (b"\r\n", []),
    "quoted": (b"Subject: one\n\n>From me\n", [b"Subject: one\n\n>From me\n"]),
    "an mbox": (
        MBOX.replace(b"From here", b"here"),
        [
            b"Subject: one\n\nFrom the start\n>From further on\n> From is no word here\n"
            b"here on it is the same line of text, as no blank one stands above\n",
            b"Subject: tw\xf6\n\n\xff\x80\n",
        ],
    ),
    "an mbox of CRLF": (
        b"From a Thu\r\nA: 1\r\n\r\n>From us\r\n\r\nFrom b Thu\r\nB: 2\r\n\r\nend\r\n",
        [b"A: 1\r\n\r\nFrom us\r\n\r\n", b"B: 2\r\n\r\nend\r\n"],
    ),
    "an mbox of an empty message": (b"From a Thu\n", [b""]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_holds_these_messages_and_stays_as_it_is(name: str, tmp_path: Path) -> None:
    written, messages = CASES[name]
    path = put(tmp_path, "mail", written)
    path.chmod(0o400)
    assert contents(at(path)) == messages
    assert contents(at(path)) == messages
    assert path.read_bytes() == written
    assert path.stat().st_mtime == 2_000_000_000
    assert names(tmp_path) == ["mail"]


def test_stopping_early_leaves_no_file_open(tmp_path: Path) -> None:
    messages = at(put(tmp_path, "mail", MBOX)).messages()
    next(messages).leave()
    messages.close()


def test_starting_up_loads_no_mail_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import syndicate_email.inbox.fetch;"
        "print({'imaplib', 'mailbox'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_what_another_reader_was_quicker_with_ends_no_reading(tmp_path: Path) -> None:
    """Two ticks read one Maildir: of what one has listed, the other one has dealt with most."""

    class Overtaken(Visit):
        def found(self, lying: Iterable[str], *, is_whole: bool) -> None:
            super().found(lying, is_whole=is_whole)
            for path in sorted((tmp_path / "new").iterdir())[:220]:
                path.rename(tmp_path / "cur" / f"{path.name}:2,S")

    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    for number in range(250):
        path = tmp_path / "new" / f"{number:03}.kantor"
        path.write_bytes(b"Subject: Halo\r\n\r\nHalo\r\n")
        os.utime(path, (number, number))
    visit = Overtaken(60)
    read = list(Inbox(tmp_path, "channels.news.inbox").messages(visit))
    assert (len(read), visit.waiting, visit.notes) == (30, 0, [])
