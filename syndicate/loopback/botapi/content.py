"""Text, entities and attached files of a request, checked as Telegram checks them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from syndicate.loopback.botapi.faults import ApiError
from syndicate.loopback.botapi.posts import Photo, SentFile, Version

TEXT_LIMIT, CAPTION_LIMIT, ENTITY_LIMIT = 4096, 1024, 100
PHOTO_LIMIT, DOCUMENT_LIMIT = 10 * 1024 * 1024, 50 * 1024 * 1024
UPLOAD_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")

Params = dict[str, str]
Files = dict[str, tuple[str, bytes]]  # by their fields: a name and the content


def code_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utc_now() -> datetime:
    return datetime.now(UTC)


def formatted_text(
    params: Params, text_name: str, entities_name: str
) -> tuple[str, tuple[dict[str, Any], ...]]:
    """A text as Telegram keeps it: trimmed, with its entities checked against it."""
    if params.get("parse_mode"):
        raise ApiError(400, "Bad Request: can't parse entities: this server takes no parse_mode")
    given = params.get(text_name, "")
    entities = read_json(params.get(entities_name, "[]"), "can't parse entities JSON object")
    _check_entities(given, entities)
    lead = code_units(given) - code_units(given.lstrip())
    text = given.strip()
    kept = (_moved(entity, lead, code_units(text)) for entity in entities[:ENTITY_LIMIT])
    return text, tuple(entity for entity in kept if entity["length"] > 0)


def _moved(entity: dict[str, Any], lead: int, length: int) -> dict[str, Any]:
    start = max(entity["offset"] - lead, 0)
    end = min(entity["offset"] - lead + entity["length"], length)
    return entity | {"offset": start, "length": end - start}


def _check_entities(text: str, entities: list[dict[str, Any]]) -> None:
    raw = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        if entity["type"] == "text_link" and (why := _wrong(entity["url"])):
            raise ApiError(400, f"Bad Request: Entity URL '{entity['url']}' is invalid: {why}")
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if end * 2 > len(raw):
            what = f"entity beginning at UTF-16 offset {start} ends after the end of the text"
            raise ApiError(400, f"Bad Request: {what} at UTF-16 offset {end}")
        for verb, offset in (("begins", start), ("ends", end)):
            if b"\xdc" <= raw[offset * 2 + 1 : offset * 2 + 2] <= b"\xdf":
                what = f"entity {verb} in a middle of a UTF-16 symbol at byte offset {offset * 2}"
                raise ApiError(400, f"Bad Request: {what}")


def _wrong(url: str) -> str:
    """Explain why an address may be no link's, in TDLib's words; "" if it may."""
    if not url.lower().startswith(("http://", "https://")):
        return "Unsupported URL protocol"
    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    if found := re.fullmatch(r"(.*):([^:\]]*)", host, re.DOTALL):
        host = found[1]
        if not found[2].isdecimal() or not 0 < int(found[2]) <= 65535:
            return "Wrong port number specified in the URL"
    if not host or host == ".":
        return "URL host is empty"
    if host[0] == "[" and host[-1] == "]":
        return ""
    if re.search(r"[\x00-\x20\"#/<>?@\[\\\]^`{|}\x7f]|%(?![0-9a-fA-F]{2})", host):
        return "Disallowed character in URL host"
    return "" if "." in host else "Wrong HTTP URL"


def attached(kind: str, given: str, params: Params, files: Files) -> Version:
    text, entities = formatted_text(params, "caption", "caption_entities")
    if code_units(text) > CAPTION_LIMIT:
        raise ApiError(400, "Bad Request: message caption is too long")
    version = Version(at=utc_now(), text=text, entities=entities)
    if kind == "document":
        return replace(version, document=_document(given, files))
    return replace(version, photo=_photo(given, files, kind), is_animation=kind == "animation")


def of_input_media(media: dict[str, Any], files: Files) -> Version:
    """Read an InputMedia object as a post's version."""
    params = {"caption": media.get("caption", "")}
    params["caption_entities"] = json.dumps(media.get("caption_entities", []))
    return attached(media.get("type", ""), media.get("media", ""), params, files)


def as_edit(say: Callable[[], Version]) -> Version:
    """An edit that is too long is refused in other words."""
    try:
        return say()
    except ApiError as error:
        if "caption is too long" in error.description:
            raise ApiError(400, "Bad Request: MEDIA_CAPTION_TOO_LONG") from None
        raise


def link_preview(params: Params) -> dict[str, Any]:
    given = params.get("link_preview_options")
    what = "can't parse link preview options JSON object"
    return {"link_preview_options": read_json(given, what) if given else None}


def _photo(given: str, files: Files, kind: str) -> Photo:
    if given.startswith(("http://", "https://")):
        return Photo(url=given)
    _, content = _uploaded(given, kind or "photo", files, PHOTO_LIMIT)
    if not content.startswith(UPLOAD_SIGNATURES):
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    return Photo(content=content)


def _document(given: str, files: Files) -> SentFile:
    if given.startswith(("http://", "https://")):
        return SentFile(url=given, name=given.rpartition("/")[2])
    name, content = _uploaded(given, "document", files, DOCUMENT_LIMIT)
    return SentFile(content=content, name=name)


def _uploaded(given: str, kind: str, files: Files, limit: int) -> tuple[str, bytes]:
    found = files.get(given.removeprefix("attach://") or kind)
    if found is None:
        raise ApiError(400, f"Bad Request: there is no {kind} in the request")
    if not found[1]:
        raise ApiError(400, "Bad Request: file must be non-empty")
    if len(found[1]) > limit:
        raise ApiError(413, "Request Entity Too Large")
    return found


def read_json(text: str, complaint: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ApiError(400, f"Bad Request: {complaint}") from None
