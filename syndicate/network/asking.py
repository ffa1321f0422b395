"""Questions to other machines by HTTP: each has an end and a measure, and goes where it may.

One seam for all that is asked by HTTP (the Bot API has its own library, and takes ``bounded`` and
``loop`` from here). What an article names is asked only where it is everybody's: the connection
goes to the very address that was looked at, at each redirect anew.
"""

from __future__ import annotations

import os
import socket
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from syndicate.network.exchange import (
    Addresses,
    AnswerTooLarge,
    Exchange,
    Limits,
    Overdue,
    look_up,
    resolve_host,
)
from syndicate.network.http import NO_SOCKS, error_reason, making, proxies, proxy_for
from syndicate.network.public import PORTS, Site, is_public, may_be_public, plain_host, site, sites
from syndicate.system import stop

if TYPE_CHECKING:
    import asyncio

    import httpx

MOST_REDIRECTS = 5  # redirects that are followed
GZIP = 47  # zlib's word for a gzip or zlib head, whichever comes
Permits = Callable[[str, int, Addresses], Addresses]


class NoAnswer(Exception):
    """No answer came, or none that is usable; its words say why, "" where nothing may be told."""


class TooLarge(NoAnswer):
    """An answer that is larger than it may be."""


class NotPublic(OSError):
    """It leads to where an article has no business."""


@dataclass(frozen=True)
class Guard:
    """Lets questions out to the public, and to the office's ``own`` sites, which may lie inside.

    By a ``proxy``, which looks names up itself, a name is all that can be judged.
    """

    own: frozenset[Site]
    proxies: frozenset[Site]

    def look(self, url: httpx.URL) -> None:
        """NotPublic for what leads inside whatever it is looked up as."""
        where = plain_host(url.host), url.port or PORTS.get(url.scheme, 0)
        if where not in self.own and (where in self.proxies or not may_be_public(url.host)):
            raise NotPublic

    def permits(self, host: str, port: int, found: Addresses) -> Addresses:
        """Those of a host's addresses that may be connected to; NotPublic where none may."""
        if (plain_host(host), port) in self.own | self.proxies:
            return found
        public = [address for address in found if is_public(str(address[4][0]))]
        if not public:
            raise NotPublic
        return public


def leads_inside(url: str, own: frozenset[Site], exchange: Exchange) -> bool:
    """Return True for an address that its name or a look at the DNS shows to be refused."""
    where = site(url)
    if where is None or where in own:
        return False
    if not may_be_public(where[0]):
        return True
    if proxy_for(url):
        return False
    try:
        return not any(is_public(str(address[4][0])) for address in resolve_host(*where, exchange))
    except OSError:  # no such name, or no answer: nobody is asked there either
        return False


class HttpClient:
    """Asks by HTTP; ``with`` opens it. ``own`` are the office's sites; None asks anybody."""

    def __init__(
        self, setting: str, *, own: frozenset[Site] | None = None, trust_env: bool = True
    ) -> None:
        self._guard = None if own is None else Guard(own, sites(proxies()))
        self._setting, self._trust_env = setting, trust_env
        self._limits = Limits(seconds=0, octets=0)
        self._open: tuple[asyncio.Runner, httpx.AsyncClient] | None = None

    def __enter__(self) -> Self:
        import asyncio

        import httpx

        permits = self._guard.permits if self._guard else None
        runner = asyncio.Runner(loop_factory=lambda: loop(permits))
        try:
            with making(self._setting):
                client = httpx.AsyncClient(
                    trust_env=self._trust_env,
                    timeout=None,  # noqa: S113 - the whole exchange has an end
                    max_redirects=MOST_REDIRECTS,
                    event_hooks={"request": [self._look], "response": [self._bound]},
                )
        except BaseException:
            runner.close()
            raise
        self._open = runner, client
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._open:
            runner, client = self._open
            self._open = None
            try:
                runner.run(_awaited(client.aclose()))
            finally:
                runner.close()

    def ask(
        self, method: str, url: str, limits: Limits, *, follow: bool = False, **given: Any
    ) -> httpx.Response:
        """The whole answer; NoAnswer where none came in time, or one that is none."""
        import httpx

        assert self._open
        runner, client = self._open
        self._limits = limits
        try:
            with stop.waiting():
                return runner.run(_in_time(client, method, url, limits, follow, given))
        except stop.Stopped as error:
            raise NoAnswer(str(error)) from None
        except TimeoutError:
            raise NoAnswer(str(Overdue(limits.seconds))) from None
        except Exception as error:
            known = (httpx.HTTPError, httpx.InvalidURL, UnicodeError, NotPublic)
            if not isinstance(error, known) and not (self._trust_env and proxy_for(url)):
                raise
            raise _no_answer(error, known) from None

    async def _look(self, request: httpx.Request) -> None:
        request.headers["Accept-Encoding"] = "identity"
        if self._guard:
            self._guard.look(request.url)

    async def _bound(self, response: httpx.Response) -> None:
        within_limits(response, self._limits)


async def _in_time(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    limits: Limits,
    follow: bool,
    given: Mapping[str, Any],
) -> httpx.Response:
    import asyncio

    async with asyncio.timeout(limits.seconds):
        return await client.request(method, url, follow_redirects=follow, **given)


async def _awaited(call: Awaitable[None]) -> None:
    await call


def within_limits(response: httpx.Response, limits: Limits) -> None:
    """Let no more come of an answer, decompressed, than it may hold.

    Its head is looked at first: what it announces beyond that is not waited for. httpx decompresses
    whatever a server sends, in pieces of any size, so that here is done what it would do.
    """
    import httpx

    if response.request.method == "HEAD":
        return
    exchange, length = Exchange(limits), response.headers.get("Content-Length", "")
    try:
        if length.isdecimal():
            exchange.announced(int(length[:20]))
    except AnswerTooLarge as error:
        raise httpx.RemoteProtocolError(str(error), request=response.request) from error
    packing = response.headers.pop("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", "deflate", ""):
        raise httpx.DecodingError("an answer with an unknown compression", request=response.request)
    is_packed = packing not in ("identity", "")
    response.stream = _stream(response.stream, exchange, is_packed=is_packed)


def _stream(stream: Any, exchange: Exchange, *, is_packed: bool) -> Any:
    import httpx

    class Measured(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for piece in _unpacked(stream, exchange, is_packed=is_packed):
                    yield piece
            except (AnswerTooLarge, zlib.error) as error:
                why = (
                    str(error)
                    if isinstance(error, AnswerTooLarge)
                    else "a compressed answer that is incomplete"
                )
                raise httpx.RemoteProtocolError(why) from error

        async def aclose(self) -> None:
            await stream.aclose()

    return Measured()


async def _unpacked(stream: Any, exchange: Exchange, *, is_packed: bool) -> AsyncIterator[bytes]:
    unpack, room = zlib.decompressobj(GZIP), exchange.limits.octets
    async for piece in stream:
        if is_packed:
            piece = unpack.decompress(piece, room + 1)
        exchange.took(len(piece))
        room -= len(piece)
        yield piece


def loop(permits: Permits | None = None) -> asyncio.AbstractEventLoop:
    """An event loop that looks names up in a thread that nobody waits for.

    asyncio's own waits for it when it is closed, and a resolver may be silent for minutes.
    ``permits`` has the last word on where a name may lead.
    """
    made: asyncio.AbstractEventLoop = _loop_class()(permits)
    return made


@cache
def _loop_class() -> Any:
    import asyncio

    class Loop(asyncio.SelectorEventLoop):
        def __init__(self, permits: Permits | None) -> None:
            super().__init__()
            self._permits = permits

        async def getaddrinfo(
            self,
            host: Any,
            port: Any,
            *,
            family: int = 0,
            type: int = 0,
            proto: int = 0,
            flags: int = 0,
        ) -> Any:
            answer: asyncio.Future[Addresses] = self.create_future()

            def tell(found: Addresses | BaseException) -> None:
                with suppress(RuntimeError):  # the loop is closed, and nobody listens
                    self.call_soon_threadsafe(_tell, answer, found)

            look_up(tell, host, port, family, type, proto, flags)
            found = await answer
            if self._permits is None:
                return found
            name = host.decode("ascii") if isinstance(host, bytes) else str(host)
            return self._permits(name, int(port or 0), found)

    return Loop


def _tell(answer: asyncio.Future[Addresses], found: Any) -> None:
    if answer.done():
        return
    if isinstance(found, BaseException):
        answer.set_exception(found)
    else:
        answer.set_result(found)


def _no_answer(error: Exception, known: tuple[type[Exception], ...]) -> NoAnswer:
    causes = list(_causes(error))
    if any(isinstance(cause, NotPublic) for cause in causes):
        return NoAnswer("")
    if any(isinstance(cause, AnswerTooLarge) for cause in causes):
        return TooLarge(error_reason(error))
    if not isinstance(error, known):
        return NoAnswer(NO_SOCKS)
    # the system's own words, where there are any: httpx says that all attempts failed
    return NoAnswer(next(filter(None, map(_system_s, causes)), "") or error_reason(error))


def _system_s(error: BaseException) -> str:
    if not isinstance(error, OSError) or isinstance(error, ssl.SSLError):
        return ""
    if error.errno and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)
    return error.strerror or ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it comes from."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
