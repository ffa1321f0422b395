"""Find links that readers should not be sent to: shortened, of apps, foreign to a recruitment."""

from __future__ import annotations

from collections.abc import Iterator, Set
from urllib.parse import unquote, urlsplit

from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding
from syndicate.text import excerpt

# services that lead elsewhere than their address says, by what they call themselves
SHORTENERS = frozenset(
    ("bit.ly", "bitly.com", "s.id", "tinyurl.com", "t.co", "goo.gl", "cutt.ly", "rb.gy", "is.gd",
     "v.gd", "ow.ly", "shorturl.at", "rebrand.ly", "lnkd.in", "buff.ly", "tiny.cc", "t.ly",
     "shorturl.asia", "bl.ink", "adf.ly", "tiny.one", "urlz.fr", "shrtco.de", "gg.gg",
     "linktr.ee", "lynk.id", "me-qr.com")
)  # fmt: skip
APP_FILES = (".apk", ".apks", ".xapk", ".apkm", ".aab")


def host_of(url: str) -> str:
    """Return the host that a web or mail address leads to; "" for none."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "mailto":
            return parts.path.rpartition("@")[2].lower()
        return (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def lies_in(host: str, domain: str) -> bool:
    """Return True for a host that is a domain, or lies in it."""
    return host == domain or host.endswith(f".{domain}")


def unwise_links(manuscript: Manuscript, standards: Standards) -> Iterator[Finding]:
    """Yield the links that hide where they lead, or lead to an app."""
    shorteners = SHORTENERS | set(standards.shorteners)
    for url in manuscript.links:
        at = manuscript.place_of_link(url)
        if _is_shortened(url, shorteners):
            yield manuscript.finding(
                "shortened-link", at, f"{excerpt(url, 80)} hides where it leads", "write its target"
            )
        if _is_app(url):
            yield manuscript.finding(
                "apk-link",
                at,
                f"{excerpt(url, 80)} is an app's file",
                "link to its page in a store",
            )


def _is_shortened(url: str, shorteners: Set[str]) -> bool:
    """Return True for an address at a shortener, not for the name of one alone."""
    host = host_of(url)
    leads_on = url.partition("://")[2].partition("/")[2]
    return bool(leads_on) and (host in shorteners or host.partition(".")[2] in shorteners)


def _is_app(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    pieces = (
        parts.path.rstrip("/"),
        parts.fragment,
        *(pair.partition("=")[2] for pair in parts.query.split("&")),
    )
    return any(unquote(piece).lower().endswith(APP_FILES) for piece in pieces)


def official_hosts(manuscript: Manuscript) -> tuple[str, ...]:
    """Return the domains that an article of this profile may link to."""
    return (*manuscript.profile.links, host_of(manuscript.publisher.url))


def foreign_links(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield the links out of what the profile allows."""
    if not manuscript.profile.links:
        return
    allowed = official_hosts(manuscript)
    for url in manuscript.links:
        host = host_of(url)
        if host and not any(lies_in(host, domain) for domain in allowed):
            yield manuscript.finding(
                "foreign-link",
                manuscript.place_of_link(url),
                f"{host} is not one of {', '.join(filter(None, allowed))}",
                f"leave it out, or add it to profiles.{manuscript.profile.name}.links",
            )
