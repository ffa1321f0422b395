"""Compose the letter that tells a partner what became of an article. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syndicate.channel.mailing_list import PlainLetter
from syndicate.ledger import Standing
from syndicate.model.article import Article, Publisher, Withdrawal
from syndicate.text import plain
from syndicate.text.i18n import moment, words_for
from syndicate.text.word_diff import Change, around_changes, marked, word_changes


@dataclass(frozen=True, kw_only=True)
class PartnerNews:
    """News of an article, for one partner."""

    publisher: Publisher
    standing: Standing
    before: Article | None  # as the partner has it
    language: str

    @property
    def words(self) -> Mapping[str, str]:
        return words_for(self.language)

    def letter(self) -> PlainLetter:
        """Return the letter; after a kill it holds no word of the article, neither old nor new."""
        withdrawal = self.standing.item.withdrawal
        if withdrawal:
            return self._withdrawal(withdrawal)
        label, opening = "correction", "corrected_article"
        if self.standing.kind == "reinstatement":
            label, opening = "reinstated", "reinstated_article"
        return PlainLetter(
            subject=f"{self.words[label]}: {self.standing.item.article.headline}",
            paragraphs=(self._opening(opening), self._about(), *self._changes()),
            language=self.language,
        )

    def _withdrawal(self, withdrawal: Withdrawal) -> PlainLetter:
        words, headline = self.words, self.standing.item.article.headline
        name = words["article_of"].format(when=self._published) if withdrawal.kill else headline
        return PlainLetter(
            subject=f"{words['withdrawn']}: {name}",
            paragraphs=(
                self._opening("withdrawn_article"),
                self._about(killed=withdrawal.kill),
                f"{words['reason']}: {withdrawal.reason}",
                words["withdraw_yours"],
            ),
            language=self.language,
        )

    @property
    def _published(self) -> str:
        return moment(self.standing.item.published, self.publisher.zone, self.language)

    def _opening(self, word: str) -> str:
        return self.words[word].format(office=self.publisher.name)

    def _about(self, *, killed: bool = False) -> str:
        article, words = self.standing.item.article, self.words
        lines = [] if killed else [f"{words['headline']}: {article.headline}"]
        lines += [f"{words['published']}: {self._published}", article.url or article.uri]
        return "\n".join(lines)

    def _changes(self) -> Iterator[str]:
        words = self.words
        note = newest_note(self.standing)
        if note and self.standing.kind == "correction":
            yield f"{words['was_wrong']}: {note}"
        elif note:
            yield note
        changed = [*_changed_fields(self.before, self.standing.item.article)]
        if changed:
            yield words["changes"]
            yield from (f"{words[name]}:\n{text}" for name, text in changed)
        if self.standing.kind == "correction":
            yield words["correct_yours"]


def newest_note(standing: Standing) -> str:
    """Return what readers are told of the newest correction or reinstatement; "" for nothing.

    A reinstatement of which they are not told has no note: the newest is of an earlier version.
    """
    notes = standing.item.corrections
    if not notes or (standing.kind == "reinstatement" and notes[-1].version != standing.version):
        return ""
    return notes[-1].note


def _changed_fields(before: Article | None, after: Article) -> Iterator[tuple[str, str]]:
    """Yield (field, marked words) of what differs."""
    old, new = _fields(before) if before else {}, _fields(after)
    for name, text in new.items():
        passages = word_changes(old.get(name, ""), text)
        if any(passage.change is not Change.SAME for passage in passages):
            yield name, marked(around_changes(passages))


def _fields(article: Article) -> dict[str, str]:
    return {
        "headline": article.headline,
        "description": article.description,
        "text": plain(article.html),
    }
