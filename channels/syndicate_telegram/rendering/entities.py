"""A text's formatting as the Bot API takes it: entities with UTF-16 offsets, and their limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from syndicate.text import utf16_length
from syndicate_telegram.limits import ENTITIES_BYTES, MOST_ENTITIES
from syndicate_telegram.rendering.rich_text import QUOTE_KINDS, Entity, RichText

IMPORTANCE = ("text_link", *QUOTE_KINDS, "pre", "bold", "code", "italic", "strikethrough")


def api_entities(text: RichText, priority_links: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the entities as the Bot API takes them.

    Beyond what a message may have, the least important styles go; ``priority_links`` and what
    stands at the very beginning, the headline, stay longest.
    """
    entities = kept_entities(text, priority_links)
    # in such a text every character is one unit
    measure = len if text.text.isascii() else utf16_length
    return [_api_entity(text.text, entity, measure) for entity in entities]


def kept_entities(text: RichText, priority_links: Sequence[str] = ()) -> tuple[Entity, ...]:
    """Return the entities that a message has room for."""
    entities = text.entities
    if len(entities) <= MOST_ENTITIES and sum(e.cost for e in entities) <= ENTITIES_BYTES:
        return entities
    kept = set(_most_important(entities, priority_links))
    return tuple(entity for entity in entities if entity in kept)


def _most_important(entities: Sequence[Entity], priority_links: Sequence[str]) -> Iterable[Entity]:
    def rank(entity: Entity) -> tuple[int, int]:
        if entity.start == 0 or entity.url in priority_links:
            return -1, entity.start
        known = entity.kind in IMPORTANCE
        return IMPORTANCE.index(entity.kind) if known else len(IMPORTANCE), entity.start

    cost = 0
    for entity in sorted(entities, key=rank)[:MOST_ENTITIES]:
        cost += entity.cost
        if cost > ENTITIES_BYTES:
            return
        yield entity


def _api_entity(text: str, entity: Entity, measure: Callable[[str], int]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": entity.kind,
        "offset": measure(text[: entity.start]),
        "length": measure(text[entity.start : entity.end]),
    }
    if entity.url:
        fields["url"] = entity.url
    if entity.language:
        fields["language"] = entity.language
    return fields
