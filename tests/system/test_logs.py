"""No record shows a secret or a whole mail address, whoever logs it, at any level, in any form."""

from __future__ import annotations

import io
import json
import logging
import os
import stat
import sys
from base64 import b64encode, encodebytes, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from email.quoprimime import header_encode
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest

from support.forks import WarmProcess
from syndicate.errors import Refused, UsageError
from syndicate.system import logs
from syndicate.system.logs import LogOptions
from syndicate.system.scrubbing import scrubber, without_addresses, without_credentials

TOKEN = "987654321:AAE-loop_back0token0of0thirty5chars"
PASSWORD = 's3cret/of:the@relay "x" é'
ENCODED = "pa%40ss%2Fword%20of%20imap"  # as it stands in an address of the configuration
SECRETS = (TOKEN, PASSWORD, ENCODED)
PARTS = (
    TOKEN.partition(":")[2], PASSWORD, quote(PASSWORD, safe=""), "pa@ss/word of imap", ENCODED,
    "s3cret", "loop_back0token", quote(ENCODED, safe=""),
)  # fmt: skip
LOGGERS = ("syndicate.delivery.posts", "syndicate_telegram.api.client", "httpx", "telegram.Bot",
           "asyncio", "sqlalchemy.engine.Engine", "strangers.library")  # fmt: skip
LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL)


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def places(secret: str) -> Iterator[str]:
    """Each way in which a secret gets into a message."""
    within = quote(secret, safe="")
    yield secret
    yield f"POST https://api.example/bot{secret}/sendMessage HTTP/1.1"
    yield f"https://api.example/bot{within}/getMe"
    yield f"smtp://redaksi:{within}@relay.example:587"
    yield f"imaps://{secret}@imap.example/INBOX"
    yield f"https://hub.example/?{urlencode({'topic': 'x', 'access_token': secret})}&a=b"
    yield f"https://hub.example/?q={quote_plus(secret)}"
    yield f"https://hub.example/?q={quote(secret)}"
    yield f"Authorization: Bearer {secret}"
    yield f"Authorization: Basic {base64(f'redaksi:{secret}')}"
    yield f"[(b'authorization', b'Basic {base64(f'user:{secret}')}')]"
    yield f"https://hub.example/{urlsafe_b64encode(f'xy{secret}z'.encode()).decode()}"
    yield f"https://hub.example/{quote(base64(f'x{secret}zz'), safe='')}"
    user = "redaksi@kantor.example"
    yield f"send: 'AUTH PLAIN {base64(f'{chr(0)}{user}{chr(0)}{secret}')}'"
    yield base64(secret)  # AUTH LOGIN's second line
    yield f'ABCD1 LOGIN "{user}" "{secret}"'
    yield repr({"password": secret})
    yield repr(secret.encode())
    yield json.dumps({"token": secret})
    yield f"<code>{secret}</code>".replace('"', "&quot;")
    yield secret.upper()


PLACES = [text for secret in SECRETS for text in places(secret)]


def encoded_parts() -> set[str]:
    """What base64 makes of each part, wherever it begins; its ends depend on their neighbours."""
    whole = {base64("x" * offset + part)[4:-4] for part in PARTS for offset in range(3)}
    return {part for part in whole if len(part) >= 4}


def leaks(text: str) -> list[str]:
    """Parts of secrets that a text shows, or the documents do that it consists of."""
    parts = {*PARTS, *encoded_parts()}
    text += "".join(str(json.loads(line)) for line in text.splitlines() if line[:7] == '{"time"')
    return [part for part in parts if part.lower() in text.lower()]


def kept(
    write: Callable[[], None], path: Path, *, as_json: bool, verbosity: int = 2
) -> tuple[str, str]:
    """Return what stands in the file and on stderr after something was logged."""
    shown = io.StringIO()
    options = LogOptions(verbosity=verbosity, file=path, as_json=as_json)
    with redirect_stderr(shown), logs.writing(options, scrubber(SECRETS)):
        write()
    return path.read_text(encoding="utf-8"), shown.getvalue()


def test_what_leaks_is_noticed() -> None:
    for text in PLACES:
        assert leaks(text), text
    assert not leaks("https://api.example/bot***/sendMessage")


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("logger", LOGGERS)
def test_no_message_shows_a_secret(
    tmp_path: Path, logger: str, as_json: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def write() -> None:
        for level in LEVELS:
            for text in PLACES:
                logging.getLogger(logger).log(level, text)
                logging.getLogger(logger).log(level, "asked %s of %r", text, [text])

    file, shown = kept(write, tmp_path / "log", as_json=as_json)
    least = 2 * len(PLACES) * (5 if logger.startswith("syndicate") else 3)
    assert len(file.splitlines()) >= least
    assert leaks(file) == leaks(shown) == leaks(caplog.text) == []
    assert "***" in file


class Mute(Exception):
    """An error that nothing can show."""

    def __str__(self) -> str:
        raise ValueError(PASSWORD)


def broken(text: str) -> None:
    """Raise an error whose arguments, causes, contexts, notes and groups hold a text."""
    try:
        try:
            try:
                raise OSError(5, text, text)
            except OSError:
                raise ValueError(text, {"url": text})  # noqa: B904 - its context is what is tried
        except ValueError as error:
            error.add_note(f"asked {text}")
            raise ExceptionGroup(text, [error, KeyError(text)]) from error
    except ExceptionGroup as group:
        raise RuntimeError(f"broken at {text}") from group


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_no_traceback_shows_a_secret(
    tmp_path: Path, as_json: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("syndicate.delivery.posts")

    def write() -> None:
        for text in PLACES:
            try:
                broken(text)
            except RuntimeError as error:
                log.exception("%s", error)
                log.debug("again", exc_info=sys.exc_info(), stack_info=True)
                logs.unexpected(log, f"publish of {text}", error)

    file, shown = kept(write, tmp_path / "log", as_json=as_json)
    assert file.count("The above exception was the direct cause") >= 3 * len(PLACES)
    assert leaks(file) == leaks(shown) == leaks(caplog.text) == []


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_what_cannot_be_logged_is_said_without_its_words(
    tmp_path: Path, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    log = logging.getLogger("syndicate")

    def write() -> None:
        log.error("%d of %s", PASSWORD)
        log.error("%s", Mute())
        try:
            raise Mute
        except Mute:
            log.exception("mute")

    file, shown = kept(write, tmp_path / "log", as_json=as_json)
    assert file.count("cannot be logged") == 2
    assert leaks(file) == leaks(shown) == leaks("".join(capsys.readouterr())) == []


def test_an_expected_error_has_no_traceback(tmp_path: Path) -> None:
    log = logging.getLogger("syndicate.delivery")
    file, _ = kept(
        lambda: logs.unexpected(log, "x", Refused("no such chat")), tmp_path / "log", as_json=False
    )
    assert file == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RCPT TO:<ani@pembaca.example>", "RCPT TO:<a…@pembaca.example>"),
        ("ani.b+x@pembaca.example, budi@x.example", "a…@pembaca.example, b…@x.example"),
        (
            "https://x.example/?to=ani%40pembaca.example",
            "https://x.example/?to=a…%40pembaca.example",
        ),
        ("RCPT TO:<o'brien@x.example>", "RCPT TO:<o…@x.example>"),
        ("<a%budi@x.example> <s/jaya@x.example>", "<a…@x.example> <s…@x.example>"),
        ("ani.wijaya=40x.example", "a…=40x.example"),
        ("ani&#64;x.example, ani\\u0040x.example", "a…&#64;x.example, a…\\u0040x.example"),
        ("next=%2540 ani%2540x.example", "next=%2540 a…%2540x.example"),
        ("bytes=4096 timeout=40 s", "bytes=4096 timeout=40 s"),
        ('<"ani budi"@pembaca.example>', "<…@pembaca.example>"),
        ("VERP bounce+ani=pembaca.example@kantor.example", "VERP b…@kantor.example"),
        ("chat '@kabar' and https://t.me/@kabar", "chat '@kabar' and https://t.me/@kabar"),
        ("élise@pembaca.example", "é…@pembaca.example"),
    ],
)
def test_mail_addresses_are_masked(tmp_path: Path, text: str, expected: str) -> None:
    assert without_addresses(text) == expected
    file, _ = kept(lambda: logging.getLogger("x").error(text), tmp_path / "log", as_json=False)
    assert "ani@" not in file
    assert "budi@" not in file


@pytest.mark.parametrize(
    "text",
    ["GET https://u:geheim@hub.example/", "https://x.example/?api_key=geheim&x=1",
     "/bot123456:geheim/getMe", "Authorization: Bearer geheim", "'cookie': 'geheim'",
     "X-Auth-Token: geheim", '{"password": "geheim"}', "{'token': 'geheim'}",
     "with bearer geheimgeheim", "bot 123456789:AAE-geheimgeheimgeheimgeheimgeheim",
     "Set-Cookie: a=b; c=geheim", "AUTH PLAIN geheim", "XYZA2 LOGIN user geheim", "https://x/?X-Amz-Signature=geheim"],
)  # fmt: skip
def test_what_no_configuration_names_is_hidden_by_its_look(text: str) -> None:
    assert "geheim" not in without_credentials(text)


def odd_forms(secret: str) -> Iterator[str]:
    """Forms that a secret takes within other texts, none of which shows it plainly."""
    yield quote(quote(secret, safe=""), safe="")
    yield base64(base64(secret))
    yield base64(f"xy{base64(f'u:{secret}')}")[5:]
    yield encodebytes(f"{'x' * 50}{secret}".encode()).decode()[64:].strip()
    yield header_encode(secret.encode(), "utf-8")
    yield secret.encode().hex()
    yield "".join(sign if sign.isalnum() else f"&#{ord(sign)};" for sign in secret)
    yield "".join(sign if sign.isalnum() else f"\\u{ord(sign):04x}" for sign in secret)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_hidden_in_each_form_that_it_travels_in(secret: str) -> None:
    scrub = scrubber([secret])
    for form in odd_forms(secret):
        rest = scrub(f"before {form} after").removeprefix("before ").removesuffix(" after")
        assert "***" in rest, form
        assert len(rest.replace("***", "")) < 13, (form, rest)  # what is around it in a header


@pytest.mark.parametrize("text", ["a" * 200_000, "://" * 50_000, "?key" * 50_000, "@a" * 50_000,
                                  "AUTH " * 40_000, "a@" * 50_000, '"' * 100_000])  # fmt: skip
def test_scrubbing_takes_linear_time(text: str) -> None:
    from time import process_time

    began = process_time()
    logs.cleaned(text, scrubber(SECRETS))
    assert process_time() - began < 5


def test_a_body_is_cut(tmp_path: Path) -> None:
    log = logging.getLogger("syndicate_telegram")

    def write() -> None:
        log.debug("sent %s", "isi " * 10_000)
        log.info("sent %s", "isi " * 10_000)

    talk, line = kept(write, tmp_path / "log", as_json=False)[0].splitlines()
    assert len(talk) < 600
    assert len(line) < 2_200
    assert "characters) …" in talk


def test_no_message_forges_a_record(tmp_path: Path) -> None:
    forged = "x\n2026-05-04T09:00:00.000+07:00 INFO syndicate: forged \x1b[2J\u2028\r"

    def write() -> None:
        log = logging.getLogger("syndicate")
        log.error(forged)
        try:
            raise ValueError(forged)
        except ValueError:
            log.exception("it broke")

    file, shown = kept(write, tmp_path / "log", as_json=False)
    assert [line for line in file.split("\n") if line.startswith("2026-05-04T09")] == []
    assert not set("\x1b\u2028\r") & {*file, *shown}
    for line in kept(write, tmp_path / "json", as_json=True)[0].splitlines():
        assert json.loads(line)["level"] == "error"


def test_the_file_is_for_its_owner_alone_and_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "log"
    before = os.umask(0)
    try:
        kept(lambda: logging.getLogger("x").error("first"), path, as_json=False)
        kept(lambda: logging.getLogger("x").error("second"), path, as_json=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first, second = path.read_text().splitlines()
    assert first.endswith(": first")
    assert json.loads(second)["message"] == "second"


def test_levels_and_handlers_are_as_before_afterwards(tmp_path: Path) -> None:
    root = logging.getLogger()
    names = ("", *logs.LIBRARIES)
    before = root.handlers[:], [logging.getLogger(n).level for n in names]
    factory = logging.getLogRecordFactory()
    kept(lambda: None, tmp_path / "log", as_json=False)
    assert (root.handlers, [logging.getLogger(n).level for n in names]) == before
    assert logging.getLogRecordFactory() is factory
    assert not logs.is_scrubbed()


@pytest.mark.parametrize(
    ("verbosity", "shown", "filed"),
    [(0, [], ["info", "warning"]), (1, ["warning"], ["info", "warning"]),
     (2, ["debug", "info", "warning"], ["debug", "info", "warning"])],
)  # fmt: skip
def test_each_v_shows_more(
    tmp_path: Path, verbosity: int, shown: list[str], filed: list[str]
) -> None:
    def write() -> None:
        log = logging.getLogger("syndicate.delivery")
        for level in LEVELS[:3]:
            log.log(level, "x")

    file, err = kept(write, tmp_path / "log", as_json=True, verbosity=verbosity)
    assert [json.loads(line)["level"] for line in file.splitlines()] == filed
    assert [json.loads(line)["level"] for line in err.splitlines()] == shown


def test_a_file_that_has_grown_is_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 1_000)

    def write() -> None:
        for number in range(200):
            logging.getLogger("x").error("record %03d", number)

    kept(write, tmp_path / "log", as_json=False)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["log", *(f"log.{number}" for number in range(1, 6))]
    assert all(path.stat().st_size <= 1_000 for path in tmp_path.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert "record 199" in (tmp_path / "log").read_text()


def fill(path: str, name: str) -> None:
    logs.FILE_BYTES, logs.KEPT_FILES = 20_000, 50
    with logs.writing(LogOptions(file=Path(path)), str):
        for number in range(500):
            logging.getLogger(name).error("record %03d", number)


def test_no_record_is_lost_where_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    processes = [WarmProcess(target=fill, args=(str(path), f"p{number}")) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    lines = [line for file in tmp_path.iterdir() for line in file.read_text().splitlines()]
    assert len(lines) == 1_500
    assert len({line.split(" ", 2)[2] for line in lines}) == 1_500
    assert len(list(tmp_path.iterdir())) > 3


def test_a_file_that_another_program_moves_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"

    def write() -> None:
        logging.getLogger("x").error("first")
        path.rename(tmp_path / "moved")
        logging.getLogger("x").error("second")

    assert kept(write, path, as_json=False)[0].endswith(": second\n")


def test_a_full_disk_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    def write() -> None:
        monkeypatch.setattr(os, "write", full)
        for _ in range(3):
            logging.getLogger("x").error("lost")
        monkeypatch.undo()

    _, shown = kept(write, tmp_path / "log", as_json=False, verbosity=0)
    assert shown.count("the log ends here (No space left on device)") == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [("no/such/log", r"there is no folder .*no/such \(create it: mkdir -p"), ("", "is not a file"),
     ("article.md", "is not a log file"), ("a\0b", "cannot be written")],
)  # fmt: skip
def test_a_file_that_cannot_be_the_log_is_refused_in_a_line(
    tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "article.md").write_text("---\nheadline: Kabar\n---\n")
    with pytest.raises(UsageError, match=why), logs.writing(LogOptions(file=tmp_path / name), str):
        pass
    assert (tmp_path / "article.md").read_text() == "---\nheadline: Kabar\n---\n"
