"""Connections by HTTP: made in one way, whatever proxy or certificate leads there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from syndicate.errors import Refused, Unconnected

if TYPE_CHECKING:
    import httpx

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PROXIES = ("HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY")  # httpx reads them, in lower case too
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
UNREADABLE = (
    "a proxy's host or port is none (it is like http://proxy.example:3128; write : in a password as"
    " %3A, / in a password as %2F)"
)
KINDS = "http://, https://, socks5:// or socks5h://"


HANDSHAKE = 20.0  # seconds for a SOCKS proxy to answer
NO_SOCKS = "what answers there is no SOCKS 5 proxy"


def client(setting: str, **given: Any) -> httpx.Client:
    """Return a client; Refused, naming the setting, where none can be made."""
    with making(setting):
        return _client_class()(**given)


@cache
def _client_class() -> type[httpx.Client]:
    import httpcore
    import httpx

    class Bounded(httpcore.NetworkStream):
        """A line on which nothing is waited for without end, as a SOCKS handshake is."""

        def __init__(self, line: httpcore.NetworkStream) -> None:
            self._line = line

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            return self._line.read(max_bytes, timeout or HANDSHAKE)

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._line.write(buffer, timeout or HANDSHAKE)

        def close(self) -> None:
            self._line.close()

        def start_tls(self, *given: Any, **named: Any) -> httpcore.NetworkStream:
            return self._line.start_tls(*given, **named)

        def get_extra_info(self, info: str) -> Any:
            return self._line.get_extra_info(info)

    class Backend(httpcore.SyncBackend):
        def connect_tcp(self, *given: Any, **named: Any) -> httpcore.NetworkStream:
            return Bounded(super().connect_tcp(*given, **named))

    class Client(httpx.Client):
        """One that has no errors but httpx's own: a proxy that is none has others."""

        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            for mount in self._mounts.values():
                pool = getattr(mount, "_pool", None)
                if isinstance(pool, httpcore.SOCKSProxy):
                    pool._network_backend = Backend()

        def send(self, request: httpx.Request, **given: Any) -> httpx.Response:
            try:
                return super().send(request, **given)
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
                raise
            except Exception as error:
                if not (self.trust_env and proxy_for(str(request.url))):
                    raise
                raise httpx.ProxyError(NO_SOCKS, request=request) from error

    return Client


def proxy_for(url: str) -> str:
    """The environment variable whose proxy leads to an address; "" where none does."""
    from urllib.request import proxy_bypass

    try:
        parts = urlsplit(url)
        here = proxy_bypass(parts.netloc.rpartition("@")[2])
    except ValueError:
        return ""
    names = () if here else (f"{parts.scheme}_proxy", "all_proxy")
    every = (form for name in names for form in (name, name.upper()))
    return next((name for name in every if os.environ.get(name)), "")


def by_proxy(url: str) -> str:
    """Which way an address is asked, for a message that it was in vain; "" for the straight one."""
    name = proxy_for(url)
    return f" through the proxy of the environment variable {name}" if name else ""


def reason(error: BaseException) -> str:
    """What broke, in a line."""
    return " ".join(str(error).split()) or type(error).__name__


@contextmanager
def making(setting: str) -> Iterator[None]:
    """Say in one line why no connection can be made; ``socks://`` is understood as SOCKS 5."""
    import ssl

    import httpx

    _understand_socks()
    try:
        yield
    except (ImportError, RuntimeError) as error:  # httpx's, and python-telegram-bot's
        raise _refused(
            setting, "a SOCKS proxy needs the package socksio (pip install it)"
        ) from error
    except ValueError as error:
        raise _refused(setting, f"the proxy is none of {KINDS}", PROXIES) from error
    except httpx.InvalidURL:  # its words may be a part of a password
        raise _refused(setting, UNREADABLE, (*PROXIES, "NO_PROXY")) from None
    except (ssl.SSLError, OSError) as error:
        why = f"the certificates cannot be read ({error.strerror or error})"
        raise _refused(setting, why, CERTIFICATES) from error


def _refused(setting: str, why: str, names: tuple[str, ...] = ()) -> Refused:
    found = [name for name in (*names, *(one.lower() for one in names)) if os.environ.get(name)]
    where = f": look at the environment variable {' or '.join(found)}" if found else ""
    return Unconnected(f"{setting}: no connection can be made: {why}{where}")


def _understand_socks() -> None:
    """Desktops write ``socks://``, which httpx does not know."""
    for name in (*PROXIES, *(one.lower() for one in PROXIES)):
        if os.environ.get(name, "").startswith("socks://"):
            os.environ[name] = os.environ[name].replace("socks://", "socks5://", 1)
