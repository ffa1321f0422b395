"""Commands that only look: no ledger is changed by them, and one that may only be read is read."""

from __future__ import annotations

import io
import os
import pwd
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import create_engine, make_url, text

from support import postgres
from support.forks import WarmProcess
from support.monitors import LATER, alerts, checked, tick_every
from support.newsroom import REAL, Answer, Child, Newsroom, be_the_program, exit_code
from support.postgres import mortal
from syndicate.ledger.database import generations


def test_nothing_of_an_open_ledger_is_changed_by_looking(room: Newsroom) -> None:
    room.write()
    room.subscribe("ani@example.org")
    room.publish()
    before, files = room.everything(), sorted(os.listdir(room.folder))
    was = room.ledger.stat()
    for words in (("status",), ("status", "--check"), ("history", "kabar.md"), ("channels", "list"),
                  ("digest", "--status"), ("status", "--json")):  # fmt: skip
        assert room.run(*words).code == 0
    assert room.everything() == before
    assert sorted(os.listdir(room.folder)) == files
    assert room.ledger.stat().st_mtime_ns == was.st_mtime_ns


def test_what_a_dead_process_had_begun_is_in_doubt_to_who_only_looks(room: Newsroom) -> None:
    room.only("telegram")
    room.write()
    room.publish()
    room.change_ledger(
        "INSERT INTO holders (id, host, boot, pid, started, since) SELECT 99, 'x', 'y', 1, 'z',"
        " created_at FROM ledger"
    )
    room.change_ledger(
        "UPDATE deliveries SET state = 'sending', holder_id = 99, present = NULL, reference = NULL,"
        " claimed_until = '2020-01-01 00:00:00.000000'"
    )
    before = room.remembered()
    answer = room.run("status", "--json")
    assert answer.code == 4
    assert [line["state"] for line in answer.json["open"]] == ["in doubt"]
    assert room.remembered() == before


@pytest.fixture
def nobody() -> pwd.struct_passwd:
    """Another account, which may read what everybody may."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    return pwd.getpwnam("nobody")


@pytest.fixture
def opened(room: Newsroom, nobody: pwd.struct_passwd) -> Newsroom:
    """An office whose ledger others may read, and not write; its folders can be passed."""
    room.write()
    room.subscribe("ani@example.org")
    assert room.run("publish", "kabar.md").code == 0
    room.ledger.chmod(0o444)
    (room.folder / "config.toml").chmod(0o444)
    for folder in (room.folder, room.folder.parent):
        folder.chmod(0o755)
    return room


def looked_by(room: Newsroom, account: pwd.struct_passwd, *words: str) -> Answer:
    """Run a command as somebody else does, whose modules were imported before."""
    streams = [room.folder.parent / name for name in ("out", "err")]
    for path in streams:
        path.touch()
        path.chmod(0o666)
    given = (words, str(room.folder), room.environ(), list(map(str, streams)), account.pw_uid)
    process = WarmProcess(target=be_somebody, args=given)
    process.start()
    try:
        return Child(process, streams).answer()
    finally:
        for path in streams:
            path.unlink()


def be_somebody(
    words: tuple[str, ...], folder: str, environ: dict[str, str], streams: list[str], uid: int
) -> None:
    os.chdir(folder)
    quiet = redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO())
    with quiet[0], quiet[1], patch.dict(os.environ, environ):
        exit_code(words)  # imports everything
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    be_the_program(words, folder, environ, streams, 0)


def test_a_ledger_that_may_only_be_read_is_looked_at(
    opened: Newsroom, nobody: pwd.struct_passwd
) -> None:
    before = sorted(os.listdir(opened.folder))
    for words in (("status", "--check"), ("status",), ("history", "kabar.md")):
        answer = looked_by(opened, nobody, *words)
        assert answer.code == 0, answer.said
    assert sorted(os.listdir(opened.folder)) == before
    refused = looked_by(opened, nobody, "publish", "kabar.md")
    assert (refused.code, refused.complaint.count("\n")) == (1, 0)


def test_a_writer_s_ledger_is_looked_at_by_somebody_else_meanwhile(
    opened: Newsroom, nobody: pwd.struct_passwd
) -> None:
    engine = create_engine(f"sqlite:///{opened.ledger}")
    with engine.connect() as db:
        db.execute(text("UPDATE ledger SET doubted = 'the newest word'"))
        db.commit()
        assert Path(f"{opened.ledger}-wal").exists()
        answer = looked_by(opened, nobody, "status", "--check")
    engine.dispose()
    assert answer.code == 2
    assert "the newest word" in answer.out


def test_a_ledger_that_is_not_there_is_not_well(room: Newsroom, postgres_ledger: str) -> None:
    room.only("feed")
    room.write()
    room.ledger_url = postgres_ledger.replace("+psycopg", "")
    room.configure()
    for _ in range(2):
        answer = room.run("status", "--check")
        assert (answer.code, answer.out[:17]) == (1, "SYNDICATE WARNING")
        assert "there is no ledger at postgresql://" in answer.out
        assert "no ledger at" in room.run("status").out
    found = room.run("status", "--json").json
    assert found["missing"] in found["check"]["line"]
    room.publish()
    assert room.run("status", "--check").code == 0
    generations.beside(room.folder / "config.toml").touch()
    postgres.ask(room.ledger_url, "DROP SCHEMA public CASCADE")
    postgres.ask(room.ledger_url, "CREATE SCHEMA public")
    for words in (("status", "--check"), ("publish", "kabar.md", "--dry-run")):
        answer = room.run(*words)
        assert answer.code in (1, 2)
        assert "although something was sent with it" in answer.said
    assert room.run("status", "--check").code == 2  # it was there, and is gone


def test_an_older_ledger_is_not_brought_up_to_date_by_looking(room: Newsroom) -> None:
    room.write()
    room.publish()
    room.change_ledger("UPDATE ledger SET version = 7")
    answer = room.run("status")
    assert answer.code == 1
    assert "version 7" in answer.complaint
    assert room.rows("SELECT version FROM ledger") == [(7,)]


@pytest.fixture
def shared(room: Newsroom, postgres_ledger: str) -> Newsroom:
    """An office with its ledger on PostgreSQL."""
    room.ledger_url = postgres_ledger
    room.only("feed", "harian")
    return room


LOOKS = (("status", "--json"), ("status", "--check"), ("history", "kabar.md"),
         ("history", "kabar.md", "--diff", "1..1", "--html", "/dev/null"),
         ("audit",),
         ("channels", "list"), ("digest", "--status"))  # fmt: skip


def test_a_standby_and_a_role_that_may_only_read_are_looked_at(shared: Newsroom) -> None:
    assert "nothing has been published yet" in shared.run("status").out  # and no table was made
    shared.write()
    shared.subscribe("ani@example.org")
    shared.publish()
    url = make_url(shared.ledger_url)
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(text(f"ALTER DATABASE {url.database} SET default_transaction_read_only = on"))
    engine.dispose()
    for words in LOOKS:
        assert shared.run(*words).code == 0, words
    assert shared.run("tick").code == 1
    engine = create_engine(url)
    with engine.connect() as db:
        db.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"))
        db.commit()
        db.execute(text(f"ALTER DATABASE {url.database} RESET default_transaction_read_only"))
        db.execute(text(f"CREATE ROLE {url.database}_reader LOGIN PASSWORD 'lihat-saja'"))
        db.execute(text(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {url.database}_reader"))
        db.commit()
        db.execute(text(f"REVOKE SELECT ON secrets FROM {url.database}_reader"))
        db.commit()
    try:
        reader = url.set(username=f"{url.database}_reader", password="lihat-saja")
        shared.ledger_url = reader.render_as_string(hide_password=False)
        shared.configure()
        for words in LOOKS:
            answer = shared.run(*words)
            assert answer.code == 0, answer.said
    finally:
        with engine.begin() as db:
            db.execute(text(f"DROP OWNED BY {url.database}_reader"))
            db.execute(text(f"DROP ROLE {url.database}_reader"))
        engine.dispose()


def test_an_overdue_digest_is_told_on_postgresql_too(shared: Newsroom) -> None:
    shared.write()
    shared.publish()
    tick_every(shared, 5)
    late = shared.run("status", "--json", at=LATER)
    assert alerts(late) == [("tick", "CRITICAL"), ("window", "CRITICAL")]
    assert checked(shared, at=LATER).code == 2


@pytest.mark.soak
@pytest.mark.usefixtures("postgres_ledger")  # skipped where there is no server at all
def test_a_real_standby_is_looked_at(room: Newsroom) -> None:
    with mortal() as server:
        room.ledger_url = server.url
        room.only("feed", "telegram")
        room.write()
        assert room.run("publish", "kabar.md", at=REAL).code == 0
        engine = create_engine(server.url)
        with engine.begin() as db:  # a process of another machine, which lives as long as its lock
            db.execute(text("INSERT INTO holders (id, host, boot, pid, started, since)"
                            " VALUES (99, 'x', 'y', 1, 'z', now())"))  # fmt: skip
            db.execute(text("UPDATE deliveries SET state = 'sending', holder_id = 99, present ="
                            " NULL, reference = NULL, claimed_until = now() + interval '9 minutes'"
                            " WHERE address = 'post'"))  # fmt: skip
        engine.dispose()
        server.kill()
        (server.home / "data" / "standby.signal").touch()
        server.start()
        for words in LOOKS:
            answer = room.run(*words, at=REAL)
            assert answer.code in (0, 1, 3), answer.said
            assert "ledger.url" not in answer.said
        [line] = room.run("status", "--json", at=REAL).json["open"]
        assert line["state"] == "under way"  # of what a primary's process does nobody knows here
        assert room.run("tick", at=REAL).code == 1
