"""Letters of one article that go to readers at once: sent, shown beforehand, taken up again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from syndicate.channel.mailing_list import MailingList
from syndicate.delivery.run import Progress, run_channel
from syndicate.ledger import Catalogue, KnownChannel
from syndicate.ledger.reports.digests import digests
from syndicate.ledger.sending.runs import letter_counts
from syndicate.model.article import Edition
from syndicate.model.delivery import Rendition
from syndicate.model.reach import Reach, ReachedBy
from syndicate.office import Office
from syndicate.planning.channels import letter_review
from syndicate.report import Line, ReportPart, letters_line
from syndicate.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLetters:
    """Frozen letters of one article to the readers of one list."""

    channel: MailingList
    known: KnownChannel
    uri: str
    edition: int
    letters: int
    content: tuple[Edition, Rendition] | None = None  # None for letters of an earlier command


def send_letters(office: Office, mailing: ArticleLetters, progress: Progress) -> ReportPart:
    """Send what is due of these letters."""
    ran = run_channel(office, mailing.channel, mailing.known, [mailing.edition], progress)
    with office.ledger.reading() as db:
        lines = tuple(map(letters_line, digests(db, numbers=[mailing.edition])))
    is_reported = any(ran.problem in line.why for line in lines)
    problem = f"{mailing.channel.name}: {ran.problem}"
    return ReportPart(
        lines=lines,
        notes=ran.notes,
        problems=(problem,) if ran.problem and not is_reported else (),
        unconnected=ran.unconnected,
    )


def letters_preview(mailing: ArticleLetters) -> ReportPart:
    """Report to how many readers these letters would go."""
    why = f"is sent at once to {counted(mailing.letters, 'reader')}"
    remarks: tuple[str, ...] = ()
    if mailing.content:
        review = letter_review(mailing.channel, *mailing.content)
        why, remarks = why + review.size, review.remarks
    line = Line(
        channel=mailing.channel.name, about=mailing.uri, address="", action="letters", why=why
    )
    return ReportPart(lines=(line,), notes=remarks)


def letters_reach(mailings: Sequence[ArticleLetters]) -> Iterator[Reach]:
    """Yield how many readers get letters at once, by each list."""
    for mailing in mailings:
        text = f"{mailing.channel.name}: {counted(mailing.letters, 'reader')}, by a letter at once"
        yield Reach(
            uri=mailing.uri, channel=mailing.channel.name, by=ReachedBy.LETTER,
            count=mailing.letters, text=text,
        )  # fmt: skip


def _unsent(catalogue: Catalogue, edition: int) -> int:
    counts = letter_counts(catalogue.db, edition)
    return counts.get("due", 0) + counts.get("deferred", 0)


def unfinished_letters(
    catalogue: Catalogue, channel: MailingList, known: KnownChannel, uris: Iterable[str]
) -> list[ArticleLetters]:
    """Return letters of articles that an earlier command left."""
    return [
        ArticleLetters(
            channel=channel, known=known, uri=uri, edition=number,
            letters=_unsent(catalogue, number),
        )
        for uri, digests in catalogue.digests.unfinished_among(uris).items()
        for number, whose, window in digests
        if whose.id == known.id and window.closed is None
    ]  # fmt: skip
