"""A pooler before the database: sessions are what they were, or it is said that they are not."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from machines.test_lines import ledger_at
from support.machine import Machine, Site
from support.postgres import _free_port as free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer on this machine")


@contextmanager
def pgbouncer(url: str, **settings: str) -> Iterator[str]:
    """The address of a database behind a pooler."""
    assert PGBOUNCER
    at = make_url(url)
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        (folder / "users").write_text(f'"{at.username}" "{at.password}"\n')
        said = {
            "listen_addr": "127.0.0.1", "listen_port": f"{port}", "auth_type": "scram-sha-256",
            "auth_file": f"{folder}/users", "pool_mode": "session", "unix_socket_dir": "",
        } | settings  # fmt: skip
        lines = "".join(f"{key} = {value}\n" for key, value in said.items())
        (folder / "ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={at.port}\n[pgbouncer]\n{lines}"
        )
        for path in folder.iterdir():
            path.chmod(0o644)
        user = ["-u", "nobody"] if os.getuid() == 0 else []
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [PGBOUNCER, *user, f"{folder}/ini"], stdout=log, stderr=subprocess.STDOUT
            )
        behind = at.set(port=port, drivername="postgresql").render_as_string(hide_password=False)
        try:
            ends = time.monotonic() + 20
            while True:
                with suppress(psycopg.OperationalError):
                    psycopg.connect(behind).close()
                    break
                assert time.monotonic() < ends, (folder / "log").read_text()
                time.sleep(0.05)
            yield behind
        finally:
            process.kill()
            process.wait()


def test_commands_work_through_a_pooler_in_session_mode(site: Site, satu: Machine) -> None:
    """It refuses `options` and every parameter that it does not know as a connection opens."""
    with pgbouncer(site.url) as url:
        satu.ledger_url = f"{url}?options=-c%20search_path%3Dpublic,turned,pg_catalog"
        satu.configure()
        satu.subscribe("ani@pembaca.example")
        satu.write()
        assert satu.publish().code == 0
        mine = ledger_at(url)
        with mine.reading() as db:
            for name, value in {
                "lock_timeout": "1min", "idle_in_transaction_session_timeout": "30s",
                "statement_timeout": "2min", "idle_session_timeout": "0",
            }.items():  # fmt: skip
                assert db.exec_driver_sql(f"SHOW {name}").scalar() == value
            named = db.exec_driver_sql("SHOW application_name").scalar()
            assert named is not None
            assert named.startswith("syndicate")
        mine.close()
    assert len(satu.posts) == 1


def test_a_pooler_that_shares_sessions_is_named(site: Site, satu: Machine) -> None:
    with pgbouncer(site.url, pool_mode="transaction") as url:
        satu.ledger_url = url
        satu.configure()
        satu.write()
        answer = satu.run("publish", "kabar.md")
        assert answer.code == 1, answer.said
        assert "pool_mode = session" in answer.complaint
    assert satu.posts == []
