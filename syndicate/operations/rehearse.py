"""Send the real renditions to test destinations (``publish --test``); no trace is kept."""

from __future__ import annotations

from syndicate.delivery.single import send_once
from syndicate.errors import DeliveryError, InDoubt, Refused
from syndicate.intake.admission import admit_all
from syndicate.model.article import Item
from syndicate.model.delivery import Receipt
from syndicate.office import Office
from syndicate.operations.recording import Publication
from syndicate.planning import editions
from syndicate.report import Line, Report, Subject


def rehearse(office: Office, request: Publication) -> Report:
    """Send articles to the test destinations. Local pictures are uploaded, not hosted."""
    report = Report(command="publish --test")
    for draft in admit_all(office, request.paths, dry=True, anew=True):
        article, now = draft.article, office.clock()
        item = Item(article=article, version=1, published=article.date or now, updated=now)
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
                stage = channel.rehearsal()
            except Refused as error:
                report.notes.append(f"{channel.name}: {error}")
                continue
            edition = editions.article(editions.for_channel(item, channel, None), office.publisher)
            for rendition in stage.render(edition):
                if rendition.follows:
                    continue  # a rehearsal is read once: nothing to pin, nothing corrected
                result = send_once(
                    office, stage, edition.key, rendition, files=draft.files, test=True
                )
                report.lines.append(_line(channel.name, article.uri, stage.target(), result))
    if not report.lines:
        report.problems.append("nothing was sent: no channel has a test destination")
    return report


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
