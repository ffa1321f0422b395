"""Check what a profile needs: fields of the front matter, and what a recruitment must say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from syndicate.editorial.links import host_of, lies_in, official_hosts
from syndicate.editorial.manuscript import Manuscript
from syndicate.editorial.registration import RegistrationTimes, registration_times
from syndicate.editorial.standards import Standards
from syndicate.model.finding import Finding

REGISTRATION = re.compile(
    r"\b(?:pendaftaran|mendaftar|didaftar\w{0,6}|lamaran|melamar|penerimaan|rekrutmen|perekrutan"
    r"|dibuka|ditutup|registration|register|applications?|apply|opens?|closes?)\b",
    re.IGNORECASE,
)
LAST_ROUND = timedelta(days=366)  # what is older is an earlier registration
FREE = re.compile(
    r"\b(?:tidak (?:di)?pungut biaya|tanpa (?:di)?pungut(?:an)? biaya|tidak dikenakan biaya"
    r"|bebas biaya|free of charge)\b(?![^.!?;]{0,40}\b(?:hoaks|bohong|tidak benar|palsu)\b)",
    re.IGNORECASE,
)


def missing_fields(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield each key of the front matter that the profile needs and the article lacks."""
    profile = manuscript.profile
    needed = dict.fromkeys(
        (*profile.required, *(("expires",) if profile.expires == "needed" else ()))
    )
    for key in needed:
        if not _is_given(manuscript, key):
            yield manuscript.finding(
                "missing-field",
                0,
                f"{key} is missing, which the profile {profile.name} needs",
                f"add a line {key}: …",
            )


def _is_given(manuscript: Manuscript, key: str) -> bool:
    name = re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", key)
    name = {"associations": "media"}.get(name, name)
    value = getattr(manuscript.article, name, None)
    return bool(value) if value is not None else False


def unsaid(manuscript: Manuscript, _standards: Standards) -> Iterator[Finding]:
    """Yield what the text must say by its profile, and does not."""
    for rule in manuscript.profile.states:
        is_said, message, advice = BY_RULE[rule]
        if not is_said(manuscript):
            yield manuscript.finding(rule, manuscript.body_start, message, advice)


def _about_registration(manuscript: Manuscript) -> Iterator[str]:
    """Yield paragraphs and rows that the registration is written of in, or in the heading above."""
    is_titled = False
    for block in manuscript.blocks:
        is_heading = block.text.lstrip().startswith("#")
        is_titled = REGISTRATION.search(block.text) is not None if is_heading else is_titled
        pieces = block.text.split("\n") if block.is_table else [block.text]
        yield from (piece for piece in pieces if is_titled or REGISTRATION.search(piece))


def _has_opening(manuscript: Manuscript) -> bool:
    return any(times.opens for times in _registrations(manuscript))


def _has_closing(manuscript: Manuscript) -> bool:
    return any(times.closes for times in _registrations(manuscript))


def _registrations(manuscript: Manuscript) -> Iterator[RegistrationTimes]:
    since = (manuscript.article.date or manuscript.now).date() - LAST_ROUND
    return (registration_times(text, since) for text in _about_registration(manuscript))


def _has_official_link(manuscript: Manuscript) -> bool:
    allowed = [domain for domain in official_hosts(manuscript) if domain]
    web = [host_of(url) for url in manuscript.links if url.startswith(("http:", "https:"))]
    return any(lies_in(host, domain) for host in web for domain in allowed)


def _is_free(manuscript: Manuscript) -> bool:
    return FREE.search(manuscript.words) is not None


Statement = tuple[Callable[[Manuscript], bool], str, str]
BY_RULE: dict[str, Statement] = {
    "opening-time": (
        _has_opening,
        "the text does not say when the registration opens, with time and zone",
        "write it like: Pendaftaran dibuka 2 Mei 2024 pukul 08.00 WIB",
    ),
    "closing-time": (
        _has_closing,
        "the text does not say when the registration closes, with time and zone",
        "write it like: Pendaftaran ditutup 8 Mei 2024 pukul 23.59 WIB",
    ),
    "official-link": (
        _has_official_link,
        "the text has no official link",
        "link to the page of the registration",
    ),
    "free-of-charge": (
        _is_free,
        "the text does not say that the registration is free",
        "write: Pendaftaran tidak dipungut biaya.",
    ),
}
