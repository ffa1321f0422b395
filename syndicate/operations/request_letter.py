"""The letter that asks a person of the office to approve a draft: everything on one sheet.

It holds the draft as its readers will see it, what the checks found, what it changes, and how to
answer. The answer carries the request's token back: in the subject, and in the quoted letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.model.article import Media, Publisher
from syndicate.model.finding import Finding
from syndicate.operations.renditions import ReadableRendition, goes_out
from syndicate.text import excerpt, squeeze, visible
from syndicate.text.article_diff import FieldChange
from syndicate.text.fragments import as_fragment, local_pictures, with_pictures
from syndicate.text.history_words import history_words
from syndicate.text.i18n import moment, spoken
from syndicate.text.preview_words import preview_words
from syndicate.text.word_diff import Change, marked

SUBJECT_CHARACTERS = 120  # of the subject, without the token
MOST_CHARACTERS = 20_000  # of one rendition's text
MOST_HTML = 40_000  # characters of one rendition's fragment
MOST_RENDITIONS = 400_000  # characters of all of them, text and HTML
MOST_FINDINGS = 100
MOST_PICTURE = 2_000_000  # bytes of one picture
MOST_PICTURES = 6_000_000  # bytes of all of them
DOMAIN = "preview.invalid"  # of the pictures' Content-IDs, which no address is
TEMPLATE = "request_letter.html.jinja"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """Question to one approver, and the token that their answer brings back."""

    draft: StoredDraft
    renditions: Sequence[ReadableRendition]
    changes: Sequence[FieldChange] = ()  # of what is published
    findings: Sequence[Finding] = ()
    token: str


def code(token: str) -> str:
    """Return a token as it stands in the subject and in the letter: ``[approval TOKEN]``."""
    return f"[approval {token}]"


def compose_request(
    publisher: Publisher, request: ApprovalRequest, pictures: Mapping[str, bytes]
) -> EmailMessage:
    """Return the letter, in the office's language, without sender, recipient and Message-ID.

    ``pictures`` are the bytes of local pictures, by their sha256: small ones are shown in it, the
    others named.
    """
    sheet = _Sheet(publisher, request, _fitting(request.renditions, request.draft.path, publisher))
    shown = _attached(sheet.renditions, pictures)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = sheet.subject
    message["Date"] = request.draft.stored.astimezone(publisher.zone)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no program answers it
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(sheet.text(), charset="utf-8", cte="quoted-printable")
    html = sheet.html(shown)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    _attach(message, shown.values(), pictures)
    _set_boundaries(message, sha256(html.encode()).hexdigest())
    message["Content-Language"] = spoken(publisher.language)  # last: else it goes into a part
    return message


def _set_boundaries(message: EmailMessage, mark: str) -> None:
    """Make the same letter the same bytes; _ after = never occurs in quoted-printable."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{mark[:32]}{number}")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Contents of one letter, in the office's words."""

    publisher: Publisher
    request: ApprovalRequest
    renditions: Sequence[ReadableRendition]

    @property
    def words(self) -> Mapping[str, str]:
        return preview_words(self.publisher.language)

    @property
    def headline(self) -> str:
        return visible(squeeze(self.request.draft.article.headline))

    @property
    def subject(self) -> str:
        about = excerpt(f"{self.words['request']}: {self.headline}", SUBJECT_CHARACTERS)
        return f"{about} {code(self.request.token)}"

    @property
    def asks(self) -> str:
        draft = self.request.draft
        kind = "asks" if draft.kind == "original" else f"asks_{draft.kind}"
        person = draft.person.name or draft.person.account
        return self.words[kind].format(person=squeeze(person), office=self.publisher.name)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """When it goes out, and what readers are told was wrong."""
        words, draft = self.words, self.request.draft
        at, zone = goes_out(draft), self.publisher.zone
        time = moment(at, zone, self.publisher.language) if at else words["once_approved"]
        note = [(words["corrected"], squeeze(draft.note))] if draft.note else []
        return [(words["goes_out"], time), *note]

    @property
    def answer(self) -> list[str]:
        words, code_ = self.words, code(self.request.token)
        return [words["answer_how"], words["approve"], words["reject"], words["keep_code"], code_]

    @property
    def findings(self) -> list[str]:
        found = [_finding_line(finding, self.words) for finding in self.request.findings]
        more = len(found) - MOST_FINDINGS
        return [*found[:MOST_FINDINGS], *([f"… + {more}"] if more > 0 else [])]

    @property
    def changes(self) -> list[tuple[str, FieldChange]]:
        table = history_words(self.publisher.language)
        return [(_field(change.name, table), change) for change in self.request.changes]

    def text(self) -> str:
        return "\n\n".join(self._parts()) + "\n"

    def _parts(self) -> Iterator[str]:
        words, answer = self.words, self.answer
        yield f"{words['mark']}\n{self.headline}"
        yield self.asks
        yield "\n".join(f"{label}: {text}" for label, text in self.facts)
        yield _titled(words["answer"])
        yield f"{answer[0]}\n\n    {answer[1]}\n    {answer[2]}\n\n{answer[3]}\n{answer[4]}"
        yield _titled(words["findings"])
        yield "\n".join(f"- {line}" for line in self.findings) or words["no_findings"]
        if self.changes:
            yield _titled(words["changes"])
            yield words["changes_how"]
            yield from (
                f"{label}: {visible(marked(change.passages))}" for label, change in self.changes
            )
        yield _titled(words["renditions"])
        for rendition in self.renditions:
            yield from _rendition_parts(rendition, words)
        yield f"-- \n{self.publisher.name}\n{self.publisher.url}"

    def html(self, shown: Mapping[str, Media]) -> str:
        from jinja2 import Environment, StrictUndefined

        environment = Environment(
            autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
        )
        source = files("syndicate.operations").joinpath(TEMPLATE).read_text(encoding="utf-8")
        addresses = {sha256: f"cid:{sha256}@{DOMAIN}" for sha256 in shown}
        names = _picture_words(self.renditions, self.words)
        return environment.from_string(source).render(
            sheet=self,
            w=self.words,
            language=spoken(self.publisher.language),
            text_language=self.request.draft.article.language or self.publisher.language,
            same=Change.SAME,
            removed=Change.REMOVED,
            shown=[
                (rendition, with_pictures(rendition.html, addresses, names))
                for rendition in self.renditions
            ],
        )


def _rendition_parts(rendition: ReadableRendition, words: Mapping[str, str]) -> Iterator[str]:
    yield f"{_title(rendition)}\n{'-' * len(_title(rendition))}"
    yield rendition.text
    if rendition.pictures:
        yield f"{words['pictures']}: {'; '.join(map(picture_name, rendition.pictures))}"
    if rendition.notes:
        yield "\n".join((f"{words['notes']}:", *(f"- {note}" for note in rendition.notes)))


def picture_name(media: Media) -> str:
    """Return how a picture is called, with what it shows: ``kantor.jpg (Kantor bupati)``."""
    name, alt = media.file or media.url or media.label, squeeze(media.alt)
    return visible(f"{name} ({alt})" if alt else name)


def _title(rendition: ReadableRendition) -> str:
    return f"{rendition.label} ({rendition.channel})"


def _titled(title: str) -> str:
    return f"{title}\n{'=' * len(title)}"


def _finding_line(finding: Finding, words: Mapping[str, str]) -> str:
    """Return a finding without its file, which is the request's own."""
    where = f"{words['line'].format(line=finding.line)}, " if finding.line else ""
    advice = f" ({finding.advice})" if finding.advice else ""
    return visible(f"{where}{words[finding.severity]}, {finding.rule}: {finding.message}{advice}")


def _field(name: str, table: Mapping[str, str]) -> str:
    """Return a field's label: "overrides.telegram.headline" has two words of ours."""
    first, _, rest = name.partition(".")
    channel, _, own = rest.partition(".")
    return f"{table[first]} {channel}: {table[own]}" if own else table.get(name, name)


def _fitting(
    renditions: Iterable[ReadableRendition], path: str, publisher: Publisher
) -> list[ReadableRendition]:
    """Return renditions that fit into a letter, each cut with a word where it is too long."""
    words, left, fitting = preview_words(publisher.language), MOST_RENDITIONS, []
    cut = words["cut"].format(path=Path(path).name)
    for rendition in renditions:
        short = _shortened(rendition, cut)
        if len(short.text) + len(short.html) > left:
            word = words["left_out"].format(label=_title(rendition))
            short = replace(short, text=word, html=as_fragment(word), pictures=())
        left -= len(short.text) + len(short.html)
        fitting.append(short)
    return fitting


def _shortened(rendition: ReadableRendition, cut: str) -> ReadableRendition:
    """Return a rendition of a bounded length; HTML cannot be cut, so that its text stands in."""
    text = rendition.text
    if len(text) <= MOST_CHARACTERS and len(rendition.html) <= MOST_HTML:
        return rendition
    if len(text) > MOST_CHARACTERS:
        text = f"{excerpt(text, MOST_CHARACTERS)}\n\n{cut}"
    html = rendition.html
    if len(html) > MOST_HTML or text is not rendition.text:
        html = as_fragment(text)
    return replace(rendition, text=text, html=html)


def _attached(
    renditions: Iterable[ReadableRendition], pictures: Mapping[str, bytes]
) -> dict[str, Media]:
    """Return by sha256 the pictures that the letter shows, as long as there is room."""
    found = {media.sha256: media for each in renditions for media in each.pictures if media.sha256}
    used = dict.fromkeys(name for each in renditions for name in local_pictures(each.html))
    attached, left = {}, MOST_PICTURES
    for name in used:
        size = len(pictures.get(name, b""))
        is_picture = name in found and found[name].media_type.startswith("image/")
        if is_picture and 0 < size <= min(MOST_PICTURE, left):
            attached[name] = found[name]
            left -= size
    return attached


def _picture_words(
    renditions: Iterable[ReadableRendition], words: Mapping[str, str]
) -> dict[str, str]:
    """Return by sha256 what stands in the place of a picture that is not shown."""
    return {
        media.sha256: words["picture_left_out"].format(name=picture_name(media))
        for rendition in renditions
        for media in rendition.pictures
        if media.sha256
    }


def _attach(message: EmailMessage, shown: Iterable[Media], pictures: Mapping[str, bytes]) -> None:
    """Put pictures beside the HTML part, which shows them by their Content-ID (RFC 2392)."""
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for media in shown:
        kind, _, subtype = media.media_type.partition("/")
        html.add_related(
            pictures[media.sha256], kind, subtype, cid=f"<{media.sha256}@{DOMAIN}>",
            filename=Path(media.file).name or media.name, disposition="inline",
        )  # fmt: skip
