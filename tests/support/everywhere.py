"""Many articles in one command: what the readers of every channel see of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from html import unescape
from itertools import pairwise

from support.newsroom import EVENING, Newsroom, part


def everywhere_at_once(room: Newsroom, bodies: Collection[str]) -> Iterator[dict[str, str]]:
    """Publish an article of each text with one command; what readers see of each, by channel."""
    names = [f"kabar-{number:02}.md" for number, _ in enumerate(bodies, 1)]
    for name, body in zip(names, bodies, strict=True):
        path = room.write(name, body, headline=f"Judul {name}", url="")
        path.write_text(path.read_text(encoding="utf-8").replace('url: ""\n', ""), "utf-8")
    room.publish(*names)
    assert room.run("digest", at=EVENING).code == 0
    [letter] = room.letters
    pages, texts = (_by_headline(part(letter, kind), names) for kind in ("html", "plain"))
    for name in names:
        [entry] = [one for one in room.entries if one["title"] == f"Judul {name}"]
        [post] = [one for one in room.api.shown if f"Judul {name}" in one.text]
        links = (entity.get("url", "") for entity in post.entities)
        yield {
            "feed": unescape(entry["content_html"]),
            "telegram": "\n".join((post.text, *filter(None, links))),
            "letter": unescape(pages[name]),
            "text": texts[name],
        }


def _by_headline(letter: str, names: Sequence[str]) -> dict[str, str]:
    """A letter's articles: each from the last place of its headline to the next one's."""
    starts = [letter.rindex(f"Judul {name}") for name in names]
    order = [*sorted(starts), len(letter)]
    ends = dict(pairwise(order))
    return {n: letter[start : ends[start]] for n, start in zip(names, starts, strict=True)}
