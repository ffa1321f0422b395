from __future__ import annotations

import re
import resource
import ssl
import subprocess
import sys
import traceback
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pydantic import ValidationError

from support.email_channel import (
    CERTIFICATE,
    KPU,
    PPS,
    digest,
    kinds,
    letter,
    parsed,
    relay_of,
    secured,
    three,
)
from syndicate.errors import DeliveryError, Paused, Refused, Unavailable
from syndicate.loopback.smtp import Act, SmtpFault, SmtpServer
from syndicate.model.article import Edition
from syndicate.model.delivery import Receipt
from syndicate.testing import HELLO, corrected, deliveries, edition, item
from syndicate_email import EmailDigest


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"unsubscribe": "", "mailbox": ""}, "set unsubscribe .* or mailbox"),
        ({"unsubscribe": "http://example.org/{token}"}, r"https://…/\{token\}"),
        ({"unsubscribe": "https://example.org/leave"}, r"https://…/\{token\}"),
        ({"unsubscribe": "https://example.org/{token}>, <x"}, r"https://…/\{token\}"),
        ({"mailbox": "nobody"}, "not a mail address"),
        ({"sender": "Humas"}, "not a mail address"),
        ({"sender": "Humas <humas@example.org>\r\nBcc: <x@example.org>"}, "not a mail address"),
        ({"schedule": "hourly"}, "daily 17:00"),
        ({"smtp": "hunter2"}, "write smtp://user:password@host:587"),
        ({"smtp": "smtp://user:hunter2@"}, "write smtp://"),
        ({"smtp": "smtp://hunter2@example.org"}, "write smtp://"),
        ({"smtp": "smtp://user:hunter2@host:port"}, "write smtp://"),
        ({"smtp": "maildir:"}, "write smtp://"),
    ],
)
def test_a_wrong_setting_says_how_to_write_it(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        digest(**given)
    [error] = caught.value.errors()
    assert re.search(said, error["msg"])
    assert "hunter2" not in error["msg"]


def test_the_sender_may_be_written_as_people_write_it() -> None:
    table = {
        "humas@example.org": ("", "humas@example.org"),
        "Kantor, Humas <humas@example.org>": ("Kantor, Humas", "humas@example.org"),
        '"Kantor: Humas" <humas@example.org>': ("Kantor: Humas", "humas@example.org"),
        "Büro <büro.x@example.org>": None,
        "Büro <x@bücher.example>": ("Büro", "x@xn--bcher-kva.example"),
    }
    for text, expected in table.items():
        if expected is None:
            with pytest.raises(ValidationError, match="only ASCII"):
                digest(sender=text)
            continue
        got = letter(digest(sender=text), item())
        [address] = got["From"].addresses
        assert (address.display_name, address.addr_spec) == expected
        assert got["Message-ID"].endswith(f"@{address.domain}>")


def test_subjects_and_profiles_choose_the_articles() -> None:
    greeting = item(replace(HELLO, profile="news"))
    assert digest().takes(greeting)
    assert digest(subjects=["greetings", "sport"]).takes(greeting)
    assert not digest(subjects=["sport"]).takes(greeting)
    assert digest(profiles=["news"], subjects=["greetings"]).takes(greeting)
    assert not digest(profiles=["advisory"], subjects=["greetings"]).takes(greeting)


def test_the_list_is_the_destination_whatever_the_relay() -> None:
    assert digest().identity() == digest(smtp="smtp://127.0.0.1").identity() == "warta"


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = {"smtplib", "jinja2", "email_validator"}
    code = f"import sys, syndicate_email; print({heavy} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


@pytest.mark.parametrize("do", ["say nothing", "drip", "flood", "twice"])
def test_asking_whether_the_sender_may_write_has_an_end(do: Act) -> None:
    fault = SmtpFault(at="mail", do=do, seconds=0.4 * (do == "drip"))
    with SmtpServer(faults=[fault]) as server, digest(smtp=server.url, patience=1) as channel:
        began = monotonic()
        with pytest.raises(Unavailable, match="cannot reach the relay"):
            channel._outgoing.transport.accepts("humas@example.org")
        assert monotonic() - began < 1 + 5


def test_a_password_goes_through_starttls() -> None:
    with secured() as server:
        with digest(smtp=relay_of(server)) as channel:
            assert kinds(list(channel.publish_all(iter(three(channel))))) == [Receipt] * 3
        assert server.commands[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_tls_from_the_first_byte_works_as_well() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with secured(tls=context) as server, digest(smtp=relay_of(server)) as channel:
        assert server.url.startswith("smtps://")
        channel.publish(three(channel)[0])
        assert "STARTTLS" not in server.commands
        assert len(server.letters) == 1


def test_on_this_machine_letters_without_a_password_need_no_tls() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with SmtpServer(starttls=context) as server, digest(smtp=server.url) as channel:
        channel.publish(three(channel)[0])
        assert "STARTTLS" not in server.commands


def opening(channel: EmailDigest) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.__enter__()
    said = str(caught.value)
    assert said.startswith("channels.warta.smtp: ")
    assert "\n" not in said
    for shown in (*traceback.format_exception(caught.value), repr(channel)):
        assert "hunter2" not in shown
        assert "p@ss" not in shown
    return caught.value


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (SmtpFault(at="connect", do="refuse"), Paused),
        (SmtpFault(at="connect", do="defer"), Unavailable),
        (SmtpFault(at="connect", do="hang up"), Unavailable),
        (SmtpFault(at="ehlo", do="refuse"), Paused),
        (SmtpFault(at="ehlo", do="defer", code=421), Unavailable),
        (SmtpFault(at="ehlo", do="hang up"), Unavailable),
        (SmtpFault(at="auth", do="refuse"), Paused),
        (SmtpFault(at="auth", do="defer"), Unavailable),
        (SmtpFault(at="auth", do="hang up"), Unavailable),
    ],
)
def test_opening_fails_in_these_ways(fault: SmtpFault, meaning: type) -> None:
    with secured(faults=[fault]) as server:
        assert type(opening(digest(smtp=relay_of(server)))) is meaning


def test_a_wrong_password_is_refused_without_showing_it() -> None:
    with secured() as server:
        error = opening(digest(smtp=relay_of(server, "hunter2")))
    assert isinstance(error, Paused)
    assert "refused the login: 535 5.7.8 not you (check user and password;" in str(error)


def test_a_password_is_never_sent_in_the_clear() -> None:
    with SmtpServer(user="desk", password="hunter2") as server:
        error = opening(digest(smtp=relay_of(server, "hunter2")))
        assert isinstance(error, Refused)
        assert "STARTTLS" in str(error)
        assert "AUTH" not in server.commands


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with secured(certified=False) as server:
        error = opening(digest(smtp=relay_of(server)))
        assert isinstance(error, Refused)
        assert "certificate" in str(error)
        assert "AUTH" not in server.commands


def test_a_relay_that_is_not_there_is_unavailable() -> None:
    with SmtpServer() as server:
        url = server.url
    for relay in (url, url.replace("://", "://desk:hunter2@"), url.replace("smtp:", "smtps:")):
        error = opening(digest(smtp=relay))
        assert isinstance(error, Unavailable)
        assert "cannot reach the relay 127.0.0.1" in str(error)


# --- the folder ---


def test_a_letter_is_put_into_the_folder_once(tmp_path: Path) -> None:
    with digest(tmp_path) as channel:
        [ann, *_] = deliveries(channel, edition(channel, item()))
        first = channel.publish(ann)
        assert channel.publish(ann) == first
        [file] = (tmp_path / "post/new").iterdir()
        assert parsed(file.read_bytes())["To"] == "ann@example.org"
        file.rename(tmp_path / "post/cur" / f"{file.name}:2,S")  # read by somebody
        assert channel.publish(ann) == first
    assert [f.name for f in (tmp_path / "post").rglob("*.eml*")] == [f"{ann.key}.eml:2,S"]


def test_a_folder_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "post").write_text("a file")
    assert isinstance(opening(digest(tmp_path)), Unavailable)


def test_a_full_disk_ends_the_run_and_leaves_no_half_of_a_letter(tmp_path: Path) -> None:
    with digest(tmp_path) as channel:
        [ann, bob] = deliveries(channel, edition(channel, item()))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        try:
            outcomes = channel.publish_all(iter([ann, bob]))
            assert isinstance(next(outcomes).result, Unavailable)
            with pytest.raises(Unavailable, match="too large"):  # else the rest fails without end
                next(outcomes)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list((tmp_path / "post").rglob("*.eml")) == []
        assert kinds(list(channel.publish_all(iter([ann, bob])))) == [Receipt, Receipt]


def test_the_stencil_is_the_same_for_the_same_edition() -> None:
    def said() -> Edition:
        return edition(digest(), item(PPS), corrected(KPU))

    assert list(digest().render(said())) == list(digest().render(said()))


@pytest.mark.parametrize("length", [8, 15, 22])
def test_a_relay_that_repeats_a_part_of_a_login_gives_none_of_it_away(length: int) -> None:
    part = b64encode(b"\0desk\0p@ss/w:rd%").decode()[:length]
    fault = SmtpFault(at="auth", do="refuse", code=535, text=f"5.7.8 what is AUTH PLAIN {part}")
    with (
        secured(faults=[fault]) as server,
        pytest.raises(Unavailable) as caught,
        digest(smtp=relay_of(server)),
    ):
        pass
    assert "what is AUTH PLAIN …" in str(caught.value)
    assert part.casefold() not in str(caught.value).casefold()


@pytest.mark.parametrize(
    ("code", "said", "advice"),
    [
        (535, "5.7.139 Authentication unsuccessful, basic authentication is disabled", "app pass"),
        (534, "5.7.9 Application-specific password required", "app password"),
        (421, "4.7.0 too many logins, come back later", ""),
    ],
)
def test_what_a_login_was_refused_with_first_is_what_is_told(
    code: int, said: str, advice: str
) -> None:
    """A relay may hang up afterwards, or refuse the second way with less."""
    faults = [SmtpFault(at="auth", do="refuse", code=code, text=said, nth=1)]
    with (
        secured(faults=[*faults, SmtpFault(at="auth", do="hang up")]) as server,
        pytest.raises(Unavailable) as caught,
        digest(smtp=relay_of(server)),
    ):
        pass
    assert f"{code} {said}" in str(caught.value)
    assert advice in str(caught.value)
