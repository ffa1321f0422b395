"""What one letter costs the inbox: ordinary ones beside the standard library's parser, and hostile.

An ordinary letter is the measure: `BytesParser` takes it apart, and says nothing of what it means.
Of the hostile ones, a megabyte each, the library's time is shown as far as it ends within a few
seconds.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from email.message import Message
from email.parser import BytesParser
from itertools import islice
from pathlib import Path
from random import Random
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.hostile.letters import LETTERS, MIB, TOKEN, VERP  # noqa: E402
from syndicate_email.inbox.classify import classify  # noqa: E402
from syndicate_email.inbox.reports import Marks  # noqa: E402

GOAL = 0.1  # seconds of the processor
PATIENCE = 3  # seconds for the library
MARKS = Marks(
    bounces="kembali+{token}@kantor.example", unsubscribe="https://kantor.example/l/{token}",
    mailbox="daftar@kantor.example", lists=("kabar-harian",), authserv="mx.kantor.example",
)  # fmt: skip
HEAD = (
    "Return-Path: <ani@warga.example>\nReceived: from a.example by mx.kantor.example; x\n"
    "Authentication-Results: mx.kantor.example; dkim=pass header.d=warga.example\n"
    "From: =?utf-8?q?Ani_S=C3=A1?= <ani@warga.example>\nTo: daftar@kantor.example\n"
    "Message-ID: <1@warga.example>\nMIME-Version: 1.0\n"
)
PICTURE = b64encode(Random(1).randbytes(300_000)).decode()
ORDINARY = {
    "a wish": f"{HEAD}Subject: berhenti\nContent-Type: text/plain; charset=utf-8\n\nIsi.\n",
    "with a token": f"{HEAD}Subject: unsubscribe {TOKEN}\n\n.\n",
    "plain and HTML": (
        f"{HEAD}Subject: Halo\nContent-Type: multipart/alternative; boundary=b\n\n--b\n"
        f"Content-Type: text/plain\n\n{'Kapan pendaftaran ditutup? ' * 40}\n--b\n"
        f"Content-Type: text/html\n\n<p>{'Kapan pendaftaran ditutup? ' * 40}</p>\n--b--\n"
    ),
    "with a picture": (
        f"{HEAD}Subject: Foto\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHalo.\n--b\n"
        "Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n"
        + "\n".join(PICTURE[at : at + 76] for at in range(0, len(PICTURE), 76))
        + "\n--b--\n"
    ),
    "a delivery report": (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.warga.example\nTo: {VERP}\nSubject: Undelivered\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n--b--\n"
    ),
}  # fmt: skip


class TooLong(BaseException):
    """The library was given up on."""


def give_up(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


def median(work: Callable[[bytes], object], content: bytes, times: int) -> float:
    seconds = []
    for _ in range(times):
        began = time.process_time()
        work(content)
        seconds.append(time.process_time() - began)
    return statistics.median(seconds)


def library(content: bytes) -> object:
    """What anybody would do first: take it apart, and read each part's text."""
    message = BytesParser().parsebytes(content)
    return [_text(part) for part in message.walk() if not part.is_multipart()]


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    is_text = part.get_content_maintype() == "text"
    return content.decode(part.get_content_charset() or "utf-8", "replace") if is_text else ""


def patient(content: bytes) -> str:
    signal.alarm(PATIENCE)
    try:
        return f"{median(library, content, 1) * 1000:10.1f}"
    except TooLong:
        return f"   > {PATIENCE},000"
    except Exception as error:
        return f"{type(error).__name__:>10}"
    finally:
        signal.alarm(0)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=15)
    options.add_argument("--hostile", type=int, default=len(LETTERS), help="how many of them")
    given = options.parse_args()
    times, hostile = given.times, dict(islice(LETTERS.items(), given.hostile))
    signal.signal(signal.SIGALRM, give_up)
    for text in ORDINARY.values():  # patterns are compiled, nh3 is loaded
        classify(text.encode(), MARKS)
    print(f"milliseconds of the processor, the median of {times}")
    print(f"{'an ordinary letter':42}{'understood':>12}{'library':>12}")
    for name, text in ORDINARY.items():
        ours = median(lambda content: classify(content, MARKS), text.encode(), times)
        theirs = median(library, text.encode(), times)
        print(f"{name:42}{ours * 1000:12.2f}{theirs * 1000:12.2f}")
    print(f"\n{'a hostile letter, of a megabyte':42}{'understood':>12}{'library':>12}")
    worst = 0.0
    for name, made in hostile.items():
        content = made()[:MIB]
        ours = median(lambda content: classify(content, MARKS), content, min(times, 3))
        worst = max(worst, ours)
        print(f"{name:42}{ours * 1000:12.1f}  {patient(content)}", flush=True)
    print(f"\nthe worst of {len(hostile)}: {worst * 1000:.0f} ms, of {GOAL * 1000:.0f}")
    sys.exit(worst > GOAL)


if __name__ == "__main__":
    main()
