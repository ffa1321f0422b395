"""Announce that the feed has changed: to hubs (WebSub), and by a command of the office's own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from syndicate import Refused, Rendition, Unavailable
from syndicate.network.asking import HttpClient, NoAnswer
from syndicate.network.exchange import Limits
from syndicate.network.http import by_proxy
from syndicate.network.public import Site, sites
from syndicate.system import stop
from syndicate.system.local import leads_here
from syndicate_feed import addresses

if TYPE_CHECKING:
    import httpx

HUB, AFTER = "hub/", "after"
FILES_PLACEHOLDER = "{files}"  # stands for the changed files' paths in the command
HUB_LIMITS = Limits(seconds=20, octets=256 * 1024)  # of a hub, each time that it sends us on
MOST_REDIRECTS = 3  # that are followed, of a hub
HOST_PATTERN = re.compile(r"[\w.:-]+")
COMMAND_SECONDS = 600  # for all runs of the command together
FILES_A_RUN = 500


def announcements(
    changed: Mapping[str, str],
    waiting: Iterable[Rendition],
    *,
    hubs: Sequence[str],
    after: Sequence[str],
) -> Iterator[Rendition]:
    """Yield one for each hub and one for the command, including what was still waiting."""
    before = {rendition.address: json.loads(rendition.content) for rendition in waiting}
    feeds = {name: what for name, what in changed.items() if addresses.FEED.fullmatch(name)}
    for hub in dict.fromkeys(hubs):
        yield from _announcement(f"{HUB}{hub}", before, feeds)
    if after:
        yield from _announcement(AFTER, before, changed)


def ping(
    setting: str,
    hub: str,
    base: str,
    content: bytes,
    *,
    limits: Limits = HUB_LIMITS,
    own: frozenset[Site] = frozenset(),
) -> str:
    """Notify a hub of changed feeds (WebSub, chapter 7, as hubs implement it).

    ``own`` are the office's sites, which may be internal; other hubs must be public.
    Return a note for the office where the hub has moved; "" otherwise.
    """
    topics = [f"{base}/{name}" for name in json.loads(content)]
    data = {"hub.mode": "publish", "hub.url": topics}
    try:
        with HttpClient(setting, own=own | sites([hub])) as line:
            answer, moved = _notified(line, hub, data, limits)
    except NoAnswer as error:
        why = f"{by_proxy(hub)} ({error})" if str(error) else ""
        raise Unavailable(f"{setting}: {hub} cannot be reached{why}") from None
    if answer.is_redirect:
        target = _target(answer)
        if not target:
            raise Unavailable(
                f"{setting}: {hub} answered {answer.status_code} without a new address; name"
                " another hub, or ask its operator"
            )
        if target in _asked(answer, hub):
            raise Refused(
                f"{setting}: {hub} redirects in circles; name another hub, or ask its operator"
            )
        raise Refused(f"{setting}: {hub} has moved to {target}; write that address instead")
    if not answer.is_success:
        raise Unavailable(f"{setting}: {hub} answered {answer.status_code}{by_proxy(hub)}")
    return f"{setting}: {hub} has moved to {moved}; write that address instead" if moved else ""


def _notified(
    line: HttpClient, hub: str, data: Mapping[str, object], limits: Limits
) -> tuple[httpx.Response, str]:
    """Return a hub's answer after redirects of the same request (307, 308: RFC 9110 15.4).

    With its new address where it has moved for good: as long as every redirect was a 308.
    """
    answer, moved, for_good = line.ask("POST", hub, limits, data=data), "", True
    for _ in range(MOST_REDIRECTS):
        target = _target(answer)
        if answer.status_code not in (307, 308) or not target:
            break
        leads_away = leads_here(hub) and not leads_here(target)
        if leads_away or not target.startswith(("http://", "https://")):
            break
        for_good = for_good and answer.status_code == 308
        moved = target if for_good else moved
        before = [*answer.history, answer]
        where = str(answer.url.join(answer.headers["Location"]))
        answer = line.ask("POST", where, limits, data=data)
        answer.history = before
    return answer, moved


def _asked(answer: httpx.Response, hub: str) -> set[str]:
    """Return every address that was asked before this answer."""
    return {hub, *(str(response.url) for response in (*answer.history, answer))}


def _target(answer: httpx.Response) -> str:
    """Return a redirect's target, without a password in it; "" for none."""
    import httpx

    where = answer.headers.get("Location", "").strip()
    if not where:
        return ""
    try:
        target = answer.url.join(where)
    except (httpx.InvalidURL, UnicodeError):
        return ""
    if target.scheme not in ("http", "https") or not HOST_PATTERN.fullmatch(target.host):
        return ""  # a file, or nowhere
    return str(target.copy_with(userinfo=b"") if target.userinfo else target)


def run_command(setting: str, command: Sequence[str], folder: Path, content: bytes) -> None:
    """Run the command with the changed files' paths, relative to the folder, in that folder."""
    names = sorted(json.loads(content), key=_turn)
    deadline = monotonic() + COMMAND_SECONDS
    for start in range(0, len(names), FILES_A_RUN):
        _run(setting, _with_files(command, names[start : start + FILES_A_RUN]), folder, deadline)


def _announcement(
    address: str, before: Mapping[str, Mapping[str, str]], changed: Mapping[str, str]
) -> Iterator[Rendition]:
    all_of_it = {**before.get(address, {}), **changed}
    if all_of_it:
        content = json.dumps(all_of_it, sort_keys=True, ensure_ascii=False).encode()
        yield Rendition(address=address, media_type="application/json", content=content)


def _turn(name: str) -> tuple[bool, str]:
    """Sort files in folders first, as the feed points to them."""
    return "/" not in name, name


def _with_files(command: Sequence[str], names: Sequence[str]) -> list[str]:
    if FILES_PLACEHOLDER not in command:
        return [*command, *names]
    return [part for word in command for part in (names if word == FILES_PLACEHOLDER else [word])]


def _run(setting: str, command: Sequence[str], folder: Path, deadline: float) -> None:
    try:
        process = subprocess.Popen(  # noqa: S603 - the office's own, and no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(f"{setting}: {command[0]} cannot be run ({error.strerror})") from error
    with process:
        try:
            with stop.waiting():
                _, complaint = process.communicate(timeout=max(0.1, deadline - monotonic()))
        except BaseException as error:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, stop.Stopped):
                why = f"{setting}: {command[0]} was interrupted; it runs again next time"
            elif isinstance(error, subprocess.TimeoutExpired):
                why = f"{setting}: {command[0]} took longer than {COMMAND_SECONDS} s"
            else:
                raise
            raise Unavailable(why) from error
    if process.returncode:
        lines = complaint.decode(errors="replace").strip().splitlines()
        why = f" ({lines[-1][:200]})" if lines else ""
        raise Unavailable(f"{setting}: {command[0]} ended with {process.returncode}{why}")
