"""The articles whose posts are kept as golden files: one of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from support.posts import Post, marked, post, units
from syndicate import Article, Item, Publisher
from syndicate.sources import read
from syndicate.testing import ANSWER, ORIGINAL, corrected, ended, item, withdrawn

HOME = Path(__file__).parents[1] / "channels" / "golden"
DESK = Publisher(name="Kabar", url="https://kabar.example", timezone="Asia/Jakarta")
SYLLABLES = (
    "ba",
    "ca",
    "da",
    "fi",
    "ga",
    "hu",
    "ja",
    "ka",
    "lu",
    "ma",
    "ni",
    "pe",
    "ra",
    "su",
    "ti",
)
STYLES = ("{}", "**{}**", "*{}*", "~~{}~~", "`{}`", "[{}](https://kabar.example/{})")

State = Callable[[Article], Item]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One article in the state and with the settings that its post shows."""

    name: str
    article: Article
    files: Mapping[str, bytes] = field(default_factory=dict)
    state: State = item
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def post(self) -> Post:
        return post(self.state(self.article), **self.settings)

    @property
    def path(self) -> Path:
        return HOME / f"{self.name}.txt"


STATES: Mapping[str, State] = {
    "correction": lambda article: corrected(article, "Batas semula tertulis 6 Mei."),
    "withdrawal": lambda article: withdrawn(article, "Uji coba ditunda tanpa tanggal baru."),
    "ended": ended,
    "answered": lambda article: item(article, replies=(ANSWER,)),
    "answer": lambda article: item(article, replies_to=ORIGINAL),
    "withdrawal-english": lambda article: withdrawn(article, "Nobody had planned it."),
}
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "lead-only": {"length": "lead"},
    "picture-hosted": {"preview": "below"},
}


def gallery(folder: Path) -> list[Piece]:
    """All of them; what is generated is written to ``folder``."""
    for name, markdown in (("20000-characters", long_text()), ("300-entities", many_styles())):
        front = f"headline: Generated, {name}\nlanguage: en\nurl: https://kabar.example/{name}"
        (folder / f"{name}.md").write_text(f"---\n{front}\n---\n\n{markdown}\n", encoding="utf-8")
    return [_piece(path) for path in [*sorted(HOME.glob("*.md")), *sorted(folder.glob("*.md"))]]


def _piece(path: Path) -> Piece:
    draft = read(path, DESK)
    return Piece(
        name=path.stem,
        article=draft.article.worded_for("tg"),
        files=draft.files,
        state=STATES.get(path.stem, item),
        settings=SETTINGS.get(path.stem, {}),
    )


def long_text(length: int = 20_000) -> str:
    """Paragraphs of sentences in no language, the same ones every time."""
    chance = Random(20_000)
    paragraphs: list[str] = []
    while sum(map(len, paragraphs)) < length:
        paragraphs.append(" ".join(_sentence(chance) for _ in range(chance.randint(2, 6))))
    return "\n\n".join(paragraphs)


def many_styles(count: int = 300) -> str:
    """So many styled words, of every style."""
    chance = Random(300)
    styled = (STYLES[1 + n % 5].format(*[_word(chance)] * 2) for n in range(count))
    lines = (f"{_word(chance)} {one}." for one in styled)
    return "\n".join(f"{line}\n" if number % 10 == 9 else line for number, line in enumerate(lines))


def _sentence(chance: Random) -> str:
    said = " ".join(_word(chance) for _ in range(chance.randint(4, 14)))
    return f"{said.capitalize()}."


def _word(chance: Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.randint(1, 4)))


def as_text(piece: Piece) -> str:
    """A post for people who review it: its figures, what comes with it, its marked text."""
    said = piece.post
    figures = f"{units(said.text)} units, {len(said.entities)} entities"
    given = (f"{name}: {value}" for name, value in sorted(said.given.items()) if value)
    return "\n".join([figures, *given, "", marked(said), ""])
