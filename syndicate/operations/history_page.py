"""The history of an article as one page to print and to keep: nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from syndicate.ledger import Happening
from syndicate.ledger.reports.receipts import AttemptMade, Carried, ReceiptKept, Stood
from syndicate.ledger.reports.versions import Version
from syndicate.model.edition_keys import letter_parts
from syndicate.operations.history import History
from syndicate.report import state_word
from syndicate.text.article_diff import article_texts
from syndicate.text.history_words import history_words
from syndicate.text.i18n import moment, spoken

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATE, STYLE = "history_page.html.jinja", "history_page.css"
OVERRIDES = "overrides."


def history_page(history: History, at: datetime) -> bytes:
    """Return the page, in the office's language, as of this moment."""
    language = history.publisher.language
    words = _Words(history_words(language), history)
    newest = history.versions[-1] if history.versions else None
    article = newest.article if newest else None
    texts = article_texts(article, history.publisher.zone, language) if article else {}
    template = _environment(words).from_string(_part(TEMPLATE))
    return template.render(
        style=_part(STYLE),
        language=spoken(language),
        text_language=article.language if article else "",
        history=history,
        words=words.table,
        at=at,
        newest=newest,
        texts=[(words.field(name), text) for name, text in texts.items() if name != "headline"],
        killed_at=next((each.at for each in reversed(history.versions) if each.kill), None),
    ).encode()


@dataclass(frozen=True, slots=True)
class _Words:
    """Words of one page, in its language and by the office's clock."""

    table: Mapping[str, str]
    history: History

    def clock(self, when: datetime | None) -> str:
        publisher = self.history.publisher
        return moment(when, publisher.zone, publisher.language) if when else ""

    def letter(self, carried: Carried) -> str:
        """Return a digest's name, the end of its window; a letter's own is what it is, and when."""
        kind, _, _ = letter_parts(carried.key)
        if kind:
            return f"{self.word(f'{kind}_letter')}, {self.clock(carried.frozen)}"
        return self.clock(datetime.fromisoformat(carried.key))

    def kind(self, version: Version) -> str:
        return self.word("kill" if version.kill else version.kind)

    def word(self, name: str) -> str:
        return self.table.get(name, name)

    def state(self, kept: ReceiptKept) -> str:
        is_gone = kept.state == "settled" and not kept.present
        return self.word("gone" if is_gone else state_word(kept.state))

    def field(self, name: str) -> str:
        """Return a field's label: "overrides.telegram.headline" has two words of ours."""
        if not name.startswith(OVERRIDES):
            return self.word(name)
        _, channel, own = name.split(".", 2)
        return f"{self.word('overrides')} {channel}: {self.word(own)}"

    def letters(self, states: Mapping[str, int]) -> str:
        return ", ".join(f"{count} {self.word(state)}" for state, count in sorted(states.items()))

    def since(self, stay: Stood) -> str:
        return self.clock(stay.since) or self.word("adopted")

    def until(self, stay: Stood) -> str:
        return self.clock(stay.until) or self.word("still" if stay.stands else "gone")

    def attempt(self, made: AttemptMade) -> str:
        outcome = {"receipt": "succeeded", "": "not_ended"}.get(made.outcome, made.outcome)
        return f"{self.word(made.verb)}: {self.word(outcome)}"

    def event(self, event: Happening) -> str:
        """Return what happened, in words: an attempt is kept as "publish: receipt"."""
        verb, apart, outcome = event.what.partition(": ")
        if not apart:
            return self.word(event.what)
        outcome = {"receipt": "succeeded", "not ended": "not_ended"}.get(outcome, outcome)
        return f"{self.word(verb)}: {self.word(outcome)}"


def _environment(words: _Words) -> Environment:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    names = ("clock", "letter", "kind", "word", "state", "field", "letters", "since", "until",
             "attempt", "event")  # fmt: skip
    environment.filters |= {name: getattr(words, name) for name in names}
    return environment


def _part(name: str) -> str:
    return files("syndicate.operations").joinpath(name).read_text(encoding="utf-8")
