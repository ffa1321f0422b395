"""Leave in files what the two servers were given: posts with their edits, and letters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from syndicate.demo.scenario import Day, Moment, Saying, Told
from syndicate.loopback.smtp import ReceivedLetter


def posts(folder: Path, day: Day) -> list[Path]:
    """A JSON file for each post, with every version of it."""
    (folder / "posts").mkdir()
    return [_post(folder / "posts" / f"{post.number}.json", post) for post in day.posts]


def letters(folder: Path, day: Day) -> list[Path]:
    """The letters as they came in, a file for each."""
    (folder / "letters").mkdir()
    kept = []
    for moment, letter in day.letters:
        path = folder / "letters" / letter_name(moment, letter)
        path.write_bytes(letter.content)
        kept.append(path)
    return kept


def letter_name(moment: Moment, letter: ReceivedLetter) -> str:
    """``2026-08-14-sari.eml``."""
    return f"{moment.at:%Y-%m-%d}-{letter.recipient.partition('@')[0]}.eml"


def _post(path: Path, post: Told) -> Path:
    document = {
        "link": post.link,
        "chat": post.chat,
        "versions": [_version(saying) for saying in post.sayings],
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _version(saying: Saying) -> dict[str, Any]:
    version = saying.version
    document: dict[str, Any] = {
        "at": saying.moment.at.isoformat(),
        "command": saying.moment.act.command,
        "text": version.text,
        "entities": list(version.entities),
        "link_preview_options": version.link_preview_options,
    }
    if version.photo:
        document["photo"] = version.photo.url or f"{len(version.photo.content)} bytes were uploaded"
    return document
