"""A second reader of entities: Telegram's own library, TDLib, which needs no account for this."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import tdjson

from support.posts import Entity, Post

KINDS = {
    "bold": "Bold", "italic": "Italic", "underline": "Underline", "spoiler": "Spoiler",
    "strikethrough": "Strikethrough", "code": "Code", "pre": "Pre", "blockquote": "BlockQuote",
    "expandable_blockquote": "ExpandableBlockQuote", "text_link": "TextUrl",
}  # fmt: skip
# what `parseMarkdown` would read as marks, one unit for one unit
NEUTRAL = str.maketrans("*_~`|[", "∗‗∼‵∣⟦")


def as_telegram_reads(said: Post) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities after Telegram's own library has put them right; ValueError if it can't.

    ``parseMarkdown`` is the request that does so without an account; the text has no marks left.
    """
    asked = {
        "@type": "parseMarkdown",
        "text": {
            "@type": "formattedText",
            "text": said.text.translate(NEUTRAL),
            "entities": [_tdlib_entity(entity) for entity in said.entities],
        },
    }
    answer = _executed(asked)
    if answer["@type"] == "error":
        raise ValueError(answer["message"])
    return answer["text"], answer["entities"]


def _executed(request: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    return answer


def quieten_tdlib() -> None:
    """It would write a log to stderr."""
    _executed({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def _tdlib_entity(entity: Entity) -> dict[str, Any]:
    kind = "PreCode" if "language" in entity else KINDS[entity["type"]]
    details = {key: entity[key] for key in ("url", "language") if key in entity}
    return {
        "@type": "textEntity",
        "offset": entity["offset"],
        "length": entity["length"],
        "type": {"@type": f"textEntityType{kind}"} | details,
    }


def changed(said: Post) -> list[str]:
    """What a reader would see otherwise than it was sent."""
    text, entities = as_telegram_reads(said)
    if text != said.text.translate(NEUTRAL):
        return [f"the text became {text!r}"]
    sent = _dress(text, [_tdlib_entity(entity) for entity in said.entities])
    kept = _dress(text, entities)
    return [
        f"unit {at} was {sorted(one)}, became {sorted(other)}"
        for at, (one, other) in enumerate(zip(sent, kept, strict=True))
        if one != other
    ]


def _dress(text: str, entities: Iterable[Entity]) -> list[set[str]]:
    """The styles of every unit; white space shows none."""
    raw = text.encode("utf-16-le")
    dress: list[set[str]] = [set() for _ in range(len(raw) // 2)]
    for entity in entities:
        name = " ".join(str(value) for _, value in sorted(entity["type"].items()))
        for at in range(entity["offset"], entity["offset"] + entity["length"]):
            if not chr(int.from_bytes(raw[2 * at : 2 * at + 2], "little")).isspace():
                dress[at].add(name)
    return dress
