"""A machine that vanishes blocks nobody; one that lives is not taken for dead."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest
from sqlalchemy import make_url, text

from support.machine import Machine, Point, Site
from support.newsroom import REAL
from syndicate.config.database import Timeouts
from syndicate.errors import LedgerError
from syndicate.ledger import Ledger, Window, open_ledger
from syndicate.ledger.database.engine import connect, transaction
from syndicate.ledger.processes.heartbeat import Heartbeat
from syndicate.ledger.schema import holders, subscriptions
from syndicate.model.delivery import Receipt, Rendition
from syndicate.system import stop
from syndicate.system.process import Holder

PATIENCE = 30.0
SOON = {"idle_timeout": 5, "lock_timeout": 20, "connect_timeout": 2, "statement_timeout": 5}

FORWARDER = """
import select, socket, sys, threading
there, idle = int(sys.argv[1]), float(sys.argv[2])
here = socket.create_server((sys.argv[3], 0))
print(here.getsockname()[1], flush=True)
def copy(a, b):
    a.settimeout(idle or None)
    try:
        while data := a.recv(65536):
            b.sendall(data)
    except OSError:
        pass
    for one in (a, b):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
while True:
    client, _ = here.accept()
    server = socket.create_connection(("127.0.0.1", there))
    for pair in ((client, server), (server, client)):
        threading.Thread(target=copy, args=pair, daemon=True).start()
"""


@contextmanager
def forwarder(
    port: int, idle: float = 0, host: str = "127.0.0.1"
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A TCP proxy before a server: its port, and its process, which may be stopped.

    Connections that are ``idle`` for so many seconds are ended.
    """
    command = [sys.executable, "-c", FORWARDER, f"{port}", f"{idle}", host]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield int(process.stdout.readline()), process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()


def until(true: Callable[[], object], within: float = PATIENCE) -> None:
    ends = time.monotonic() + within
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def patient(machine: Machine, **seconds: int) -> None:
    """Give a machine other numbers of seconds."""
    path = machine.folder / "config.toml"
    lines = "".join(f"{name} = {value}\n" for name, value in (SOON | seconds).items())
    path.write_text(path.read_text().replace("[ledger]\n", f"[ledger]\n{lines}"))


def ledger_at(url: str, host: str = "satu", **seconds: int) -> Ledger:
    """A ledger, open in this process, which has a host of its own."""
    opened = open_ledger(url, None, timeouts=Timeouts(**seconds))
    me = Holder.me()
    opened.processes.holder = Holder(
        host=f"{host} pid:[1]", boot=f"boot of {host}", pid=me.pid, started=me.started
    )
    return opened


def life_of(ledger: Ledger) -> Heartbeat:
    """The sign of life of a ledger's process, given from now on."""
    ledger.processes.me()
    life = ledger.processes._heartbeat
    assert life
    return life


# who vanishes while it holds a lock


def test_a_machine_that_vanishes_while_it_plans_is_let_go(satu: Machine, dua: Machine) -> None:
    for one in (satu, dua):
        patient(one)
        one.write()
    point = Point("syndicate.ledger.catalogue.revisions:Revisions.record", after=True)
    vanished = satu.start("publish", "kabar.md", stops=point)
    vanished.wait_until_still()
    began = time.monotonic()
    assert dua.publish().code == 0
    assert time.monotonic() - began < 15
    vanished.thaw()
    answer = vanished.answer()
    assert (answer.code, len(satu.posts)) == (1, 1), answer.said
    assert "silent for too long" in answer.complaint, answer.said
    assert satu.rows("SELECT count(*) FROM articles") == [(1,)]


def test_who_keeps_the_ledger_locked_is_named(satu: Machine, dua: Machine) -> None:
    patient(satu, idle_timeout=30)
    patient(dua, lock_timeout=1)
    satu.write()
    dua.write()
    point = Point("syndicate.ledger.catalogue.revisions:Revisions.record", after=True)
    holding = satu.start("publish", "kabar.md", stops=point)
    holding.wait_until_still()
    answer = dua.run("publish", "kabar.md", at=REAL)
    assert answer.code == 1
    assert "locked by syndicate publish on satu (" in answer.complaint, answer.said
    assert f"process {holding.pid}" in answer.complaint or f"({holding.pid})" in answer.complaint
    assert " since " in answer.complaint
    assert dua.run("status").code == 0  # who only looks waits for nobody
    holding.thaw()
    assert holding.answer().code == 0
    assert len(satu.posts) == 1


# a database that is out of reach, or says nothing


def test_a_database_out_of_reach_costs_seconds(satu: Machine) -> None:
    """The listener's queue is full: nothing answers a connection, as behind a firewall."""
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.socket())
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        there = deaf.getsockname()
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(there)
        satu.ledger_url = f"postgresql://u@127.0.0.1:{there[1]}/x"
        satu.configure()
        patient(satu)
        began = time.monotonic()
        answer = satu.run("status")
        assert answer.code == 1
        assert "timeout expired" in answer.complaint, answer.said
        assert time.monotonic() - began < 12
        url = make_url(satu.site.url)
        satu.ledger_url = (
            f"postgresql://{url.username}:{url.password}@127.0.0.1:{there[1]},127.0.0.1:{url.port}"
            f"/{url.database}"
        )
        satu.configure()
        patient(satu)
        assert satu.run("status").code == 0


@pytest.mark.soak
def test_a_server_that_falls_silent_ends_a_command(satu: Machine, site: Site) -> None:
    url = make_url(site.url)
    satu.write()
    with forwarder(url.port or 5432) as (port, proxy):
        satu.ledger_url = url.set(port=port).render_as_string(hide_password=False)
        satu.configure()
        patient(satu)
        point = Point("syndicate.ledger.catalogue.revisions:Revisions.record", after=True)
        running = satu.start("publish", "kabar.md", stops=point)
        running.wait_until_still()
        proxy.send_signal(signal.SIGSTOP)
        running.thaw()
        answer = running.answer()
        assert answer.code == 1
        assert "no answer within 10 s" in answer.complaint, answer.said
        proxy.send_signal(signal.SIGCONT)
        satu.run("status")
        assert satu.publish().code == 0
    assert len(satu.posts) == 1


# a sign of life that is lost


def ended(site: Site, ledger: Ledger) -> None:
    """Let the server end the connection that shows a ledger's process alive."""
    assert ledger.processes._heartbeat
    with site.onlooker.begin() as db:
        assert db.scalar(
            text(f"SELECT pg_terminate_backend({ledger.processes._heartbeat.session})")
        )


def rows_of(site: Site) -> list[object]:
    with site.onlooker.begin() as db:
        return list(db.execute(holders.select()).all())


def test_a_sign_of_life_that_was_ended_is_given_again_at_once(site: Site) -> None:
    mine, other = ledger_at(site.url), ledger_at(site.url, "dua")
    me = mine.processes.me()
    ended(site, mine)
    began = time.monotonic()
    assert other.processes.dead(rows_of(site)) == []  # type: ignore[arg-type]
    assert time.monotonic() - began < 5
    life = mine.processes._heartbeat
    assert life
    until(lambda: life.renewed == 1)
    mine.close()
    assert other.processes.dead(rows_of(site)) == [me]  # type: ignore[arg-type]
    other.close()


@pytest.mark.soak
def test_who_is_silent_for_long_is_not_ended_by_the_server_or_a_proxy(site: Site) -> None:
    name = make_url(site.url).database
    with site.onlooker.begin() as db:
        db.execute(text(f"ALTER DATABASE {name} SET idle_session_timeout = '1s'"))
    mine = ledger_at(site.url)
    life = life_of(mine)
    with suppress(AssertionError):
        until(lambda: life.renewed, within=3)
    assert life.renewed == 0
    mine.close()


def test_a_proxy_that_ends_idle_connections_kills_nobody(site: Site) -> None:
    url = make_url(site.url)
    with forwarder(url.port or 5432, idle=1) as (port, _):
        behind = url.set(port=port).render_as_string(hide_password=False)
        mine, other = ledger_at(behind), ledger_at(site.url, "dua")
        life = life_of(mine)
        until(lambda: life.renewed >= 2)
        assert other.processes.dead(rows_of(site)) == []  # type: ignore[arg-type]
        mine.close()
        other.close()


def test_work_goes_on_where_a_proxy_ended_what_was_idle(site: Site) -> None:
    """A post, or a relay's pause, may take minutes; what became of it is written down after all."""
    url = make_url(site.url)
    with forwarder(url.port or 5432, idle=1) as (port, _):
        mine = ledger_at(url.set(port=port).render_as_string(hide_password=False))
        with mine.planning() as catalogue:
            known = catalogue.channels.register("harian", "email", "harian", mine.created, "")
            window = Window(key="x", opened=mine.created, closed=mine.created, status="frozen")
            edition = catalogue.windows.close(known.id, window, {})
            catalogue.db.execute(text("INSERT INTO subscribers (email) VALUES ('a@x.example')"))
            row = {"channel_id": known.id, "subscriber_id": 1, "started_at": mine.created}
            catalogue.db.execute(subscriptions.insert().values(**row))
            rendition = Rendition(address="", media_type="text/plain", content=b"Kabar.")
            assert catalogue.digests.address_subscribers(edition, known.id, rendition) == 1
        time.sleep(2)
        block = mine.letters.claim(edition)
        assert block
        [letter] = mine.letters.turn(block, [], [1], edition).started
        time.sleep(2)
        receipt = Receipt(reference="1", url="", destination="harian")
        mine.letters.turn(block, [(letter, receipt)], [], edition, [block])
        with mine.reading() as db:
            assert db.scalar(text("SELECT state FROM letters")) == "sent"
        mine.letters.hang_up()
        mine.close()


def test_how_a_stopped_command_ends_is_written_down_over_a_new_connection_too(
    postgres_ledger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_ledger(postgres_ledger)) as ledger:
        ledger.engine.dispose()
        monkeypatch.setattr(stop._wish, "until", time.monotonic() - 1)  # nothing is waited for
        with transaction(ledger.engine) as db:
            assert db.scalar(text("SELECT 1")) == 1


@pytest.mark.soak
def test_a_proxy_that_bears_some_silence_ends_nothing(site: Site) -> None:
    url = make_url(site.url)
    with forwarder(url.port or 5432, idle=4) as (port, _):
        mine = ledger_at(url.set(port=port).render_as_string(hide_password=False))
        life = life_of(mine)
        with suppress(AssertionError):
            until(lambda: life.renewed, within=6)
        assert life.renewed == 0
        mine.close()


def test_two_hosts_of_one_name_do_not_take_each_other_for_dead(site: Site) -> None:
    mine, other = ledger_at(site.url), ledger_at(site.url, "dua")
    mine.processes.holder = Holder(host=Holder.me().host, boot="another boot", pid=1, started="1")
    mine.processes.me()
    assert other.processes.dead(rows_of(site)) == []  # type: ignore[arg-type]
    mine.close()
    other.close()


@pytest.mark.soak
def test_a_machine_that_was_taken_for_dead_says_why_its_run_ends(
    satu: Machine, dua: Machine
) -> None:
    satu.only("harian")
    dua.only("harian")
    satu.subscribe(*(f"pembaca{n}@pembaca.example" for n in range(40)))
    satu.write()
    satu.publish()
    satu.change_ledger("UPDATE channels SET first_seen_at = first_seen_at - interval '2 days'")
    satu.change_ledger("UPDATE syndications SET at = at - interval '25 hours'")
    satu.change_ledger("UPDATE articles SET published_at = published_at - interval '25 hours'")
    point = Point("syndicate.ledger.sending.letters:Letters.turn", call=2)
    vanished = satu.start("digest", stops=point)
    vanished.wait_until_still()
    satu.change_ledger(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        f" AND classid = {0x73796E64} AND objsubid = 2"
    )
    later = dua.run("digest")
    vanished.thaw()
    answer = vanished.answer()
    assert "no sign of life" in answer.said, answer.said
    assert answer.code in (3, 4)
    letters = satu.rows("SELECT state, count(*) FROM letters GROUP BY state")
    assert sum(count for _, count in letters) == 40, (letters, later.said)
    readers = [one["To"] for one in satu.letters]
    assert len(readers) == len(set(readers))


def test_a_connection_that_was_lost_in_a_long_silence_says_so(site: Site) -> None:
    for silence, why in ((1.2, "silent for too long in the middle"), (0, "server closed")):
        engine = connect(site.url, timeouts=Timeouts(idle=1))
        with pytest.raises(LedgerError, match=why), transaction(engine) as db:  # noqa: PT012
            db.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            time.sleep(silence)
            line = db.connection.driver_connection
            with socket.fromfd(line.fileno(), socket.AF_INET, socket.SOCK_STREAM) as one:  # type: ignore[union-attr]
                one.shutdown(socket.SHUT_RDWR)
            db.execute(text("SELECT 1"))
        engine.dispose()
