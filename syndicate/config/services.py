"""Services that run `tick` by themselves: a crontab, or a service and a timer of systemd."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from syndicate.channel import Channel
from syndicate.config.loader import Settings
from syndicate.errors import ConfigError
from syndicate.system.owners import existing
from syndicate.text import visible

MAIL_ADDRESS_PATTERN = re.compile(r"[\w.+-]+@[\w.-]+")
LOG = "syndicate.log"  # beside the configuration
TEMPORARY_FOLDERS = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - what PrivateTmp= hides
HARDENED = (
    "NoNewPrivileges=yes",
    "PrivateDevices=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectClock=yes",
    "ProtectHostname=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "CapabilityBoundingSet=",
)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Command of a service, its user, and what it writes."""

    program: Path
    config: Path
    user: str  # a name, or the number of an account without one
    email: str  # who is told; "" for nobody
    writes: tuple[Path, ...]  # folders that there are
    runs: tuple[str, ...] = ()  # channels that run commands of the office's own


def job(settings: Settings, channels: Iterable[Channel]) -> Job:
    """Look at what `tick` of this configuration needs on this machine."""
    channels = list(channels)
    folders = [folder for channel in channels for folder in channel.folders()]
    written = [_memory(settings), *folders]
    config = settings.path.absolute()
    return Job(
        program=_program(),
        config=config,
        user=owner(config),
        email=settings.publisher.email,
        writes=tuple(_without_inner(existing(path) for path in written)),
        runs=tuple(channel.name for channel in channels if channel.command()),
    )


def _program() -> Path:
    """The command itself; where it runs as a module of Python, the script that lies beside that."""
    started = Path(os.path.abspath(sys.argv[0]))
    return Path(sys.executable).with_name("syndicate") if started.suffix == ".py" else started


def owner(path: Path) -> str:
    """The account that a file belongs to; its number where it has no name."""
    number = path.stat().st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"{number}"


def crontab(job: Job) -> str:
    """Lines of a crontab: what `tick` has to say is mailed and kept; with nothing it is silent."""
    words = [job.program, "--config", job.config, "tick"]
    if lock := which("flock"):  # two at once are harmless; this spares the relay
        words = [Path(lock), "-n", job.config, *words]
    log = job.config.with_name(LOG)
    kept = f"(umask 077; tee -a {_shell([log])})"
    is_told = MAIL_ADDRESS_PATTERN.fullmatch(job.email)
    mail = f"MAILTO={job.email}" if is_told else "# MAILTO=who.is.told@example.go.id"
    return (
        f"# in the crontab of {job.user} (crontab -e)\n"
        f"{mail}\n"
        # five minutes: a window is closed by the tick that follows it
        f"*/5 * * * * {_cron_quoted(f'{_shell(words)} 2>&1 | {kept}')}\n"
    )


def _shell(words: Sequence[object]) -> str:
    return " ".join(shlex.quote(_one_line(f"{word}")) for word in words)


def _cron_quoted(command: str) -> str:
    return command.replace("%", "\\%")  # else it is the end of the line (crontab(5))


def systemd(job: Job) -> str:
    """A service and a timer for two files, and the commands that put them to work."""
    return "\n".join((*_service(job), "", *_timer(), "", *_commands(), ""))


def _service(job: Job) -> Iterator[str]:
    yield "# /etc/systemd/system/syndicate.service"
    yield from ("[Unit]", "Description=Send what is due", "Wants=network-online.target")
    yield from ("After=network-online.target", "", "[Service]", "Type=oneshot")
    yield f"User={job.user}"
    yield "# the ledger is private whatever this is; the feed is for everybody"
    yield "UMask=0022"
    yield f"ExecStart={_unit_program(job.program)} {_unit_words('--config', job.config, 'tick')}"
    yield "# 3: something waits for its turn; 4: something needs a person"
    yield "SuccessExitStatus=3"
    yield from HARDENED
    yield from _files(job)


def _files(job: Job) -> Iterator[str]:
    """Yield the paths that must be writable; a command of the office's own may write elsewhere."""
    if not any(_is_in(path, TEMPORARY_FOLDERS) for path in (job.program, job.config, *job.writes)):
        yield "PrivateTmp=yes"
    if job.runs:
        yield f"# channels.{job.runs[0]}.after may write anywhere but in /usr, /boot and /etc"
        yield "ProtectSystem=full"
        return
    yield "ProtectSystem=strict"
    yield "ProtectHome=read-only"
    for path in job.writes:
        yield f"ReadWritePaths={_unit_word(path)}"


def _timer() -> Iterator[str]:
    yield "# /etc/systemd/system/syndicate.timer"
    yield from ("[Unit]", "Description=Send what is due every five minutes", "", "[Timer]")
    yield from ("OnCalendar=*:0/5", "Persistent=true", "", "[Install]", "WantedBy=timers.target")


def _commands() -> Iterator[str]:
    yield "# Put them into these two files, then:"
    yield "# systemctl daemon-reload"
    yield "# systemctl enable --now syndicate.timer"


def _unit_program(program: Path) -> str:
    """A program's name, of which systemd takes no quotation mark and no backslash."""
    if any(sign in str(program) for sign in "\"'\\"):
        raise ConfigError(
            f"{program}: systemd cannot run a program of this name (install it elsewhere)"
        )
    return _unit_word(program)


def _unit_words(*words: object) -> str:
    """The words after it, in which $ would be a variable (systemd.service(5), "Command lines")."""
    return " ".join(map(_unit_word, words)).replace("$", "$$")


def _unit_word(given: object) -> str:
    """A word as systemd parts and reads them (systemd.syntax(7), "Quoting")."""
    word = _one_line(f"{given}")
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    is_plain = word == quoted and not any(sign in word for sign in " \t';")
    return word if is_plain else f'"{quoted}"'


def _one_line(path: str) -> str:
    if visible(path) != path or "\n" in path:
        raise ConfigError(f"{visible(path)}: a crontab or a unit cannot hold this path (rename it)")
    return path


def _memory(settings: Settings) -> Path:
    """The folder of the ledger, or of the mark beside the configuration."""
    prefix = "sqlite:///"
    if settings.ledger_url.startswith(prefix):
        return Path(settings.ledger_url.removeprefix(prefix)).parent
    return settings.folder


def _without_inner(paths: Iterable[Path]) -> list[Path]:
    """Folders, without those that lie in another one of them."""
    found = dict.fromkeys(paths)
    return [path for path in found if not _is_in(path, [other for other in found if other != path])]


def _is_in(path: Path, folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)
