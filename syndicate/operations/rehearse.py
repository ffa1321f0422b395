"""Send the real renditions to test destinations (``publish --test``); no trace is kept."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.channel import Channel
from syndicate.delivery.single import send_once
from syndicate.errors import DeliveryError, InDoubt, Refused
from syndicate.intake.admission import admit_all
from syndicate.model.article import Item
from syndicate.model.delivery import Receipt
from syndicate.office import Office
from syndicate.operations.recording import Publication
from syndicate.planning import editions
from syndicate.report import Line, Report, Subject
from syndicate.sources import Draft


def send_test_copies(office: Office, request: Publication) -> Report:
    """Send articles to the test destinations. Local pictures are uploaded, not hosted."""
    report = Report(command="publish --test")
    for draft in admit_all(office, request.paths, dry=True, anew=True):
        article = draft.article
        report.articles.append(
            Subject(
                uri=article.uri,
                headline=article.headline,
                path=str(draft.path),
                version=1,
                kind="original",
            )
        )
        for channel in office.chosen(request.channels):
            try:
                test = channel.rehearsal()
            except Refused as error:
                report.notes.append(f"{channel.name}: {error}")
            else:
                report.lines += _send(office, draft, channel, test)
    if not report.lines:
        report.problems.append("nothing was sent: no channel has a test destination")
    return report


def _send(office: Office, draft: Draft, channel: Channel, test: Channel) -> Iterator[Line]:
    """Send one article to the ``test`` destination of a channel."""
    article, now = draft.article, office.clock()
    item = Item(article=article, version=1, published=article.date or now, updated=now)
    edition = editions.article(editions.for_channel(item, channel, None), office.publisher)
    for rendition in test.render(edition):
        if rendition.follows:
            continue  # a test copy is read once: nothing to pin, nothing corrected
        result = send_once(office, test, edition.key, rendition, files=draft.files, test=True)
        yield _line(channel.name, article.uri, test.target(), result)


def _line(channel: str, uri: str, address: str, result: Receipt | DeliveryError) -> Line:
    if isinstance(result, Receipt):
        state, url, why = "done", result.url, ""
    else:
        state, url, why = "refused", None, str(result)
        if isinstance(result, InDoubt):
            state = "in doubt"
    return Line(
        channel=channel,
        about=uri,
        address=address,
        action="rehearse",
        state=state,
        url=url,
        why=why,
    )
