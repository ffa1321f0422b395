"""Ask whether an article's links answer: `check --online`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from time import monotonic

from syndicate.editorial.manuscript import Manuscript
from syndicate.errors import Refused
from syndicate.model.finding import Finding
from syndicate.network.asking import HttpClient, NoAnswer
from syndicate.network.exchange import Limits
from syndicate.network.http import by_proxy
from syndicate.network.public import Site
from syndicate.system.local import leads_here
from syndicate.text import excerpt

LINK_SECONDS = 8.0
ALL_SECONDS = 120.0  # of one command, however many links its articles have
HEAD_BYTES, BODY_BYTES = 64 * 1024, 2 * 1024 * 1024
NO_HEAD = (400, 403, 404, 405, 501)  # what servers answer that know no HEAD, or dislike it
GONE = range(400, 600)
REFUSES_PROGRAMS = (401, 403, 429)  # a person may get in


@dataclass(kw_only=True)
class LinkChecker:
    """Asks each address once a command; ``own`` are the office's sites, others must be public."""

    own: frozenset[Site] = frozenset()
    rehearsal: bool = False  # asks this machine alone
    answers: dict[str, str] = field(default_factory=dict)  # by address: what is wrong, or ""
    notes: list[str] = field(default_factory=list)
    spent: float = 0.0  # seconds

    def dead_links(self, manuscript: Manuscript) -> Iterator[Finding]:
        """Yield each link of an article that does not answer."""
        links = [url for url in manuscript.links if url.startswith(("http://", "https://"))]
        self._ask(url for url in links if url not in self.answers)
        for url in links:
            if wrong := self.answers.get(url):
                yield manuscript.finding(
                    "dead-link",
                    manuscript.place_of_link(url),
                    f"{excerpt(url, 120)} {wrong}",
                    "correct it, or leave it out",
                )

    def _ask(self, urls: Iterable[str]) -> None:
        unknown = list(urls)
        if not unknown:
            return
        try:
            with HttpClient("links of articles", own=self.own) as line:
                for url in unknown:
                    self.answers[url] = self._answer(line, url)
        except Refused as error:  # no connection can be made at all
            self._note(str(error))
            self.answers.update(dict.fromkeys(unknown, ""))

    def _answer(self, line: HttpClient, url: str) -> str:
        if self.rehearsal and not leads_here(url):
            self._note("a rehearsal does not ask other sites whether links answer")
            return ""
        if self.spent > ALL_SECONDS:
            self._note(f"after {ALL_SECONDS:.0f} s the other links were not asked")
            return ""
        began = monotonic()
        try:
            return _wrong(line, url)
        finally:
            self.spent += monotonic() - began

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _wrong(line: HttpClient, url: str) -> str:
    """Return what is wrong with an address; "" where a person may well open it."""
    try:
        status = line.ask("HEAD", url, _limits(HEAD_BYTES), follow=True).status_code
        if status in NO_HEAD:
            status = line.ask("GET", url, _limits(BODY_BYTES), follow=True).status_code
    except NoAnswer as error:
        why = f": {error}" if str(error) else ""
        return f"does not answer{by_proxy(url)}{why}"
    is_wrong = status in GONE and status not in REFUSES_PROGRAMS
    return f"answers {status}{by_proxy(url)}" if is_wrong else ""


def _limits(octets: int) -> Limits:
    return Limits(seconds=LINK_SECONDS, octets=octets)
