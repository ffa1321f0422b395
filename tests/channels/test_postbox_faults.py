"""How a mailbox is reached, and what is said when its server misbehaves."""

from __future__ import annotations

import ssl
from itertools import product
from typing import Any, get_args

import pytest

from support.imap import Fault, LoopbackImap, Mail, Step
from support.mailboxes import (
    PASSWORD,
    at,
    contents,
    failing,
    mails,
    seen,
    server_context,
)
from syndicate.errors import Refused, Unavailable
from syndicate_email.inbox import imap_box


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
    imap.starttls = server_context()  # that nobody vouches for
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
        starttls=server_context(),
        tls=server_context() if scheme == "imaps" else None,
        capabilities="LOGINDISABLED",
    ) as imap:
        error = failing(at(imap.url))
        assert isinstance(error, Refused)
        assert "certificate" in str(error)
        assert "LOGIN" not in imap.verbs


def test_a_greeting_that_skips_the_login_does_not_skip_starttls(imap: LoopbackImap) -> None:
    imap.starttls = server_context()
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
    imap.starttls = server_context()
    imap.faults = [fault]
    assert isinstance(failing(at(imap.url.replace("127.0.0.1", ELSEWHERE))), meaning)


def test_a_handshake_that_never_comes_is_not_waited_for(imap: LoopbackImap) -> None:
    imap.starttls = server_context()
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
