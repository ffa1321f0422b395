"""Connections by HTTP: made in one way, whatever proxy or certificate leads there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from syndicate.errors import Refused, Unconnected

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PROXIES = ("HTTPS_PROXY", "ALL_PROXY", "HTTP_PROXY")  # httpx reads them, in lower case too
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
PROXY_ADVICE = (
    "a proxy's host or port is not valid (write it like http://proxy.example:3128; write : in a"
    " password as %3A, / in a password as %2F)"
)
PROXY_FORMS = "http://, https://, socks5:// or socks5h://"
NO_SOCKS = "the server there is not a SOCKS 5 proxy"


def proxies() -> list[str]:
    """The addresses of all proxies that the environment names."""
    return list(filter(None, map(os.environ.get, _every(PROXIES))))


def proxy_passwords() -> Iterator[str]:
    """Yield the passwords of all proxies: libraries' records may show them, in headers, too."""
    for address in proxies():
        with suppress(ValueError):  # an address that cannot be read is complained of elsewhere
            if password := urlsplit(address).password:
                yield password


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


def error_reason(error: BaseException) -> str:
    """Return an error's message in one line."""
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
        raise _refused(
            setting, f"the proxy's address must begin with {PROXY_FORMS}", PROXIES
        ) from error
    except httpx.InvalidURL:  # its words may be a part of a password
        raise _refused(setting, PROXY_ADVICE, (*PROXIES, "NO_PROXY")) from None
    except (ssl.SSLError, OSError) as error:
        why = f"the certificates cannot be read ({error.strerror or error})"
        raise _refused(setting, why, CERTIFICATES) from error


def _refused(setting: str, why: str, names: tuple[str, ...] = ()) -> Refused:
    found = [name for name in _every(names) if os.environ.get(name)]
    where = f": check the environment variable {' or '.join(found)}" if found else ""
    return Unconnected(f"{setting}: no connection can be made: {why}{where}")


def _understand_socks() -> None:
    """Desktops write ``socks://``, which httpx does not know."""
    for name in _every(PROXIES):
        if os.environ.get(name, "").startswith("socks://"):
            os.environ[name] = os.environ[name].replace("socks://", "socks5://", 1)


def _every(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names, *(name.lower() for name in names))
