"""Approval: which articles need it, who decides, what it binds, and what goes out without it.

Bound are the article with its files' bytes, the channels, the note and the time: an approval of
anything else is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from syndicate.channel import Channel, Scope
from syndicate.config.approvers import Approver
from syndicate.config.editorial import TWO_PERSON
from syndicate.errors import ArticleError, UsageError
from syndicate.intake.remote_copies import RemoteCopies, fetch_copies
from syndicate.ledger import Catalogue, Standing
from syndicate.ledger.catalogue.approvals import APPROVED, FORCED, REJECTED, WAITING, Approval
from syndicate.ledger.catalogue.drafts import StoredDraft
from syndicate.model.article import Article, Media
from syndicate.model.person import Person
from syndicate.office import Office
from syndicate.operations.recording import Publication, is_a_note, kind_of, record_act
from syndicate.operations.schedule import Prepared, as_stored
from syndicate.planning.coming import is_for, takes
from syndicate.sources import Draft, change_detection
from syndicate.text import folded
from syndicate.text.coming_times import shown

UNCHANGED = "unchanged"


def needs_approval(office: Office, *articles: Article | None) -> bool:
    """Return whether one of these, an article as it stands or is to be, needs another person."""
    return any(_mode(office, article) == TWO_PERSON for article in articles if article)


def asks_anybody(office: Office) -> bool:
    """Return whether the office has articles that need approval at all."""
    modes = {profile.approval for profile in office.settings.profiles.values()}
    return TWO_PERSON in {*modes, office.settings.editorial.approval}


def _mode(office: Office, article: Article) -> str:
    profile = office.settings.profiles.get(article.profile)
    return (profile.approval if profile else "") or office.settings.editorial.approval


def asked_first(office: Office, submitter: Person) -> list[Approver]:
    """Return who is asked to decide: never who submitted it, and deputies for who is away."""
    approvers, at, zone = office.settings.approvers, office.clock(), office.publisher.zone
    asked: dict[str, Approver] = {}
    for approver in approvers:
        person: Approver | None = None if approver.stands_in else approver
        if person and (person.is_away(at, zone) or person.is_person(submitter)):
            person = deputy_of(office, person)
        if person and not person.is_person(submitter):
            asked[person.name] = person
    return list(asked.values())


def deputy_of(office: Office, approver: Approver) -> Approver | None:
    return approver_named(office, approver.deputy) if approver.deputy else None


def approver_named(office: Office, name: str) -> Approver | None:
    """Return the approver of this name; None where the configuration has none."""
    wanted = folded(name)
    return next((each for each in office.settings.approvers if folded(each.name) == wanted), None)


def refuse_nameless(person: Person, what: str) -> None:
    """Raise UsageError for somebody who does not say who they are."""
    if not person.name:
        raise UsageError(f"{what}: say who you are (--as NAME, or $SYNDICATE_USER)")


def refuse_half_forced(person: Person, *, force: bool, reason: str) -> None:
    """Raise UsageError for --force without --reason, and the other way round."""
    if not force and reason:
        raise UsageError("--reason: says why --force is needed: add --force")
    if force and not is_a_note(reason):
        raise UsageError("--force: write with --reason why nobody could approve it")
    if force:
        refuse_nameless(person, "--force")


def binding_of(draft: StoredDraft, pictures: Mapping[str, str]) -> str:
    """Return the fingerprint of all that is approved; ``pictures``: sha256 by remote address.

    Of a remote file counts what it holds, not what its host said of it at some time.
    """
    article = replace(draft.article, media=tuple(map(_unmeasured, draft.article.media)))
    bound = [replace(draft, article=article).fingerprint, sorted(pictures.items())]
    return sha256(json.dumps(bound).encode()).hexdigest()


def _unmeasured(media: Media) -> Media:
    kind = media.media_type if media.is_document else ""
    return media if media.sha256 else replace(media, size=0, media_type=kind)


def copies_of(office: Office, articles: Iterable[Article]) -> RemoteCopies:
    """Fetch the remote files of those articles that need approval."""
    if not asks_anybody(office):
        return RemoteCopies()
    with office.ledger.reading() as db:
        catalogue = Catalogue(db)
        needing = [
            article
            for article in articles
            if needs_approval(office, article, published(catalogue, article.uri))
        ]
    return fetch_copies(needing, office.sites, rehearsal=office.ledger.rehearsal)


def changed_articles(drafts: Iterable[Draft]) -> list[Article]:
    """Return the articles that are not published as they were read."""
    return [draft.article for draft in drafts if not (draft.kept or draft.same_as)]


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Part of a command that may go out, and why the rest may not."""

    drafts: Sequence[Draft] = ()
    prepared: Sequence[Prepared] = ()
    used: Sequence[Approval] = ()
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Door:
    """The office's rule of approval, for one command."""

    office: Office
    request: Publication
    chosen: Sequence[Channel]
    copies: RemoteCopies = field(default_factory=RemoteCopies)

    def admit(
        self, catalogue: Catalogue, drafts: Sequence[Draft], prepared: Sequence[Prepared]
    ) -> Admission:
        """Part what may go out from what nobody has approved; what is forced is written down."""
        if not asks_anybody(self.office):
            return Admission(drafts=drafts, prepared=prepared)
        catalogue.articles.read(draft.article.uri for draft in drafts)
        problems: list[str] = []
        notes: list[str] = []
        used: list[Approval] = []

        def may(stored: StoredDraft | None) -> bool:
            found = self._found(catalogue, stored, notes) if stored else None
            if isinstance(found, str):
                problems.append(found)
            elif found and stored and not stored.due:
                used.append(found)
            return not isinstance(found, str)

        return Admission(
            drafts=[draft for draft in drafts if may(self.stored(catalogue, draft))],
            prepared=[each for each in prepared if may(each.draft)],
            used=used, problems=problems, notes=notes,
        )  # fmt: skip

    def _found(
        self, catalogue: Catalogue, stored: StoredDraft, notes: list[str]
    ) -> Approval | str | None:
        """Return the approval of a draft, None where it needs none; a sentence refuses it."""
        if not needs_approval(self.office, stored.article, published(catalogue, stored.uri)):
            return None
        found = cleared(self.office, catalogue, stored, self.copies)
        if isinstance(found, str) and self.request.force:
            notes.append(
                f"{stored.file}: goes out without approval: somebody else has to review it"
                f" (`syndicate review {stored.file}`)"
            )
            return self._forced(catalogue, stored)
        return found

    def stored(self, catalogue: Catalogue, draft: Draft) -> StoredDraft | None:
        """Return what would go out of a draft; None where it needs nobody, or has a flaw."""
        standing = catalogue.articles.standing(draft.article.uri)
        before = standing.item.article if standing else None
        if not needs_approval(self.office, draft.article, before):
            return None
        try:
            kind, note = kind_of(self.office, catalogue, self.request, draft, standing)
        except ArticleError:
            return None  # it is raised again, with all others
        if kind == UNCHANGED and not (standing and self._widens(catalogue, draft, standing)):
            return None
        after = standing.version if standing else 0
        return as_stored(self.office, self.request, draft, kind=kind, note=note, after=after)

    def _widens(self, catalogue: Catalogue, draft: Draft, standing: Standing) -> bool:
        """Return whether somebody sends what is out already to a further channel."""
        uri = standing.uri
        for channel in self.chosen:
            known = self.office.remembered(catalogue, channel)
            if known.id in catalogue.channels.having(uri) or not is_for(draft, channel):
                continue
            is_asked = self.request.asks_for(draft, channel) and channel.scope is not Scope.DIGEST
            is_new = catalogue.channels.is_older(uri, known) and not is_asked
            if takes(catalogue, channel, known.id, standing.item) and not is_new:
                return True
        return False

    def _forced(self, catalogue: Catalogue, draft: StoredDraft) -> Approval:
        """Write down that a person publishes without approval, and why."""
        office, pictures = self.office, self.copies.of(draft.article)
        forced = Approval(
            uri=draft.uri, version=draft.after + 1, headline=draft.article.headline,
            path=draft.path, binding=binding_of(draft, pictures), pictures=pictures,
            due=draft.due, at=office.clock(), person=office.person, state=FORCED,
            note=self.request.force,
        )  # fmt: skip
        number = catalogue.approvals.add(forced)
        end_requests(office, catalogue, draft.uri)
        version = draft.after + 1
        record_act(office, catalogue, FORCED, draft.uri, version=version, note=forced.note)
        return replace(forced, id=number)


def published(catalogue: Catalogue, uri: str) -> Article | None:
    """Return an article as it is published; None where it is not."""
    standing = catalogue.articles.standing(uri)
    return standing.item.article if standing else None


def cleared(
    office: Office, catalogue: Catalogue, draft: StoredDraft, copies: RemoteCopies
) -> Approval | str:
    """Return the approval by which a draft may go out, or a sentence that refuses it."""
    if failures := copies.failures(draft.article):
        why = "; ".join(failures)
        return f"{draft.file}: nobody knows whether this is what was approved: {why}"
    binding = binding_of(draft, copies.of(draft.article))
    found = catalogue.approvals.cleared(draft.uri, binding, draft.after + 1)
    return found or _refusal(office, catalogue, draft, copies)


def approval_needed(
    office: Office, catalogue: Catalogue, draft: StoredDraft, copies: RemoteCopies
) -> Approval | None:
    """Return the approval of a draft, None where it needs none; ArticleError refuses it."""
    if not needs_approval(office, draft.article, published(catalogue, draft.uri)):
        return None
    found = cleared(office, catalogue, draft, copies)
    if isinstance(found, str):
        raise ArticleError(found)
    return found


def _refusal(office: Office, catalogue: Catalogue, draft: StoredDraft, copies: RemoteCopies) -> str:
    """Say why a draft may not go out, with the way out."""
    states = (WAITING, APPROVED, REJECTED)
    latest = next(iter(reversed(catalogue.approvals.of(draft.uri, states))), None)
    submit = f"`syndicate submit {draft.file}`"
    if latest is None:
        return f"{draft.file}: needs the approval of another person ({submit} asks for it)"
    zone = office.publisher.zone
    since = shown(latest.decided or latest.at, zone)
    kept = catalogue.approvals.draft_of(latest)
    changed = ", ".join(_differences(kept, draft, latest.pictures, copies)) if kept else ""
    if latest.state == REJECTED:
        return (
            f"{draft.file}: was rejected by {latest.decider.name} on {since}: {latest.note}"
            f" ({submit} asks again)"
        )
    if latest.state == WAITING:
        also = f", and {changed} would not be what was submitted" if changed else ""
        return (
            f"{draft.file}: waits since {since} for approval{also} (`syndicate status` shows who"
            f" decides; {submit} asks anew)"
        )
    what = f"{changed} would not be what {latest.decider.name} approved on {since}"
    return f"{draft.file}: {what} ({submit} asks anew)"


def _differences(
    kept: StoredDraft, draft: StoredDraft, pictures: Mapping[str, str], copies: RemoteCopies
) -> Iterator[str]:
    """Name what an approval does not hold for."""
    if not change_detection.same_text(kept.source, draft.source):
        yield "the text"
    elif kept.article.to_json() != draft.article.to_json() or kept.kind != draft.kind:
        yield "the article or its files"
    if dict(pictures) != copies.of(draft.article):
        yield "a picture"
    if kept.note != draft.note:
        yield "--note"
    if kept.channels != draft.channels or kept.backfill != draft.backfill:
        yield "the channels"
    if kept.notify_readers != draft.notify_readers:
        yield "--notify-readers"
    if kept.due != draft.due:
        yield "the time"
    if kept.after != draft.after:
        yield "the version before it"


def with_approved_notes(
    office: Office, request: Publication, drafts: Sequence[Draft]
) -> Publication:
    """Return a request that publishes approved corrections with the note that was approved.

    A person's own --note or --minor comes first, and another text needs a note of its own.
    """
    if request.note or request.minor or not asks_anybody(office):
        return request
    with office.ledger.reading() as db:
        requests = Catalogue(db).approvals
        approved = [
            (draft.path, kept.note)
            for draft in drafts
            for each in requests.of(draft.article.uri, (APPROVED,))[-1:]
            if (kept := requests.draft_of(each)) and kept.kind in ("correction", "refile")
            if change_detection.same_text(kept.source, draft.source)
        ]
    return replace(request, notes={**dict(approved), **request.notes}) if approved else request


def end_requests(
    office: Office, catalogue: Catalogue, uri: str, why: str = "", *, but: int = 0
) -> list[str]:
    """End the requests of an article that wait or were approved; return notes on them."""
    notes = []
    for request in catalogue.approvals.of(uri, (WAITING, APPROVED)):
        if request.id == but:
            continue
        is_scheduled = (found := catalogue.schedule.of(uri)) and found.draft.number == request.draft
        catalogue.approvals.end(request.id)
        office.ledger.approval_letters.call_off(catalogue.db, request.id, why)
        if not is_scheduled:
            catalogue.approvals.drop_draft(request)
        if why:
            since = shown(request.at, office.publisher.zone)
            notes.append(f"{request.file}: the request for approval of {since} is over: {why}")
    return notes


def use_approvals(catalogue: Catalogue, used: Iterable[Approval]) -> None:
    """Use approvals up: what they are for is recorded in the same transaction."""
    for approval in used:
        catalogue.approvals.use(approval.id)
        kept = catalogue.approvals.read(approval.id)
        if kept:
            catalogue.approvals.drop_draft(kept)
