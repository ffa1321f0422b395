"""An office in a folder, with real destinations: write articles, run commands, look around."""

from __future__ import annotations

import gc
import io
import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from support.forks import WarmProcess
from syndicate.cli import main
from syndicate.loopback.botapi import BotApi, ChatPost
from syndicate.loopback.smtp import SmtpServer

TOKEN = "123456:SECRET-of_the-BOT"
PASSWORD = "s3cret/of:the@relay"
CHAT, TEST_CHAT = "@kabar", "@kabar_uji"
MORNING = "2026-05-04T09:00:00+07:00"  # a Monday
NOON = "2026-05-04T12:00:00+07:00"
EVENING = "2026-05-04T17:01:00+07:00"  # the digest of 17.00 is due
NEXT_EVENING = "2026-05-05T17:01:00+07:00"
REAL = ""  # the real time: a ledger that is made then is none for rehearsals
PROGRAM = (sys.executable, "-c", "from syndicate.cli import main; main()")

Table = dict[str, object]


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout; anything beside it fails here."""
        return json.loads(self.out)

    @property
    def found(self) -> list[str]:
        """What `check --json` has found: file and line, message, advice."""
        return [
            ": ".join(filter(None, (":".join(filter(None, (one["path"], f"{one['line'] or ''}"))),
            one["message"]))) + (f" ({one['advice']})" if one["advice"] else "")
            for one in self.json["findings"]
        ]  # fmt: skip

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def complaint(self) -> str:
        """The one line of a command that could not run."""
        [line] = [one for one in self.err.splitlines() if not one.startswith("rehearsal:")]
        return line


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What commands leave: files with their times, the ledger, requests to the destinations."""

    files: dict[str, tuple[bytes, int]]
    ledger: list[str]
    asked: int


@dataclass
class Newsroom:
    """A folder with config.toml, articles and a ledger, and what its readers see."""

    folder: Path
    api: BotApi
    smtp: SmtpServer
    channels: dict[str, Table] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)  # further ones: desk, mail
    ledger_url: str = "sqlite:///syndicate.db"
    language: str = "id"
    timezone: str = "Asia/Jakarta"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.channels = {
            "feed": {
                "kind": "feed", "title": "Kabar", "url": "https://kantor.example/feed",
                "directory": "public/feed",
            },
            "telegram": {
                "kind": "telegram", "token": "${TG_TOKEN}", "chat": CHAT, "api": self.api.url,
                "pace": 0,
            },
            "harian": {
                "kind": "email", "title": "Kabar harian", "schedule": "daily 17:00",
                "sender": "Redaksi <redaksi@kantor.example>", "smtp": self.smtp.url,
                "mailbox": "berhenti@kantor.example",
            },
        }  # fmt: skip
        self.environment = {"TG_TOKEN": TOKEN}
        self.configure()

    # what the office has

    def configure(self) -> None:
        """Write config.toml as the fields have it now."""
        publisher: Table = {
            "name": "Kantor", "url": "https://kantor.example", "language": self.language,
            "timezone": self.timezone, "email": "redaksi@kantor.example",
            "address": "Jl. Antara 1",
        }  # fmt: skip
        tables: dict[str, Table] = {"publisher": publisher, "ledger": {"url": self.ledger_url}}
        tables |= self.tables
        tables |= {f"channels.{name}": table for name, table in self.channels.items()}
        text = "\n".join(map(toml, tables, tables.values()))
        (self.folder / "config.toml").write_text(text, encoding="utf-8")
        (self.folder / "config.toml").chmod(0o600)  # there may be secrets in it

    def change(self, channel: str, **settings: object) -> None:
        """Give a channel other settings."""
        self.channels[channel] |= settings
        self.configure()

    def only(self, *names: str) -> None:
        """Leave these channels in the configuration, in this order."""
        self.channels = {name: self.channels[name] for name in names}
        self.configure()

    def write(
        self, name: str = "kabar.md", body: str = "Isi kabar.", *, headline: str = "Kabar pertama",
        **front: object,
    ) -> Path:  # fmt: skip
        """Write an article; front matter is given as Python values."""
        path = self.folder / name
        url = f"https://kantor.example/{path.stem}"
        fields: Table = {"headline": headline, "url": url} | front
        lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in fields.items())
        path.write_text(f"---\n{lines}---\n\n{body}\n", encoding="utf-8")
        return path

    def rewrite(self, old: str, new: str, name: str = "kabar.md") -> None:
        """Change an article's file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def uri(self, name: str = "kabar.md") -> str:
        lines = (self.folder / name).read_text(encoding="utf-8").splitlines()
        [found] = [line for line in lines if line.startswith("uri:")]
        return found.removeprefix("uri:").strip().strip("\"'")

    # what it does

    def run(self, *words: str, at: str = MORNING, env: Mapping[str, str] | None = None) -> Answer:
        """Run a command in this process, its output in a pipe's place."""
        out, err = io.StringIO(), io.StringIO()
        with self.here(at, env), redirect_stdout(out), redirect_stderr(err):
            code = exit_code(words)
        return Answer(code, out.getvalue(), err.getvalue())

    def child(
        self, *words: str, at: str = MORNING, env: Mapping[str, str] | None = None,
        largest_file: int = 0,
    ) -> Answer:  # fmt: skip
        """Run a command in a process of its own; ``largest_file`` is its disk's size, so to say."""
        return self.start(*words, at=at, env=env, largest_file=largest_file).answer()

    def start(
        self, *words: str, at: str = MORNING, env: Mapping[str, str] | None = None,
        largest_file: int = 0,
    ) -> Child:  # fmt: skip
        """The same, without waiting for its end."""
        said = self.folder.parent / "said"
        said.mkdir(exist_ok=True)
        streams = [str(said / f"{uuid4().hex}.{name}") for name in ("out", "err")]
        environ = self.environ(at, env)
        given = (words, str(self.folder), environ, streams, largest_file)
        process = WarmProcess(target=be_the_program, args=given)
        process.start()
        return Child(process, [Path(name) for name in streams])

    def program(self, *words: str, at: str = MORNING, patience: float = 60) -> Answer:
        """Run a command as a shell does, its imports included."""
        done = subprocess.run(
            [*PROGRAM, *words], cwd=self.folder, env=self.environ(at), capture_output=True,
            text=True, timeout=patience, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    def environ(self, at: str = MORNING, env: Mapping[str, str] | None = None) -> dict[str, str]:
        mine = {
            "SYNDICATE_NOW": at,
            "XDG_CONFIG_HOME": str(self.folder / ".config"),
            "XDG_CACHE_HOME": str(self.folder.parent / ".cache"),
        }
        if at == REAL:
            del mine["SYNDICATE_NOW"]
        return {**os.environ, **mine, **self.environment, **(env or {})}

    @contextmanager
    def here(self, at: str = MORNING, env: Mapping[str, str] | None = None) -> Iterator[None]:
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with patch.dict(os.environ, self.environ(at, env), clear=True):
                yield
        finally:
            os.chdir(before)

    def publish(self, *words: str, at: str = MORNING) -> Answer:
        """Publish kabar.md unless another article is named, and insist on success."""
        articles = () if any(word.endswith(".md") for word in words) else ("kabar.md",)
        answer = self.run("publish", *articles, *words, at=at)
        assert answer.code == 0, answer.said
        return answer

    def subscribe(self, *addresses: str, to: str = "harian", at: str = MORNING) -> None:
        answer = self.run("subscribers", "add", "--list", to, *addresses, at=at)
        assert answer.code == 0, answer.said

    # what readers see

    @property
    def posts(self) -> list[str]:
        return [post.text for post in self.api.shown]

    @property
    def post(self) -> ChatPost:
        [post] = self.api.shown
        return post

    @property
    def letters(self) -> list[EmailMessage]:
        return [parsed(letter.content) for letter in self.smtp.letters]

    @property
    def readers(self) -> list[str]:
        return [letter.recipient for letter in self.smtp.letters]

    @property
    def feed(self) -> Path:
        return self.folder / "public" / "feed"

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The items of the JSON feed, newest first; none where there is no feed."""
        path = self.feed / "feed.json"
        if not path.exists():
            return []
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["items"]
        return found

    @property
    def effects(self) -> int:
        """How often anything was asked of the bot that is more than a question, or of the relay."""
        asked = [one for one in self.api.requests if not one.method.startswith("get")]
        return len(asked) + len(self.smtp.commands)

    # what is remembered

    @property
    def ledger(self) -> Path:
        return self.folder / "syndicate.db"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.ledger)) as db:
            return db.execute(query).fetchall()

    def change_ledger(self, statement: str) -> None:
        with closing(sqlite3.connect(self.ledger)) as db, db:
            db.execute(statement)

    def let_pauses_end(self) -> None:
        """Make due at once what was put off."""
        with closing(sqlite3.connect(self.ledger)) as db, db:
            for table in ("deliveries", "letters", "runs"):
                db.execute(f"UPDATE {table} SET not_before = NULL")
            db.execute("UPDATE channels SET next_at = NULL")

    def remembered(self) -> list[str]:
        """The ledger as one list of statements; empty where there is no ledger."""
        if not self.ledger.exists():
            return []
        with closing(sqlite3.connect(self.ledger)) as db:
            return list(db.iterdump())

    def everything(self) -> Traces:
        """All that a command could have touched."""
        files = {
            str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.startswith("syndicate.db")
        }
        asked = len(self.api.requests) + len(self.smtp.commands)
        return Traces(files=files, ledger=self.remembered(), asked=asked)


@contextmanager
def newsroom(folder: Path) -> Iterator[Newsroom]:
    """An office in a new folder, with its own destinations."""
    folder.mkdir()
    chats = {CHAT: -1001, TEST_CHAT: -1002, "@pindah": -1003}
    with BotApi(chats=chats, tokens=[TOKEN]) as api, SmtpServer() as smtp:
        yield Newsroom(folder, api, smtp)


@dataclass
class Child:
    """A command that runs in a process of its own."""

    process: BaseProcess
    streams: list[Path]
    signals: int = 0  # that it was sent

    def send(self, number: int) -> None:
        """Send it a signal."""
        self.signals += 1
        os.kill(self.pid, number)

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def answer(self) -> Answer:
        self.process.join(60)
        assert self.process.exitcode is not None, "it has not ended"
        out, err = (path.read_text(encoding="utf-8") for path in self.streams)
        return Answer(self.process.exitcode, out, err)


def be_the_program(
    words: tuple[str, ...], folder: str, environ: dict[str, str], streams: list[str], largest: int
) -> None:
    """What a forked process does: become ``syndicate`` with these words."""
    for number, name in enumerate(streams, 1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["syndicate", *words]
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    main()


def toml(name: str, table: Table) -> str:
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in table.items())
    return f"[{name}]\n{''.join(lines)}"


def exit_code(words: tuple[str, ...]) -> int:
    """Run the program's own entry point."""
    argv = patch.object(sys, "argv", ["syndicate", *words])
    with argv, patch.object(gc, "freeze"):  # what one command leaves, the next ones would keep
        try:
            main()
        except SystemExit as ended:
            return ended.code if isinstance(ended.code, int) else 1
        finally:
            gc.enable()  # a program of its own does without
    return 0


def parsed(content: bytes) -> EmailMessage:
    letter = message_from_bytes(content, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def part(letter: EmailMessage, kind: str) -> str:
    """The text of a letter's ``plain`` or ``html`` part."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


Change = Callable[[Newsroom], None]
