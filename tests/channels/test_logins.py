"""Logins: how relays' and mailboxes' addresses are written, and what a refused one is told with."""

from __future__ import annotations

import traceback
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from support.imap import Fault, LoopbackImap
from syndicate.errors import DeliveryError, Unavailable
from syndicate_email.inbox.fetch import Inbox
from syndicate_email.refusals.login import login_advice, without_secrets
from syndicate_email.servers import ImapServer, Relay, parse_inbox, parse_relay

HOST = "mail.kantor.example"
KINDS: dict[str, tuple[str, Callable[[str], object]]] = {
    "imaps": ("imaps://{}@{}/INBOX", parse_inbox), "imap": ("imap://{}@{}", parse_inbox),
    "smtps": ("smtps://{}@{}", parse_relay), "smtp": ("smtp://{}@{}:587", parse_relay),
}  # fmt: skip


def taken_apart(kind: str, who: str, host: str = HOST) -> tuple[str, str, str]:
    """(user, password, host) of an address."""
    written, understand = KINDS[kind]
    found = understand(written.format(who, host))
    assert isinstance(found, Relay | ImapServer)
    return found.user, found.password, found.host


RAW = [
    "p@x.id/9", "p@ss/word9", "p/w", "a//b", "a#b?c d%zz", "a:b:c", "[x]", "100%", "ü€", "p@", "/",
    "@/@", "p@x.id:99/9", "x.id/9@y.id/8", "'\"\\", "&=+$,;",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("password", RAW)
def test_a_password_may_hold_these_as_they_are(kind: str, password: str) -> None:
    assert taken_apart(kind, f"desk:{password}") == ("desk", password, HOST)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("password", [*RAW, "%41", "p%2F", "a b"])
def test_whatever_is_encoded_comes_out(kind: str, password: str) -> None:
    who = f"{quote('desk@kantor.example', safe='')}:{quote(password, safe='')}"
    assert taken_apart(kind, who) == ("desk@kantor.example", password, HOST)


@pytest.mark.parametrize("kind", KINDS)
def test_a_user_may_be_an_address(kind: str) -> None:
    user, password, host = taken_apart(kind, "desk@kantor.example:hunter2", "127.0.0.1")
    assert (user, password, host) == ("desk@kantor.example", "hunter2", "127.0.0.1")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "who",
    ["desk:hunter2%0D%0A", "desk:hunter2\n", "desk:hunter2%00", "desk:hun\tter2", "desk:hunter2%7F",
     "de%0Ask:hunter2", "desk", "desk:", ":hunter2"],
)  # fmt: skip
def test_these_are_refused_alike_and_not_shown(kind: str, who: str) -> None:
    with pytest.raises(ValueError, match="write ") as caught:
        taken_apart(kind, who)
    shown = "".join(traceback.format_exception_only(caught.value))
    assert "ter2" not in shown
    assert "/ in the password as %2F" in shown


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", ["mail..example", "", "mail.example:0", "mail.example:65536"])
def test_a_host_that_is_none_is_refused_alike(kind: str, host: str) -> None:
    written, understand = KINDS[kind]
    with pytest.raises(ValueError, match="write "):
        understand(written.removesuffix(":587").format("desk:hunter2", host))


@pytest.mark.parametrize("kind", KINDS)
def test_space_around_an_address_is_nothing(kind: str) -> None:
    written, understand = KINDS[kind]
    text = written.format("desk:hunter2", HOST)
    assert understand(f" {text}\n") == understand(text)


@pytest.mark.parametrize(
    "folder",
    ["Lists@home", "Shared/humas@kantor.example", "humas@mail.kantor.example", "a@b.example"],
)
def test_an_at_sign_in_a_folder_is_not_taken_for_the_host_s(folder: str) -> None:
    port = "" if "kantor" in folder or "home" in folder else ":993"
    with pytest.raises(ValueError, match="an @ in the folder as %40") as caught:
        parse_inbox(f"imaps://desk:hunter2@{HOST}{port}/{folder}")
    assert "hunter2" not in str(caught.value)


# a login that is refused


def refused(server: LoopbackImap, user: str = "desk", password: str = "hunter2") -> DeliveryError:
    who = f"{quote(user, safe='')}:{quote(password, safe='')}"
    url = server.url.replace("://", f"://{who}@")
    with pytest.raises(DeliveryError) as caught:
        list(Inbox(parse_inbox(url), "channels.harian.inbox").messages())
    shown = [*traceback.format_exception(caught.value), str(caught.value)]
    assert not any(password in line for line in shown)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


SAID = {
    "[ALERT] Application-specific password required: https://support.google.com (Failure)":
        "app password",
    "[ALERT] IMAP access is disabled for your domain (Failure)": "switch IMAP on",
    "[ALERT] Your account is not enabled for IMAP use (Failure)": "switch IMAP on",
    "[ALERT] Please log in via your web browser (Failure)": "browser",
    "LOGIN failed: BasicAuthBlocked": "Microsoft 365",
    "[AUTHENTICATIONFAILED] basic authentication is disabled": "Microsoft 365",
    "[AUTHENTICATIONFAILED] use OAuth2 here": "OAuth",
    "[AUTHENTICATIONFAILED] Invalid credentials (Failure)": "app password",
}  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), SAID.items())
def test_what_a_mailbox_refused_a_login_with_is_told_with_what_to_do(
    said: str, wanted: str
) -> None:
    with LoopbackImap(faults=[Fault(at="login", do="refuse", text=said)]) as server:
        error = str(refused(server))
    assert said in error
    assert wanted in error
    assert "refused the user or the password" in error


@pytest.mark.parametrize("do", ["refuse", "reject"])
@pytest.mark.parametrize("password", ["hunter2", "hunter2é"])  # LOGIN says ASCII alone
def test_both_ways_of_logging_in_tell_the_server_s_words(do: str, password: str) -> None:
    said = """[ALERT] the "desk's" login isn't [open] yet"""
    fault = Fault(at="login", do=do, text=said)  # type: ignore[arg-type]
    with LoopbackImap(faults=[fault]) as server:
        assert said.replace("desk", "…") in str(refused(server, password=password))


@pytest.mark.parametrize(
    ("host", "wanted"),
    [("imap.gmail.com", "app password"), ("outlook.office365.com", "Microsoft 365"),
     ("imap.mail.yahoo.com", "app password"), ("mail.kantor.example", "")],
)  # fmt: skip
def test_a_provider_that_says_little_is_known_by_its_host(host: str, wanted: str) -> None:
    said = login_advice("LOGIN failed.", host, by_imap=True)
    assert wanted in said
    assert bool(said) is bool(wanted)


@pytest.mark.parametrize(
    ("host", "wanted"),
    [("smtp.office365.com", "Microsoft 365"), ("smtp-mail.outlook.com", "Microsoft 365"),
     ("smtp.mail.ru", "app password"), ("smtp.yandex.ru", "app password"),
     ("smtp.zoho.com", "app password"), ("smtp.qq.com", "authorization code"),
     ("smtp.163.com", "authorization code"), ("smtp.kantor.example", "")],
)  # fmt: skip
def test_a_relay_that_says_little_is_known_by_its_host(host: str, wanted: str) -> None:
    for words in ("5.7.8 Authentication failed", "5.7.3 Authentication unsuccessful"):
        said = login_advice(words, host)
        assert wanted in said
    assert bool(login_advice("5.7.8 no", host)) is bool(wanted)


@pytest.mark.parametrize(
    "text",
    ["[UNAVAILABLE] come back in ten minutes", "[LIMIT] too many logins"],
)
def test_a_login_that_is_put_off_says_why(text: str) -> None:
    with LoopbackImap(faults=[Fault(at="login", do="refuse", text=text)]) as server:
        error = refused(server)
    assert isinstance(error, Unavailable)
    assert text in str(error)


def test_why_a_mailbox_hangs_up_at_the_login_is_told() -> None:
    fault = Fault(at="login", do="say", text="* BYE too many logins from you")
    with LoopbackImap(faults=[fault]) as server:
        assert "too many logins from you" in str(refused(server))


PASSWORDS = [
    'p"a\\ss w{5}', "abcd efgh ijkl mnop", "s3cret/of:the@mail", "hunter2", "x" * 40, "Rahasia'9",
    "rahasía€",
]  # fmt: skip


@pytest.mark.parametrize(
    ("password", "do"),
    [(one, do) for one in PASSWORDS for do in ("refuse", "reject", "say")
     if one.isascii() or do != "say"],  # imaplib waits for more after a BYE to AUTHENTICATE
)  # fmt: skip
def test_no_form_of_a_password_is_shown(password: str, do: str) -> None:
    escaped = password.replace("\\", "\\\\").replace('"', '\\"')
    forms = [password, escaped, password.upper(), quote(password, safe=""), password[:-1],
             password.split(" ")[0]]  # fmt: skip
    for form in forms:
        text = f"unknown command LOGIN desk {form} here"
        said = f"* BYE {text}" if do == "say" else text
        fault = Fault(at="login", do=do, text=said)  # type: ignore[arg-type]
        with LoopbackImap(faults=[fault], password="other") as server:
            error = str(refused(server, password=password))
        assert form.casefold() not in error.casefold(), form
        assert "unknown command" in error


def test_a_login_s_own_words_are_not_shown_in_base64_either() -> None:
    plain = "AGRlc2sAaHVudGVyMg=="  # desk, hunter2 (RFC 4616)
    said = without_secrets(f"bad {plain} and aHVudGVyMg==", "desk", "hunter2")
    assert said == "bad … and …"


PLAIN = b64encode(b"\0humas@kantor.example\0hunter2-rahasia").decode()
ECHOED = [
    *(PLAIN[:length] for length in (8, 12, 31, len(PLAIN) - 1)), PLAIN.lower()[:-3], PLAIN[40:],
    b64encode(b"hunter2-rahasia").decode()[:8], b64encode(b"hunter2-rahasia").decode()[:-4],
    b64encode(b"humas@kantor.example").decode()[:9], f"{PLAIN[:30]} {PLAIN[30:]}",
]  # fmt: skip


@pytest.mark.parametrize("part", ECHOED)
def test_no_part_of_what_a_login_was_sent_as_is_shown(part: str) -> None:
    said = without_secrets(f"Unknown: AUTH PLAIN {part}", "humas@kantor.example", "hunter2-rahasia")
    assert said.replace("… …", "…") == "Unknown: AUTH PLAIN …"
    said = without_secrets(f"ßİ ßİ ßİ {part} bad", "humas@kantor.example", "hunter2-rahasia")
    assert said.replace("… …", "…") == "ßİ ßİ ßİ … bad"


@pytest.mark.parametrize(
    "sent",
    [b"humas@kantor.example 3f9a8b7c6d5e4f3a2b1c", b"humas@kantor.example\0humas@kantor.example\0x",
     b"n,,n=Humas@Kantor.Example,r=fyko", b"x hunter2-rahasia"],
)  # fmt: skip
def test_whatever_holds_a_login_is_not_shown_encoded(sent: bytes) -> None:
    part = b64encode(sent).decode()
    for echoed in (part, part.rstrip("="), part[:-3]):
        said = without_secrets(f"bad {echoed}", "humas@kantor.example", "hunter2-rahasia")
        assert said == "bad …"
    harmless = f"see {b64encode(b'nothing at all of it').decode()} there"
    assert without_secrets(harmless, "humas@kantor.example", "hunter2-rahasia") == harmless


def test_a_maildir_s_path_is_no_login(tmp_path: Path) -> None:
    assert parse_inbox("maildir:a@b/c", tmp_path) == tmp_path / "a@b/c"
