"""Posts as they stood when somebody last looked at them.

After a change of the layout, read the diff of what this writes, and look at the contact sheet
(tests/support/contact_sheet.py): ``GOLDEN=write pytest tests/channels/telegram -k golden``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from support.gallery import HOME, SETTINGS, STATES, Piece, as_text, gallery
from support.posts import broken_rules, channel, delivery, lost, passages
from syndicate.loopback.botapi import BotApi

IS_WRITING = os.environ.get("GOLDEN") == "write"
OWN_WORDS = {"overrides", "lead-only", *STATES}  # theirs is not the article's whole text


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Piece]:
    return {piece.name: piece for piece in gallery(tmp_path_factory.mktemp("gallery"))}


NAMES = sorted({path.stem for path in HOME.glob("*.md")} | {"20000-characters", "300-entities"})


@pytest.mark.parametrize("name", NAMES)
def test_a_post_is_as_it_was_when_it_was_last_reviewed(pieces: dict[str, Piece], name: str) -> None:
    said = as_text(pieces[name])
    if IS_WRITING:
        pieces[name].path.write_text(said, encoding="utf-8")
    assert said == pieces[name].path.read_text(encoding="utf-8")


def test_every_golden_file_has_its_article(pieces: dict[str, Piece]) -> None:
    assert len(NAMES) >= 25
    assert sorted(pieces) == NAMES == sorted(path.stem for path in HOME.glob("*.txt"))
    assert set(pieces) >= STATES.keys() | SETTINGS.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_post_keeps_telegram_s_rules(pieces: dict[str, Piece], name: str) -> None:
    assert broken_rules(pieces[name].post) == []


@pytest.mark.parametrize("name", NAMES)
def test_telegram_s_own_library_changes_nothing_of_a_golden_post(
    pieces: dict[str, Piece], name: str
) -> None:
    tdlib = pytest.importorskip("tdlib", exc_type=ImportError)
    assert tdlib.changed(pieces[name].post) == []


@pytest.mark.parametrize("name", sorted({*NAMES} - OWN_WORDS))
def test_a_golden_post_loses_no_word(pieces: dict[str, Piece], name: str) -> None:
    article = pieces[name].article
    assert lost(pieces[name].post, passages(article.markdown), article.url or "") == ""


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_post_is_accepted_and_kept_as_it_is(
    pieces: dict[str, Piece], api: BotApi, name: str
) -> None:
    piece = pieces[name]
    with channel(api.url, **piece.settings) as opened:
        opened.publish(delivery(opened, piece.state(piece.article), piece.files))
    said = piece.post
    kept = api.posts[-len(said.given["attached"]) or -1]
    assert (kept.text, list(kept.entities)) == (said.text, list(said.entities))
