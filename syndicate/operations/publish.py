"""Publish articles: read them, write the revision down, plan for every channel, carry it out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from syndicate.channel import Channel, Scope
from syndicate.delivery.evidence import refuse_older
from syndicate.delivery.recompose import recompose
from syndicate.delivery.run import Progress, carry_out, silent, tell_failed, tell_plan
from syndicate.errors import ArticleError, Flaws, UsageError
from syndicate.intake.admission import admit
from syndicate.intake.duplicates import has_twin, refuse_copy, refuse_stranger
from syndicate.intake.naming import stored_path, uri_notes, write_uris
from syndicate.intake.remote_media import Sizes, barred
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.ledger.reports.places import places
from syndicate.model.article import UNNOTICED_FIELDS, PubStatus
from syndicate.model.step import Action
from syndicate.office import Office
from syndicate.operations.leftovers import leave
from syndicate.operations.urgent import UrgentMailing, freeze_urgent, send_urgent
from syndicate.planning.changes import what_changed
from syndicate.planning.coming import REVISED, awaited, digest_lines, is_for, left_lines
from syndicate.planning.compare import Wish
from syndicate.planning.prepare import Preparation
from syndicate.report import STATE_WORDS, Line, Report, Subject, line_of, said_key
from syndicate.sources import Draft
from syndicate.system import stop

CALLED = {
    "original": Action.CREATE,
    "correction": Action.CORRECT,
    "refile": Action.REFILE,
    "unchanged": Action.REFRESH,
}
OLDER = "older than this channel: --backfill"
UNCHANGED = (Action.NOTHING, STATE_WORDS["settled"])
UNUSED = "the note was not used"
NO_NOTE = frozenset(
    ("y", "ya", "iya", "yes", "yep", "ok", "oke", "okay", "n", "no", "nope", "t", "tidak", "tak",
     "bukan", "betul", "benar")
)  # fmt: skip


class NoteNeeded(ArticleError):
    """A published article changed, and nobody said whether readers are to be told."""

    def __init__(self, path: Path, changes: str) -> None:
        super().__init__(
            f"{path}: it was published and has changed since: --note “what was wrong” tells"
            " readers of the correction, --minor changes it silently"
        )
        self.path = path
        self.changes = changes


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the command line asks for."""

    paths: Sequence[Path]
    channels: Sequence[str] = ()
    note: str | None = None
    notes: Mapping[Path, str] = field(
        default_factory=dict
    )  # a note for each file; "": a silent fix
    minor: bool = False
    refresh: bool = False
    new: bool = False
    others: frozenset[Path] = frozenset()  # whatever they look like, they are other articles
    same_article: bool = False
    backfill: bool = False  # also to channels that are newer than an article
    dry_run: bool = False

    def asks_for(self, draft: Draft, channel: Channel) -> bool:
        """Whether an article is to go to a channel even if it is older."""
        named = channel.name in self.channels or channel.name in (draft.article.channels or ())
        return self.backfill or named


def publish(office: Office, request: Request, progress: Progress = silent) -> Report:
    """Bring articles to every channel they are for, and say where they are."""
    report = Report(command="publish", dry_run=request.dry_run, notes=office.notes)
    refuse_older(office, dry=request.dry_run)
    chosen = office.chosen(request.channels)
    dry, new = request.dry_run, request.new
    admitted = admit(
        office, request.paths, dry=dry, new=new, anew=request.refresh, others=request.others
    )
    drafts, flaws = list(admitted.drafts), Flaws(list(admitted.flaws))
    dry = dry or bool(flaws.found)  # nothing comes of it: what else is wrong is still looked for
    if not dry and any(draft.minted for draft in drafts):
        refuse_unsayable(office, request, chosen, drafts)
        drafts = write_uris(office, drafts)
        report.notes += uri_notes(drafts)
    sizes = Sizes(own=office.sites, rehearsal=office.ledger.rehearsal)
    with office.ledger.reading() as db:
        articles = Catalogue(db).articles
        articles.read(draft.article.uri for draft in drafts)
        before = {uri: articles.standing(uri) for draft in drafts if (uri := draft.article.uri)}
    drafts = [
        _measured(office, draft, before.get(draft.article.uri), sizes, dry=dry) for draft in drafts
    ]
    stop.go_on()  # else a later run would send what nobody has seen the beginning of
    planned = _planned(office, request, chosen, drafts, report, flaws, dry=dry)
    prepare = planned.prepare
    tell_failed(prepare.failed, report)
    _warn(office, planned.drafts, prepare, report)
    if request.dry_run:
        tell_plan(prepare.prepared, report)
    else:
        carry_out(office, prepare.prepared, report, progress)
    send_urgent(office, planned.mailings, report, progress)
    if not request.dry_run and not any(map(_is_change, report.lines)):
        _tell_waiting(office, chosen, report)
    _tell_older(prepare, report)
    report.lines += [*planned.told, *planned.left]
    for key in planned.digests:
        which = said_key(key, office.publisher.zone)
        report.notes.append(f"the letters of digest {which} that have not left say it as it is now")
    return report


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """What is to be done for the articles of a command."""

    drafts: Sequence[Draft]
    left: Sequence[Line]  # to machines with channels that this one lacks
    prepare: Preparation
    digests: Sequence[str]  # the keys of those whose letters are composed anew
    mailings: Sequence[UrgentMailing]  # what goes to lists at once
    told: Sequence[Line]  # what coming digests tell of, and what stands as it was


def _is_change(line: Line) -> bool:
    """Whether something was done, or is told already; a coming digest is neither."""
    return bool(line.state) and (line.action, line.state) != UNCHANGED


def _tell_waiting(office: Office, chosen: Sequence[Channel], report: Report) -> None:
    """Say what of the channels still waits, where the command itself had nothing to do."""
    names = {channel.name for channel in chosen}
    with office.ledger.reading() as db:
        found = places(db, states=("due", "claimed", "sending"))
    for place in found:
        if place.channel in names:
            report.add(line_of(place, "retry", office.publisher.zone))


def _planned(
    office: Office, request: Request, chosen: Sequence[Channel], drafts: Sequence[Draft],
    report: Report, flaws: Flaws, *, dry: bool, trial: bool = False,
) -> _Planned:  # fmt: skip
    """Write down the revisions, and what each channel is to say of them; ``dry``, look only."""
    again = request.refresh
    wish = Wish(refresh=again, everything=again, diff=request.dry_run, trial=trial)
    with office.ledger.planning(dry=dry) as catalogue:
        for channel in office.channels:  # what is published from now on is not older than these
            office.remembered(catalogue, channel)
        before = awaited(office, catalogue, [draft.article.uri for draft in drafts])
        kinds: dict[str, str] = {}
        catalogue.articles.read(draft.article.uri for draft in drafts)
        for place, draft in enumerate(drafts, 1):
            turn = place - 1, len(drafts) - place
            with flaws.noted():
                kinds[draft.article.uri] = record(office, catalogue, request, draft, report, turn)
        drafts = [draft for draft in drafts if draft.article.uri in kinds]
        with flaws.noted():
            _refuse_one_note_for_many(request, report)
        called = _called(kinds.values())
        prepare = Preparation(office, catalogue, replace(wish, called=called))
        uris = list(kinds)
        prepare.read = {draft.article.uri: draft for draft in drafts}
        prepare.drafts = {
            uri: draft for uri, draft in prepare.read.items() if kinds[uri] != "unchanged"
        }
        with flaws.noted():
            plan_for(prepare, chosen, uris, drafts, request)
        flaws.end()
        return _Planned(
            drafts=drafts,
            left=_left(office, catalogue, kinds, request),
            prepare=prepare,
            digests=recompose(prepare, [uri for uri, kind in kinds.items() if kind in REVISED]),
            mailings=freeze_urgent(
                prepare, chosen, [s for uri in uris if (s := catalogue.articles.standing(uri))]
            ),
            told=[
                *left_lines(prepare, kinds, chosen),
                *digest_lines(
                    prepare, drafts, kinds, before, chosen=chosen, named=request.channels
                ),
            ],
        )


def _left(
    office: Office, catalogue: Catalogue, kinds: Mapping[str, str], request: Request
) -> list[Line]:
    """Leave what has changed to machines with the channels that this one lacks."""
    unchanged = [uri for uri, kind in kinds.items() if kind == "unchanged"]
    standings = [standing for uri in kinds if (standing := catalogue.articles.standing(uri))]
    new = not request.channels
    return leave(office, catalogue, standings, new=new, unchanged=unchanged)


def refuse_unsayable(
    office: Office, request: Request, chosen: Sequence[Channel], drafts: Sequence[Draft]
) -> None:
    """Look whether every channel can say the articles, before any file is given its uri."""
    before, report = len(office.notes), Report(command="publish")
    _planned(office, request, chosen, drafts, report, Flaws(), dry=True, trial=True)
    del office.notes[before:]


def _refuse_one_note_for_many(request: Request, report: Report) -> None:
    """A note says what was wrong in one article; readers of another are not told it."""
    corrected = [one.path for one in report.articles if one.kind == "correction"]
    if request.note and len(corrected) > 1:
        names = ", ".join(corrected)
        raise ArticleError(
            f"{names}: have changed, and --note says what was wrong in one article: publish each"
            " with a note of its own (or all of them with --minor, which tells no reader)"
        )


def _called(kinds: Collection[str]) -> Action:
    """What a collection's change is called, where it is due to articles of these kinds."""
    several = set(kinds)
    return CALLED[several.pop()] if len(several) == 1 else Action.CORRECT


def _warn(office: Office, drafts: Sequence[Draft], prepare: Preparation, report: Report) -> None:
    """Name what readers will not get as it was typed, before anything is sent."""
    report.warnings += [remark for draft in drafts for remark in draft.told()]
    report.warnings += prepare.warnings
    for warning in report.warnings:
        office.tell(warning)


def plan_for(
    prepare: Preparation,
    channels: Sequence[Channel],
    uris: Sequence[str],
    drafts: Sequence[Draft],
    request: Request,
) -> None:
    """Put articles into the channels they are for, and plan what each has to say."""
    catalogue = prepare.catalogue
    catalogue.articles.read(uris)
    catalogue.channels.read(uris)
    by_uri = {uri: standing for uri in uris if (standing := catalogue.articles.standing(uri))}
    standings = list(by_uri.values())
    for channel in sorted(channels, key=lambda one: not one.hosts):
        known = prepare.office.remembered(catalogue, channel)
        for draft in drafts:
            standing = by_uri[draft.article.uri]
            if not is_for(draft, channel):
                prepare.kept(channel, known, standing)
            elif not channel.takes(standing.item):
                continue
            elif _is_older(prepare, channel, known, draft, request):
                why = _seems_renamed(catalogue, channel, known)
                prepare.older[channel.name, draft.article.uri] = why
            else:
                # not earlier than the channel was first seen: there its first window opens
                catalogue.channels.syndicate(known.id, draft.article.uri, prepare.office.clock())
    prepare.say(channels, standings)
    prepare.announce()


def _is_older(
    prepare: Preparation, channel: Channel, known: KnownChannel, draft: Draft, request: Request
) -> bool:
    """An earlier command published it before the channel was seen, and nobody asks for it there.

    A collection holds everything.
    """
    if channel.scope is Scope.COLLECTION or request.asks_for(draft, channel):
        return False
    return prepare.catalogue.channels.is_older(draft.article.uri, known)


def _seems_renamed(catalogue: Catalogue, channel: Channel, known: KnownChannel) -> str:
    """Why nothing was sent to a new channel whose place is another one's: it may be that one."""
    for other in catalogue.channels.all():
        place = (other.kind, other.target)
        if other.id != known.id and place == (channel.kind, channel.target()):
            return (
                f"channels.{channel.name}: it leads to {other.target}, where channels.{other.name}"
                " writes: nothing was sent"
                f" (`syndicate channels rename {other.name} {channel.name}` if it is the same"
                " channel)"
            )
    return ""


def _measured(
    office: Office, draft: Draft, standing: Standing | None, sizes: Sizes, *, dry: bool
) -> Draft:
    """A dry run asks nobody: what is not known is then shown and not enclosed.

    What would not be asked in earnest either is said; a rehearsal looks no name up for that.
    """
    if draft.kept:
        return draft
    known = standing.item.article if standing else None
    article = draft.article
    if dry and (known is None or known.fingerprint != article.fingerprint):
        if not office.ledger.rehearsal:
            office.notes += barred(article, office.sites)
        return draft
    same = bool(standing and draft.same_as == standing.version)
    measured = sizes.measured(article, known, same=same)
    office.notes += measured.notes
    return replace(draft, article=measured.article)


def record(
    office: Office, catalogue: Catalogue, request: Request, draft: Draft, report: Report,
    turn: tuple[int, int] = (0, 0),
) -> str:  # fmt: skip
    """Write a draft down as what it is: an original, a correction, a refile, or unchanged.

    ``turn`` says how many articles of the command come before it, and how many after.
    """
    standing = catalogue.articles.standing(draft.article.uri)
    kind, note = _kind(office, catalogue, request, draft, standing)
    # a copy that was not changed yet is not the article's file
    path = standing.path if standing and has_twin(draft, standing) else stored_path(draft)
    if request.same_article:
        path = stored_path(draft)
    version = standing.version if standing else 0
    if kind == "unchanged":
        assert standing
        _keep(office, catalogue, request, draft, standing, path)
        if request.note:
            report.notes.append(f"{draft.path}: nothing in it has changed; {UNUSED}")
    else:
        version = catalogue.revisions.record(
            draft.article, kind=kind, note=note, source=draft.source, path=path,
            at=office.clock(), published=draft.article.date, after=turn[0], before=turn[1],
        )  # fmt: skip
    if kind == "original" and request.note:
        report.notes.append(f"{draft.path}: it is published for the first time; {UNUSED}")
    catalogue.revisions.keep_media(draft.files)
    report.articles.append(
        Subject(uri=draft.article.uri, headline=draft.article.headline, path=str(draft.path),
                version=version, kind=kind)
    )  # fmt: skip
    return kind


def _keep(
    office: Office, catalogue: Catalogue, request: Request, draft: Draft, standing: Standing,
    path: str,
) -> None:  # fmt: skip
    """Keep what no reader notices of an unchanged file; another reading of it only if asked to."""
    at, kept, read = office.clock(), standing.item.article, draft.article
    if draft.kept:
        catalogue.revisions.lies_at(kept, path, at)
    elif request.refresh:
        catalogue.revisions.refresh(read, standing.version, draft.source, path, at)
    else:
        if read.fingerprint != kept.fingerprint:
            read = replace(kept, **{name: getattr(read, name) for name in UNNOTICED_FIELDS})
        catalogue.revisions.reread(read, standing.version, draft.source, path, at)


def record_correction(office: Office, catalogue: Catalogue, draft: Draft, note: str) -> None:
    """Write down that what was said before this ledger was wrong."""
    catalogue.revisions.record(
        draft.article, kind="correction", note=" ".join(note.split()), source=draft.source,
        path=stored_path(draft), at=office.clock(),
    )  # fmt: skip


def _kind(
    office: Office,
    catalogue: Catalogue,
    request: Request,
    draft: Draft,
    standing: Standing | None,
) -> tuple[str, str]:
    if standing is None:
        if not request.new:
            refuse_stranger(office, catalogue, draft)
        return "original", ""
    if catalogue.articles.was_taken_on(standing):
        if not request.new:
            refuse_stranger(office, catalogue, draft)
        return ("correction", " ".join(request.note.split())) if request.note else ("refile", "")
    if standing.pub_status is PubStatus.CANCELED:
        raise ArticleError(
            f"{draft.at('uri')}: this article was withdrawn; what was withdrawn is not published"
            " again (write it anew: a copy without its uri line)"
        )
    if draft.same_as == standing.version:
        return "unchanged", ""
    if draft.kept:
        raise ArticleError(
            f"{draft.path}: another command has just published a newer text of it (see that this"
            " file is the right one, and run this command again)"
        )
    if draft.article.fingerprint in (standing.fingerprint, standing.item.article.fingerprint):
        return "unchanged", ""
    if not request.same_article:
        refuse_copy(draft, standing)
    if request.minor:
        return "refile", ""
    note = request.notes.get(draft.path, request.note)
    if note:
        return "correction", " ".join(note.split())
    if note is not None and draft.path in request.notes:
        return "refile", ""
    source = catalogue.articles.source(standing.uri, standing.version)
    kept = standing.item.article
    raise NoteNeeded(draft.path, what_changed(kept, source, draft.article, draft.source))


def _tell_older(prepare: Preparation, report: Report) -> None:
    for (name, uri), why in prepare.older.items():
        state = "refused" if why and not report.dry_run else ""
        report.lines.append(
            Line(channel=name, about=uri, address="", action=Action.NOTHING, why=why or OLDER,
                 state=state)
        )  # fmt: skip


def refuse_contradiction(request: Request) -> None:
    """Words of the command that cannot both be meant, or mean nothing."""
    if request.note and request.minor:
        raise UsageError("--note and --minor contradict each other: take one of them")
    if request.note and not is_a_note(request.note):
        raise UsageError(
            f"--note: {request.note!r} does not say what was wrong: a note is a sentence for"
            " readers (--minor is a silent fix)"
        )


def is_a_note(answer: str) -> bool:
    """Whether it says anything: a yes or a no answers another question."""
    words = "".join(char if char.isalnum() else " " for char in answer.casefold()).split()
    return bool(words) and not set(words) <= NO_NOTE and words != [words[0][0]]
