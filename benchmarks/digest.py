"""How fast a digest leaves, from the freeze to the last commit: beside smtp-source and others.

Postfix's smtp-sink and smtp-source are used where they are installed; where not, a sink and a
source of our own in C (benchmarks/smtp), compiled with the machine's cc: they cost next to nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from smtplib import SMTP
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
CONFIG = """
[publisher]
name = "Kantor"
url = "https://kantor.example"

[ledger]
url = "sqlite:///syndicate.db"

[channels.harian]
kind = "email"
title = "Kabar harian"
sender = "Redaksi <redaksi@kantor.example>"
schedule = "daily 17:00"
smtp = "{smtp}"
mailbox = "berhenti@kantor.example"
connections = {connections}
failures = ""
"""
ARTICLE = """---
headline: Kabar ke-{number}
language: id
---

{text}
"""
PARAGRAPH = (
    "Komisi Pemilihan Umum membuka pendaftaran petugas; pendaftaran tidak dipungut biaya, dan"
    " berkas tidak dikirim lewat pesan. Waspadai hoaks, kata ketuanya pada hari Senin.\n\n"
)
DJANGO = """
import sys, time
from django.conf import settings
port, count, path = sys.argv[1:]
settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=int(port), EMAIL_USE_TLS=False)
from django.core.mail import send_mass_mail
text = open(path, encoding="utf-8").read()
many = [("Kabar", text, "a@b.example", [f"c{n}@d.example"]) for n in range(int(count))]
began = time.perf_counter()
send_mass_mail(many)
print(time.perf_counter() - began)
"""
COMMAND = """
import re, sys
from pathlib import Path
from syndicate.cli import main
try:
    main()
finally:
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    print(peak[1], file=sys.stderr)
"""
SIZE = 20_000  # bytes of a letter
MORNING, EVENING = "2026-05-04T09:00:00+07:00", "2026-05-04T17:01:00+07:00"
NIGHT, NEXT_EVENING = "2026-05-04T20:00:00+07:00", "2026-05-05T17:01:00+07:00"
CORRECTION = ("publish", "kabar.md", "--note", "Isinya keliru.", "--notify-readers")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=30_000)
    parser.add_argument("--connections", type=int, nargs="+", default=[8, 16, 32])
    parser.add_argument("--rounds", type=int, default=5, help="0 compares with nobody")
    parser.add_argument("--million", type=int, default=1_000_000, help="0 leaves it out")
    parser.add_argument("--notice", type=int, default=100_000, help="0 leaves it out")
    parser.add_argument("--corrections", type=int, default=100_000, help="0 leaves it out")
    given = parser.parse_args()
    with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        first, *others = given.connections
        bench = Bench(Path(name), first)
        if given.rounds:
            bench.compare(given.letters, given.rounds)
            for bench.connections in others:
                bench.compare(given.letters, given.rounds)
            bench.connections = first
            bench.compare_far(min(4000, given.letters), given.rounds)
        if given.notice:
            bench.compare_notice(given.notice)
        if given.corrections:
            bench.compare_corrections(given.corrections)
        if given.million:
            bench.compare_sizes(min(10_000, given.million // 10), given.million)


class Bench:
    """One folder, one sink at a time, and those who send to it."""

    def __init__(self, folder: Path, connections: int) -> None:
        self.folder = folder
        self.connections = connections
        self.sink = shutil.which("smtp-sink")
        self.source = shutil.which("smtp-source")
        self.letter = self._letter()
        print(f"letters of {len(self.letter):,} bytes; medians")
        print(
            f"to {self.sink or 'a sink of our own'}, beside {self.source or 'a source of our own'}"
        )

    def compare(self, letters: int, rounds: int) -> None:
        """Ours beside the others, turn by turn."""
        peers: dict[str, Callable[[int, int], float]] = {
            "syndicate digest": self.ours,
            "smtp-source, as many sessions": self.by_source,
            "smtplib, as many threads": self.by_smtplib,
            "Django send_mass_mail": self.by_django,
        }
        print(f"{self.connections} connections")
        few = {"smtplib, as many threads": 3, "Django send_mass_mail": 10}
        speeds: dict[str, list[float]] = {name: [] for name in peers}
        for _ in range(rounds):
            for name, peer in peers.items():
                count = letters // few.get(name, 1)
                with self.sinking() as port:
                    speeds[name].append(count / peer(port, count))
        self._tell(speeds)

    def compare_far(self, letters: int, rounds: int, delay: float = 0.005) -> None:
        """The same behind a proxy that takes 10 ms for a round trip."""
        peers = {"syndicate digest": self.ours, "smtplib, as many threads": self.by_smtplib}
        speeds: dict[str, list[float]] = {name: [] for name in peers}
        for _ in range(rounds):
            for name, peer in peers.items():
                count = letters if peer == self.ours else letters // 5
                with self.sinking() as port, delayed(port, delay) as far:
                    speeds[name].append(count / peer(far, count))
        print(f"{self.connections} connections behind 10 ms")
        self._tell(speeds)

    def compare_sizes(self, few: int, many: int) -> None:
        """Memory, time per letter and the freeze, for few recipients and for many."""
        took: dict[int, float] = {}
        for count in (few, many):
            with self.sinking() as port:
                home = self._office(port, count)
                before = time.perf_counter()
                peak = self._run(home, "digest")
                took[count] = time.perf_counter() - before
                with closing(sqlite3.connect(home / "syndicate.db")) as db:
                    assert self._sent(db) == count
                    [freeze] = db.execute(
                        "SELECT (julianday(started_at) - julianday(frozen_at)) * 86400 FROM runs"
                    ).fetchone()
                each = 1e6 * took[count] / count
                print(f"{count:>9,} recipients: {took[count]:.1f} s, {each:.0f} us a letter,"
                      f" {count / took[count]:,.0f}/s; peak {peak:.0f} MB; frozen in {freeze:.2f} s"
                      f" ({100 * freeze / took[count]:.1f} % of the run)")  # fmt: skip
                shutil.rmtree(home)
        ratio = took[many] / many / (took[few] / few)
        print(f"time per letter, {many:,} against {few:,}: {ratio:.2f}")

    def compare_notice(self, readers: int) -> None:
        """The freeze of a correction that readers are told of at once, beside its whole run.

        In CPU seconds: a plan, which freezes every letter and takes it back, less one without
        readers, against the command that sends.
        """
        with self.sinking() as port:
            nobody, many = self._corrected(port, 0), self._corrected(port, readers)
            frozen = self._seconds(many, "--dry-run") - self._seconds(nobody, "--dry-run")
            whole = self._seconds(many)
            with closing(sqlite3.connect(many / "syndicate.db")) as db:
                assert self._sent(db) == 2 * readers
        share = 100 * frozen / whole
        print(f"{readers:,} readers: frozen in {frozen:.2f} s of CPU, {share:.1f} % of the run's"
              f" {whole:.1f} s (the aim: at most 5 %)")  # fmt: skip

    def compare_corrections(self, readers: int) -> None:
        """The freeze of a digest that opens with the corrections each of its readers lacks.

        Every twentieth never got the article, so that two editions leave. In CPU seconds: a dry
        run, less one of the same digest before the article was corrected, against the whole run.
        """
        with self.sinking() as port:
            home = self._corrected(port, readers)
            with closing(sqlite3.connect(home / "syndicate.db")) as db, db:
                db.execute("UPDATE letters SET state = 'refused' WHERE subscriber_id % 20 = 0")
            (home / "lain.md").write_text(ARTICLE.format(number=2, text=PARAGRAPH * 20))
            self._run(home, "publish", "lain.md", now=NIGHT)
            digest = partial(self._seconds, home, words=("digest",), at=NEXT_EVENING)
            before = digest("--dry-run")
            self._run(home, "publish", "kabar.md", "--note", "Isinya keliru.", now=NIGHT)
            after, whole = digest("--dry-run"), digest()
            with closing(sqlite3.connect(home / "syndicate.db")) as db:
                assert self._sent(db) == 2 * readers - readers // 20
                assert db.execute("SELECT count(*) FROM variants").fetchone() == (1,)
        share = 100 * (after - before) / whole
        print(f"{readers:,} readers: their own corrections add {after - before:.2f} s of CPU to"
              f" the freeze, {share:.1f} % of {whole:.1f} s (the aim: at most 5 %)")  # fmt: skip

    def _corrected(self, port: int, readers: int) -> Path:
        """Return an office with a corrected file; every reader had a letter with the old text."""
        home = self._office(port, readers)
        with closing(sqlite3.connect(home / "syndicate.db")) as db, db:
            db.execute("INSERT INTO subscribers (id, email) VALUES (1000000, 'x@pembaca.example')")
            db.execute(
                "INSERT INTO subscriptions (channel_id, subscriber_id, started_at, ended_at)"
                " VALUES ((SELECT id FROM channels), 1000000, '2026-05-04', NULL)"
            )
            db.execute("UPDATE subscriptions SET ended_at = '2026-05-04 01:00:00.000000'"
                       " WHERE subscriber_id <> 1000000")  # fmt: skip
        self._run(home, "digest", now=EVENING)
        with closing(sqlite3.connect(home / "syndicate.db")) as db, db:
            db.execute("UPDATE subscriptions SET ended_at = NULL WHERE subscriber_id <> 1000000")
            db.execute("DELETE FROM subscriptions WHERE subscriber_id = 1000000")
            db.execute("DELETE FROM letters")
            db.execute(
                "INSERT INTO letters (edition_id, subscriber_id, state, stencil, tries)"
                " SELECT (SELECT edition_id FROM runs), subscriber_id, 'sent', 1, 1"
                " FROM subscriptions"
            )
        article = home / "kabar.md"
        article.write_text(article.read_text().replace("hari Senin", "hari Selasa"))
        return home

    def _seconds(
        self, home: Path, *options: str, words: Sequence[str] = CORRECTION, at: str = NIGHT
    ) -> float:
        """Return the CPU seconds of a command."""
        before = os.times()
        command = [sys.executable, "-c", COMMAND, *words, *options]
        environment = {**os.environ, "SYNDICATE_NOW": at}
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        after = os.times()
        return (after.children_user + after.children_system) - (
            before.children_user + before.children_system
        )

    # who sends

    def ours(self, port: int, count: int) -> float:
        """Seconds from the freeze to the last commit."""
        home = self._office(port, count)
        self._run(home, "digest")
        with closing(sqlite3.connect(home / "syndicate.db")) as db:
            assert self._sent(db) == count
            [took] = db.execute(
                "SELECT (julianday(ended_at) - julianday(frozen_at)) * 86400 FROM runs"
            ).fetchone()
        shutil.rmtree(home)
        return float(took)

    def by_source(self, port: int, count: int) -> float:
        sessions = str(self.connections)
        if self.source:
            size = str(len(self.letter))
            command = [self.source, "-d", "-s", sessions, "-m", str(count), "-l", size]
            command.append(f"127.0.0.1:{port}")
        else:
            path = self.folder / "letter"
            path.write_bytes(stuffed(self.letter) + b".\r\n")
            source = str(self._compiled("source"))
            command = [source, str(port), sessions, str(count), str(path)]
        return timed(partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL))

    def by_smtplib(self, port: int, count: int) -> float:
        def some(number: int) -> None:
            with SMTP("127.0.0.1", port, "localhost") as smtp:
                assert smtp.sock
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for _ in range(number):
                    smtp.sendmail("a@b.example", ["c@d.example"], self.letter)

        share = [len(range(n, count, self.connections)) for n in range(self.connections)]
        with ThreadPoolExecutor(self.connections) as pool:
            return timed(lambda: list(pool.map(some, share)))

    def by_django(self, port: int, count: int) -> float:
        path = self.folder / "text"
        path.write_text((PARAGRAPH * (SIZE // len(PARAGRAPH) + 1))[:SIZE], encoding="utf-8")
        words = [sys.executable, "-c", DJANGO, str(port), str(count), str(path)]
        return float(subprocess.run(words, check=True, capture_output=True, text=True).stdout)

    # the stage

    @contextmanager
    def sinking(self) -> Iterator[int]:
        """A sink on a free port."""
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            port = int(free.getsockname()[1])
        if self.sink:
            who = ["-u", "nobody"] if os.getuid() == 0 else []
            command = [self.sink, *who, f"127.0.0.1:{port}", "200"]
        else:
            command = [str(self._compiled("sink")), str(port), "PIPELINING", "8BITMIME"]
        sink = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            wait_for(port)
            yield port
        finally:
            sink.terminate()
            sink.communicate()

    def _office(self, port: int, count: int) -> Path:
        """The same, with so many subscribers."""
        home = self._published(f"smtp://127.0.0.1:{port}")
        with closing(sqlite3.connect(home / "syndicate.db")) as db, db:
            people = ((n, f"reader{n}@pembaca.example") for n in range(1, count + 1))
            db.executemany("INSERT INTO subscribers (id, email) VALUES (?, ?)", people)
            db.execute(
                "INSERT INTO subscriptions (channel_id, subscriber_id, started_at)"
                " SELECT (SELECT id FROM channels), id, '2026-05-04 00:00:00.000000'"
                " FROM subscribers"
            )
        return home

    def _published(self, smtp: str) -> Path:
        """A folder with a published article."""
        home = self.folder / f"office-{time.monotonic_ns()}"
        home.mkdir()
        settings = CONFIG.format(smtp=smtp, connections=self.connections)
        (home / "config.toml").write_text(settings, encoding="utf-8")
        text = PARAGRAPH * (SIZE // 2 // len(PARAGRAPH) - 8)
        (home / "kabar.md").write_text(ARTICLE.format(number=1, text=text), encoding="utf-8")
        self._run(home, "publish", "kabar.md", now=MORNING)
        return home

    def _run(self, home: Path, *words: str, now: str = EVENING) -> float:
        """Run a command; returns its peak memory in MB."""
        command = [sys.executable, "-c", COMMAND, *words]
        environment = {**os.environ, "SYNDICATE_NOW": now}
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return int(done.stderr.split()[-1]) / 1000

    def _letter(self) -> bytes:
        """One of our letters, for the others to send."""
        home = self._published("maildir:letters")
        self._run(home, "subscribers", "add", "reader1@pembaca.example", now=MORNING)
        self._run(home, "digest")
        [path] = (home / "letters" / "new").iterdir()
        return path.read_bytes()

    def _compiled(self, name: str) -> Path:
        made = self.folder / name
        if not made.exists():
            source = HERE / "smtp" / f"{name}.c"
            subprocess.run(["cc", "-O2", "-o", made, source], check=True)
        return made

    def _sent(self, db: sqlite3.Connection) -> int:
        [count] = db.execute("SELECT count(*) FROM letters WHERE state = 'sent'").fetchone()
        return int(count)

    def _tell(self, speeds: dict[str, list[float]]) -> None:
        medians = {name: statistics.median(found) for name, found in speeds.items()}
        first = next(iter(medians.values()))
        for name, speed in medians.items():
            print(f"  {name:32} {speed:8,.0f} letters/s   ours against it: {first / speed:.2f}")


def timed(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def stuffed(letter: bytes) -> bytes:
    return re.sub(rb"^\.", b"..", letter, flags=re.MULTILINE)


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the sink did not start")


@contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """A way to a port that takes this long in each direction."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        near = int(free.getsockname()[1])
    words = [sys.executable, str(HERE / "smtp" / "proxy.py"), str(near), str(port), str(seconds)]
    proxy = subprocess.Popen(words)
    try:
        wait_for(near)
        yield near
    finally:
        proxy.terminate()
        proxy.wait()


if __name__ == "__main__":
    main()
