"""docs/several-machines.md on poolers: a session for each connection is all that is needed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from docs.conftest import Desk
from docs.test_several_machines import on_postgres
from support.pages import page, sections
from syndicate.ledger.database.postgresql import explained

__all__ = ["on_postgres"]

SECTION = sections(page("docs/several-machines.md"))["Connections and timeouts"]
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
START_WITHIN = 10.0  # seconds


@contextmanager
def pooler(server: URL, mode: str) -> Iterator[int]:
    """Give the port of a pgbouncer before a database; skips where there is none."""
    program = shutil.which("pgbouncer", path=PATH)
    if program is None:
        pytest.skip("pgbouncer is not installed here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pooler-"))
    folder.chmod(0o755)  # it refuses root, and then is nobody
    users, settings = folder / "users.txt", folder / "pooler.ini"
    users.write_text(f'"{server.username}" "{server.password}"\n')
    settings.write_text(
        f"[databases]\n{server.database} = host={server.host} port={server.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {users}\npool_mode = {mode}\n"
    )
    as_nobody = ["-u", "nobody"] if os.getuid() == 0 else []
    process = subprocess.Popen([program, "-q", *as_nobody, settings], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + START_WITHIN
        while time.monotonic() < until:
            assert process.poll() is None, "pgbouncer did not start"
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def lead_through(desk: Desk, server: URL, port: int) -> None:
    config = desk.folder / "config.toml"
    config.write_text(config.read_text().replace(f":{server.port}/", f":{port}/"))


@pytest.mark.soak
def test_a_session_for_each_connection_is_all_that_is_needed(
    on_postgres: Desk, postgres_ledger: str
) -> None:
    assert "`pool_mode = session`" in SECTION
    server = make_url(postgres_ledger)
    with pooler(server, "session") as port:
        lead_through(on_postgres, server, port)
        assert on_postgres.run("publish", on_postgres.article().name)[0] == 0
        assert on_postgres.run("tick")[0] == 0
        assert on_postgres.run("status")[0] == 0
        assert len(on_postgres.api.shown) == 1


def test_shared_sessions_are_named_where_they_show() -> None:
    message = explained('prepared statement "_pg3_0" already exists')
    assert "set pool_mode = session there" in message
