"""Commands that look at what is out, and settle what is open: status, resolve, adopt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from syndicate.cli.clock import local_time
from syndicate.cli.invocation import invocation
from syndicate.cli.opening import office, opens_no_channel
from syndicate.cli.options import JSON

if TYPE_CHECKING:
    from syndicate.office import Office
    from syndicate.operations.resolve import Answer
    from syndicate.operations.status import Status


def status(
    article: str = typer.Argument(
        "", metavar="ARTICLE|URI", help="Only this article. Default: everything."
    ),
    check: bool = typer.Option(False, "--check", help="Print one line for a monitor (Nagios)."),
    as_json: bool = JSON,
) -> None:
    """Show what is where, what waits, and what needs attention.

    Nothing is written.

    Example: syndicate status article.md
    """
    from syndicate.cli import show
    from syndicate.operations.monitor import verdict_of
    from syndicate.operations.status import ledger_status as run

    invocation.is_check = check
    with office(reads=True, as_json=as_json) as here:
        uri = _named(here, article) if article else None
        found = run(here, uri)
        verdict = verdict_of(found, here.clock())
        code = verdict.exit_code if check else found.exit_code
        if as_json:
            show.document(found.to_json() | {"check": verdict.to_json(), "exit_code": code})
        elif check:
            show.out(verdict.line)
        else:
            _show_status(found)
        invocation.documented = True
        raise typer.Exit(code)


def _named(here: Office, article: str) -> str:
    """Return the uri of an article that is published, scheduled or waits for approval."""
    from syndicate.operations.approvals_open import submitted_uri
    from syndicate.operations.schedule import scheduled_uri
    from syndicate.operations.withdraw import identify

    return scheduled_uri(here, article) or submitted_uri(here, article) or identify(here, article)


def resolve(
    number: str = typer.Argument(
        metavar="NUMBER", help="The number that `syndicate status` shows."
    ),
    sent: str = typer.Option(
        "", "--sent", metavar="REF", help="It is there: its link or its number."
    ),
    not_sent: bool = typer.Option(False, "--not-sent", help="It is not there: send it."),
    give_up: bool = typer.Option(False, "--give-up", help="Do not try to send it any more."),
    all_sent: bool = typer.Option(
        False, "--all-sent", help="For a digest: all letters in doubt were sent."
    ),
    all_again: bool = typer.Option(
        False, "--all-again", help="For a digest: send all letters in doubt again."
    ),
    again_refused: bool = typer.Option(
        False, "--again-refused", help="For a digest: send the refused letters again."
    ),
    as_json: bool = JSON,
) -> None:
    """Settle what is in doubt, after you have looked.

    Example: syndicate resolve 17 --sent https://t.me/kabar/512
    """
    from syndicate.cli import show
    from syndicate.errors import UsageError
    from syndicate.operations.resolve import NUMBER, Answer, resolve_letters
    from syndicate.operations.resolve import resolve as run

    of_a_delivery = {Answer.SENT: bool(sent), Answer.NOT_SENT: not_sent, Answer.GIVE_UP: give_up}
    of_a_digest = {Answer.SENT: all_sent, Answer.NOT_SENT: all_again}
    with office(as_json=as_json, opens=opens_no_channel) as here:
        answers, all_answers = _chosen(of_a_delivery), _chosen(of_a_digest)
        if len(answers) + len(all_answers) + again_refused != 1:
            raise UsageError(
                "use one of --sent REF, --not-sent and --give-up; for a whole digest --all-sent,"
                " --all-again or --again-refused"
            )
        if answers:
            show.report(run(here, number, answers[0], sent), as_json=as_json)
        found = NUMBER.fullmatch(number)
        if found is None or found["subscriber"]:
            raise UsageError(f"{number!r} is not a digest's number (`syndicate status` shows it)")
        answer = all_answers[0] if all_answers else Answer.NOT_SENT
        settled = resolve_letters(here, int(number), answer, refused=again_refused)
        show.report(settled, as_json=as_json)


def _chosen(options: Mapping[Answer, bool]) -> list[Answer]:
    return [answer for answer, is_chosen in options.items() if is_chosen]


def adopt(
    article: Path = typer.Argument(metavar="ARTICLE", help="Markdown file."),
    reference: str = typer.Argument(metavar="URL-OR-ID", help="Link or number of the post."),
    channel: str = typer.Option(..., "--channel", metavar="NAME", help="Channel of the post."),
    note: str = typer.Option(
        "", "--note", metavar="TEXT", help="What was wrong in the post. Readers see it."
    ),
    as_json: bool = JSON,
) -> None:
    """Take over an existing post, and update it from the file.

    Example: syndicate adopt article.md --channel telegram https://t.me/kabar/512
    """
    from syndicate.cli import show
    from syndicate.operations.adopt import adopt as run

    with office(as_json=as_json, opens=opens_no_channel) as here:
        show.report(run(here, article, channel, reference, note), as_json=as_json)


def _show_status(found: Status) -> None:
    from syndicate.cli import show
    from syndicate.cli.channels import not_configured, waiting_line
    from syndicate.report import leaving_line, letter_counts

    for remark in filter(None, (found.missing, found.older, found.clock)):
        show.out(remark)
    for alert in found.alerts:
        show.out(alert.says)
    for entry in found.waiting:
        show.out(f"{waiting_line(entry)} (to retry now: syndicate channels resume {entry.channel})")
    for name, count in found.leaving.items():
        show.out(leaving_line(name, count))
    for approval in found.approvals:
        show.out(f"approval: {approval.line}")
    for coming in found.coming:
        show.out(f"coming: {coming.line}")
    for held in found.held:
        show.out(held.line)
    if found.open:
        show.out("open:")
        show.lines(found.open)
        show.out("")
    for article in found.articles:
        show.out(
            f"{article.headline or show.KILLED}  (version {article.version}, {article.pub_status})"
        )
        show.out(f"  {article.uri}")
        for notice in article.notices:
            show.out(f"  {notice.in_words}")
        show.rows(article.places, under=article.uri)
    for digest in found.digests:
        letters = letter_counts(digest.states)
        name = f"digest {digest.edition} {digest.channel} {show.edition_label(digest.key)}"
        show.out(f"{name}: {digest.status} {letters}".rstrip())
    for channel, due in found.next_digests.items():
        show.out(f"{channel}: the next digest closes {show.edition_label(due)}")
    for channel, ahead in found.closed_ahead.items():
        dates = ", ".join(map(show.edition_label, ahead))
        show.out(f"{channel}: closed too early: {dates}; new articles go into the next digest")
    _show_deadlines(found)
    for name in found.unconfigured:
        show.out(not_configured(name))
    if not (found.articles or found.open or found.coming or found.approvals):
        show.out("nothing has been published yet")


def _show_deadlines(found: Status) -> None:
    from syndicate.cli import show

    for reply in found.replies_due:
        late = "was due" if reply.is_late else "is due"
        show.out(
            f"right of reply: a reply to “{reply.headline}” {late} {local_time(reply.due)}"
            f" (publish it with the line repliesTo: {reply.uri})"
        )
    for reminder in found.reminders:
        show.out(f"reminder on {local_time(reminder.at)}: {reminder.headline}")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for function in (status, resolve, adopt):
        app.command()(function)
