"""Ping a health check (``[desk] ping``) when a command begins, and with how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from syndicate.cli.clock import is_rehearsed
from syndicate.cli.invocation import invocation

ENDED_WELL = (0, 3)  # 3: something waits for its turn, as it may


@contextmanager
def health_check() -> Iterator[None]:
    """Ping URL/start, then URL or URL/fail; a ping that fails changes nothing.

    The form is that of healthchecks.io: https://healthchecks.io/docs/http_api/.
    """
    url = _url()
    if not url:
        yield
        return
    _ping(f"{url}/start")
    try:
        yield
    except typer.Exit as ended:
        _ping(url if ended.exit_code in ENDED_WELL else f"{url}/fail")
        raise
    except BaseException:
        _ping(f"{url}/fail")
        raise
    _ping(url)


def _url() -> str:
    """Return the address to ping; "" where none is set, or none can be read.

    It is read alone, so that it hears of a configuration that is wrong elsewhere; the command
    itself says what is wrong.
    """
    from syndicate.config.loader import find, ping_address
    from syndicate.errors import SyndicateError
    from syndicate.system.local import leads_here

    try:
        url = ping_address(find(invocation.config_path)).rstrip("/")
    except SyndicateError:
        return ""
    return "" if is_rehearsed() and not leads_here(url) else url


def _ping(url: str) -> None:
    from syndicate.delivery.office_messages import ping

    if problem := ping(url, scrub=invocation.scrub):
        typer.echo(f"syndicate: {problem} (nothing else depends on it)", err=True)
