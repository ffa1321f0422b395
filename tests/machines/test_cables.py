"""A machine whose network goes away, in a namespace of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from machines.test_lines import forwarder, patient
from support.machine import Machine, Site

IP = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
PLANNING = """
import sys, time
from syndicate.config.database import Timeouts
from syndicate.errors import LedgerError
from syndicate.ledger import Ledger, open_ledger
ledger = open_ledger(sys.argv[1], None, timeouts=Timeouts(idle=5))
try:
    with ledger.planning() as catalogue:
        catalogue.revisions.mint("tag:kantor.example,2026:x")
        print("plans", flush=True)
        sys.stdin.readline()
        catalogue.channels.all()
except LedgerError as error:
    print(error, flush=True)
"""


def ip(*words: str) -> bool:
    assert IP
    return subprocess.run([IP, *words], capture_output=True, check=False).returncode == 0


@contextmanager
def namespace() -> Iterator[tuple[str, str, str]]:
    """A namespace, its cable's end on this side, and this side's address."""
    name = f"s{secrets.token_hex(3)}"
    net = f"10.213.{secrets.randbelow(250)}"
    if IP is None or os.getuid() or not ip("netns", "add", name):
        pytest.skip("this machine gives us no network namespaces (root and ip are needed)")
    try:
        made = [
            ip("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b"),
            ip("link", "set", f"{name}b", "netns", name),
            ip("addr", "add", f"{net}.1/24", "dev", f"{name}a"),
            ip("link", "set", f"{name}a", "up"),
            ip("-n", name, "addr", "add", f"{net}.2/24", "dev", f"{name}b"),
            ip("-n", name, "link", "set", f"{name}b", "up"),
        ]
        if not all(made):
            pytest.skip("this machine gives us no pair of network devices")
        yield name, f"{name}a", f"{net}.1"
    finally:
        ip("link", "del", f"{name}a")
        ip("netns", "del", name)


@pytest.mark.soak
def test_a_machine_that_loses_its_network_while_it_plans_blocks_nobody(
    site: Site, dua: Machine
) -> None:
    dua.write()
    assert dua.run("status").code == 0  # there is a ledger
    url = make_url(site.url)
    with namespace() as (name, cable, here), forwarder(url.port or 5432, host=here) as (port, _):
        behind = url.set(host=here, port=port).render_as_string(hide_password=False)
        assert IP
        command = [IP, "netns", "exec", name, sys.executable, "-c", PLANNING, behind]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as lost:
            try:
                assert lost.stdout
                assert lost.stdin
                assert lost.stdout.readline() == "plans\n"
                ip("link", "set", cable, "down")
                patient(dua)
                began = time.monotonic()
                assert dua.publish().code == 0
                assert time.monotonic() - began < 20
                lost.stdin.write("\n")
                lost.stdin.flush()
                said = lost.stdout.readline()
                assert said.startswith("ledger.url: "), said
                assert time.monotonic() - began < 90
            finally:
                lost.kill()
    assert len(dua.posts) == 1
