"""A command's log: what -v, -vv, --log-file and --log-format bring out."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from support.newsroom import EVENING, PASSWORD, TOKEN, Newsroom
from syndicate.loopback.botapi import LostReply

CERTIFICATE = Path(__file__).parents[1] / "channels" / "loopback.pem"
BROKEN = """
from dataclasses import dataclass
from syndicate_telegram import Telegram

@dataclass(kw_only=True)
class Broken(Telegram):
    def publish(self, delivery):
        raise RuntimeError(f"POST /bot{self.token.get_secret_value()}/sendMessage failed")
"""


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def break_it(room: Newsroom) -> None:
    (room.folder / "broken.py").write_text(BROKEN)
    room.change("telegram", kind="./broken.py:Broken")


def test_an_unexpected_exception_is_logged_with_its_traceback(room: Newsroom) -> None:
    break_it(room)
    room.write()
    answer = room.run("publish", "kabar.md", "--log-file", "log", "--log-format", "json")
    assert answer.code == 4
    assert "Traceback" not in answer.said
    [record] = [one for one in records(room.folder / "log") if one["level"] == "error"]
    assert record["logger"] == "syndicate.delivery.rim"
    assert "RuntimeError: POST /bot***/sendMessage failed" in record["traceback"]
    assert TOKEN not in (room.folder / "log").read_text()


def test_v_shows_the_traceback(room: Newsroom) -> None:
    break_it(room)
    room.write()
    answer = room.run("publish", "-v", "kabar.md", "--json")
    assert answer.json["exit_code"] == answer.code == 4
    assert "Traceback" in answer.err
    assert "POST /bot***/sendMessage" in answer.err


@pytest.mark.parametrize("words", [["-vv", "publish"], ["publish", "-vv"], ["-v", "publish", "-v"]])
def test_vv_shows_the_talk_with_telegram(room: Newsroom, words: list[str]) -> None:
    room.only("telegram")
    room.write(body="Isi kabar yang panjang. " * 60)
    answer = room.run(*words, "kabar.md")
    assert answer.code == 0, answer.said
    assert "HTTP Request: POST" in answer.err
    assert "/bot***/sendMessage" in answer.err
    assert "characters) …" in answer.err
    assert TOKEN.partition(":")[2] not in answer.err


def test_vv_shows_the_talk_with_the_relay_and_masks_readers(room: Newsroom) -> None:
    room.smtp.user, room.smtp.password = "redaksi", PASSWORD
    room.smtp.starttls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    room.smtp.starttls.load_cert_chain(CERTIFICATE)
    room.environment |= {
        "SMTP_PW": quote(PASSWORD, safe=""), "SSL_CERT_FILE": str(CERTIFICATE),
    }  # fmt: skip
    room.change("harian", smtp=room.smtp.url.replace("//", "//redaksi:${SMTP_PW}@"))
    room.only("harian")
    room.subscribe("ani@pembaca.example", "budi@pembaca.example")
    room.write()
    room.publish()
    answer = room.run("digest", "-vv", "--log-file", "log", at=EVENING)
    assert answer.code == 0, answer.said
    assert len(room.letters) == 2
    file = (room.folder / "log").read_text(encoding="utf-8")
    for text in (answer.err, file):
        assert "> RCPT TO:<a…@pembaca.example>" in text
        assert "> a letter of " in text
        assert "< 250" in text
        assert "(a login)" in text
        assert "Isi kabar" not in text
        assert not [part for part in ("ani@", "budi@", PASSWORD, "s3cret") if part in text]


def test_the_file_says_what_was_done(room: Newsroom) -> None:
    room.write()
    room.publish("--log-file", "log")
    text = (room.folder / "log").read_text(encoding="utf-8")
    assert "publish begins (syndicate " in text
    assert "telegram: create" in text or "telegram: publish" in text
    assert "https://t.me/" in text
    assert text.splitlines()[-1].endswith(" s")
    assert "publish ends with 0 after " in text


def test_a_lost_answer_is_logged_without_the_token(room: Newsroom) -> None:
    room.write()
    room.api.faults.append(LostReply())
    answer = room.child("-vv", "publish", "kabar.md", "--log-file", "log",
                        env={"PYTHONASYNCIODEBUG": "1"})  # fmt: skip
    assert answer.code == 4
    text = (room.folder / "log").read_text(encoding="utf-8") + answer.said
    assert "InDoubt" in text
    assert TOKEN.partition(":")[2].lower() not in text.lower()


@pytest.mark.parametrize(
    ("words", "why"),
    [(["--log-file", "no/log"], "there is no folder"), (["--log-file", "."], "is not a file"),
     (["--log-file", "kabar.md"], "is not a log file"),
     (["--log-file", "syndicate.db"], "is not a log file"),
     (["--log-format", "xml"], "--log-format xml: use text or json")],
)  # fmt: skip
def test_a_log_that_cannot_be_kept_stops_the_command_in_a_line(
    room: Newsroom, words: list[str], why: str
) -> None:
    room.write()
    room.publish()
    effects = room.effects
    room.rewrite("Isi", "Isinya")
    answer = room.run("publish", "kabar.md", "--minor", *words)
    assert answer.code == 2
    assert why in answer.complaint
    assert room.effects == effects


def test_without_options_nothing_is_logged(room: Newsroom) -> None:
    room.write()
    answer = room.publish()
    assert "INFO" not in answer.said
    assert "httpx" not in answer.said


def test_what_no_command_catches_is_one_line_without_a_secret(room: Newsroom) -> None:
    code = (
        "import sys, syndicate.cli.app as app; from syndicate.cli import main\n"
        "def run(): raise RuntimeError('https://u:geheim@x.example')\n"
        "app.run = run; sys.argv = ['syndicate', 'status']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60,
                          cwd=room.folder, check=False)  # fmt: skip
    assert done.returncode == 1
    assert "geheim" not in done.stderr
    assert done.stderr == (
        "syndicate: unexpected RuntimeError: https://***@x.example (-v shows where)\n"
    )


def test_a_proxys_password_is_no_part_of_a_log(room: Newsroom) -> None:
    said = "f\"Proxy: {b64encode(b'desk:gehe:im/x')} gehe:im/x\""
    raised = 'f"POST /bot{self.token.get_secret_value()}/sendMessage failed"'
    broken = BROKEN.replace(raised, "SAID")
    (room.folder / "broken.py").write_text(
        f"from base64 import b64encode\n{broken}\nSAID = {said}\n"
    )
    room.change("telegram", kind="./broken.py:Broken")
    room.environment["HTTPS_PROXY"] = "http://desk:gehe%3Aim%2Fx@127.0.0.1:9"
    room.write()
    answer = room.run("-vv", "publish", "kabar.md")
    assert "Traceback" in answer.err
    assert "Proxy: b'***' ***" in answer.err
    assert "gehe" not in answer.said
