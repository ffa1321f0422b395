"""Commands of the desk: status, history, resolve, adopt, channels, ledger."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from syndicate.cli.context import JSON, each_by_itself, given, office, only_ours, when

if TYPE_CHECKING:
    from syndicate.ledger import Waiting
    from syndicate.operations.status import Status

channels = typer.Typer(no_args_is_help=True, help="Where it all goes.", rich_markup_mode=None)
ledger = typer.Typer(no_args_is_help=True, help="The memory.", rich_markup_mode=None)

WHICH = typer.Argument(metavar="ARTICLE|URI", help="The file, or its uri.")


def status(
    article: str = typer.Argument("", metavar="ARTICLE|URI", help="Else everything."),
    check: bool = typer.Option(False, "--check", help="One line for a monitor, as Nagios has it."),
    as_json: bool = JSON,
) -> None:
    """Say what is where, what waits, and what needs somebody. Nothing is written.

    Example: syndicate status article.md
    """
    from syndicate.cli import show
    from syndicate.operations.monitor import verdict_of
    from syndicate.operations.status import status as run
    from syndicate.operations.withdraw import identify

    given.checks = check
    with office(reads=True, as_json=as_json) as here:
        found = run(here, identify(here, article) if article else None)
        verdict = verdict_of(found, here.clock())
        code = verdict.exit_code if check else found.exit_code
        if as_json:
            show.document(found.to_json() | {"check": verdict.to_json(), "exit_code": code})
        elif check:
            show.out(verdict.line)
        else:
            _show_status(found)
        given.documented = True
        raise typer.Exit(code)


def history(article: str = WHICH, as_json: bool = JSON) -> None:
    """Say everything that happened to an article, oldest first.

    Example: syndicate history article.md
    """
    from syndicate.cli import show
    from syndicate.operations.status import article_history
    from syndicate.operations.withdraw import identify

    with office(reads=True, as_json=as_json) as here:
        found = article_history(here, identify(here, article))
        if as_json:
            show.document({"history": [asdict(one) for one in found], "exit_code": 0})
        else:
            rows = [(when(one.at), one.channel, one.what, one.detail) for one in found]
            show.table(("when", "channel", "what", "detail"), rows)


def resolve(
    number: str = typer.Argument(metavar="NUMBER", help="As `syndicate status` shows it."),
    sent: str = typer.Option("", "--sent", metavar="REF", help="It is there: its link or number."),
    not_sent: bool = typer.Option(False, "--not-sent", help="It is not there: send it."),
    give_up: bool = typer.Option(False, "--give-up", help="It need not be sent any more."),
    all_sent: bool = typer.Option(False, "--all-sent", help="Of a digest: all doubtful letters."),
    all_again: bool = typer.Option(False, "--all-again", help="Of a digest: send all of them."),
    again_refused: bool = typer.Option(
        False, "--again-refused", help="Of a digest: send what was refused, after a repair."
    ),
    as_json: bool = JSON,
) -> None:
    """Tell the ledger how a doubt ended, after you have looked, or that you let it be.

    Example: syndicate resolve 17 --sent https://t.me/kabar/512
    """
    from syndicate.cli import show
    from syndicate.errors import UsageError
    from syndicate.operations.resolve import NUMBER, Answer, resolve_letters
    from syndicate.operations.resolve import resolve as run

    said = {Answer.SENT: bool(sent), Answer.NOT_SENT: not_sent, Answer.GIVE_UP: give_up}
    whole = {Answer.SENT: all_sent, Answer.NOT_SENT: all_again}
    with office(as_json=as_json, opens=each_by_itself) as here:
        answers = [answer for answer, given in said.items() if given]
        all_answers = [answer for answer, given in whole.items() if given]
        if len(answers) + len(all_answers) + again_refused != 1:
            raise UsageError(
                "say one of --sent REF, --not-sent and --give-up; of a whole digest --all-sent,"
                " --all-again or --again-refused"
            )
        if answers:
            show.report(run(here, number, answers[0], sent), as_json=as_json)
        found = NUMBER.fullmatch(number)
        if found is None or found["subscriber"]:
            raise UsageError(f"{number!r} is no digest's number (`syndicate status` shows it)")
        answer = all_answers[0] if all_answers else Answer.NOT_SENT
        settled = resolve_letters(here, int(number), answer, refused=again_refused)
        show.report(settled, as_json=as_json)


def adopt(
    article: Path = typer.Argument(metavar="ARTICLE", help="The file."),
    reference: str = typer.Argument(metavar="URL-OR-ID", help="Where its post stands."),
    channel: str = typer.Option(..., "--channel", metavar="NAME", help="The channel of the post."),
    note: str = typer.Option("", "--note", metavar="TEXT", help="What was wrong in the post."),
    as_json: bool = JSON,
) -> None:
    """Take on a post that stands already: it is made to say what the file says.

    Example: syndicate adopt article.md --channel telegram https://t.me/kabar/512
    """
    from syndicate.cli import show
    from syndicate.operations.resolve import adopt as run

    with office(as_json=as_json, opens=each_by_itself) as here:
        show.report(run(here, article, channel, reference, note), as_json=as_json)


@channels.command("list")
def list_(as_json: bool = JSON) -> None:
    """Show the configured channels, and where each one leads.

    Example: syndicate channels list
    """
    from syndicate.cli import show
    from syndicate.ledger import Catalogue

    with office(reads=True, as_json=as_json) as here:
        known = here.ledger.known_channels()
        identities = {name: one.identity or "" for name, one in known.items()}
        rows = [
            (c.name, c.kind, str(c.scope), c.target(), identities.get(c.name, ""))
            for c in here.channels
        ]
        with here.ledger.reading() as db:
            gone = sorted(here.gone(Catalogue(db)))
        if as_json:
            keys = ("name", "kind", "scope", "target", "identity")
            there = [dict(zip(keys, row, strict=True)) for row in rows]
            show.document({"channels": there, "unconfigured": gone, "exit_code": 0})
        else:
            show.table(("name", "kind", "scope", "leads to", "known as"), rows)
            for name in gone:
                show.out(_unconfigured(name))


@channels.command()
def check(
    names: list[str] = typer.Argument(None, metavar="NAME", help="Else all of them."),
    as_json: bool = JSON,
) -> None:
    """Look whether tokens, rights, folders and relays are as they must be; nothing is sent.

    Example: syndicate channels check telegram
    """
    from syndicate.cli import show
    from syndicate.operations.inspection import inspection

    with office(dry=True, as_json=as_json) as here:
        found = inspection(here, names or ())
        if as_json:
            show.document(found.to_json())
        else:
            rows = [(each.channel, one.what, "ok" if one.ok else "wrong", one.detail)
                    for each in found.channels for one in each.findings]  # fmt: skip
            show.table(("channel", "what", "", "where, why"), rows, column=2)
        raise typer.Exit(found.exit_code)


@channels.command()
def move(name: str = typer.Argument(help="The channel."), as_json: bool = JSON) -> None:
    """Go on where the configuration leads now: the destination has moved.

    Example: syndicate channels move feed
    """
    from syndicate.operations.resolve import move as run

    with office(as_json=as_json, opens=each_by_itself) as here:
        _said(run(here, name), as_json)


@channels.command()
def resume(name: str = typer.Argument(help="The channel."), as_json: bool = JSON) -> None:
    """End what a channel waits for: the next tick tries all of it again.

    Example: syndicate channels resume telegram
    """
    from syndicate.cli.show import document, out
    from syndicate.operations.resolve import let_leave
    from syndicate.operations.resolve import resume as run

    with office(as_json=as_json) as here:
        ended = run(here, name)
        left = let_leave(here, name)
        said = [f"{_waits(one)}: it waits no more" for one in ended]
        said += ["the next tick goes on"] if ended else []
        said += [f"{name}: {count} {what}" for what, count in left.items()]
        said = said or [f"{name}: nothing was waiting"]
        if as_json:
            rows = [asdict(one) | {"until": one.until.isoformat()} for one in ended]
            document({"done": "; ".join(said), "ended": rows, "exit_code": 0})
        else:
            out("\n".join(said))


@channels.command()
def rename(old: str, new: str, as_json: bool = JSON) -> None:
    """Say that a channel has another name in the configuration now.

    Example: syndicate channels rename telegram kabar
    """
    from syndicate.operations.resolve import rename as run

    with office(as_json=as_json) as here:
        _said(run(here, old, new), as_json)


@channels.command()
def retire(name: str = typer.Argument(help="The channel."), as_json: bool = JSON) -> None:
    """Say that no machine has a channel any more: nothing is left waiting for it.

    Example: syndicate channels retire telegram
    """
    from syndicate.operations.resolve import retire as run

    with office(as_json=as_json) as here:
        _said(run(here, name), as_json)


@ledger.command()
def backup(
    file: Path = typer.Argument(metavar="FILE", help="Where the copy goes."), as_json: bool = JSON
) -> None:
    """Copy an SQLite ledger while it is in use.

    Example: syndicate ledger backup /backup/syndicate.db
    """
    from syndicate.errors import UsageError

    with office(as_json=as_json) as here:
        if file.exists():
            raise UsageError(f"{file}: is there already (name another)")
        only_ours(file)
        here.ledger.backup(file)
        _said(f"{file}", as_json)


@ledger.command()
def restored(
    digests: str = typer.Option(
        "", metavar="sent|unsent", help="Whether the digests since the backup have left."
    ),
    as_json: bool = JSON,
) -> None:
    """Say that this ledger came from a backup: what may have been sent since is in doubt.

    Example: syndicate ledger restored --digests sent
    """
    from syndicate.errors import UsageError
    from syndicate.operations.resolve import Digests
    from syndicate.operations.resolve import restored as run

    with office(as_json=as_json) as here:
        if digests not in ("", *Digests):
            raise UsageError(f"--digests: sent or unsent, not {digests!r}")
        said = run(here, Digests(digests) if digests else None)
        _said("; ".join(said) if as_json else "\n".join(said), as_json)


@ledger.command()
def newkey(as_json: bool = JSON) -> None:
    """Make the tokens of future letters with a new key; those in older letters stay valid.

    Example: syndicate ledger newkey
    """
    with office(as_json=as_json) as here:
        here.ledger.renew_key()
        _said("tokens are made with a new key from now on; older ones stay valid", as_json)


@ledger.command()
def upgrade(
    url: str = typer.Option(
        "", "--url", metavar="URL", help="The ledger's address, for the tables' owner."
    ),
    as_json: bool = JSON,
) -> None:
    """Make the ledger's tables, or bring them up to date: once, as the role that owns them.

    Example: syndicate ledger upgrade --url file:owner-url
    """
    from syndicate.ledger.migrations import VERSION

    with office(as_json=as_json, ledger_url=url) as here:
        _said("; ".join(here.notes) or f"the ledger is of version {VERSION}", as_json)


def add_to(app: typer.Typer) -> None:
    """Make these commands of the program."""
    from syndicate.cli.moves import move as move_ledger

    ledger.command("move")(move_ledger)
    for function in (status, history, resolve, adopt):
        app.command()(function)
    app.add_typer(channels, name="channels")
    app.add_typer(ledger, name="ledger")


def _said(text: str, as_json: bool) -> None:
    from syndicate.cli.show import document, out

    if as_json:
        document({"done": text, "exit_code": 0})
    else:
        out(text)


def _unconfigured(name: str) -> str:
    return (
        f"{name}: in the ledger, and not in this machine's configuration (channels rename {name}"
        f" NEW, or channels retire {name})"
    )


def _waits(one: Waiting) -> str:
    """What waits, until when and why: ``telegram: 2 posts wait until 4 May 2026 17:00 WIB``."""
    from syndicate.ledger import Waits

    what = {
        Waits.CHANNEL: "is not written to", Waits.DIGEST: "its digest waits",
        Waits.POSTS: f"{one.count} post{'s wait' if one.count > 1 else ' waits'}",
        Waits.LETTERS: f"{one.count} letter{'s wait' if one.count > 1 else ' waits'}",
    }[one.what]  # fmt: skip
    return ": ".join(filter(None, (one.channel, f"{what} until {when(one.until)}", one.why)))


def _show_status(found: Status) -> None:
    from syndicate.cli import show
    from syndicate.report import leaving_line, letters_said

    for remark in filter(None, (found.missing, found.older, found.clock)):
        show.out(remark)
    for alert in found.alerts:
        show.out(alert.says)
    for one in found.waiting:
        show.out(f"{_waits(one)} (at once: syndicate channels resume {one.channel})")
    for name, count in found.leaving.items():
        show.out(leaving_line(name, count))
    if found.open:
        show.out("open:")
        show.lines(found.open)
        show.out("")
    for article in found.articles:
        show.out(f"{article.headline}  (version {article.version}, {article.pub_status})")
        show.out(f"  {article.uri}")
        show.rows(article.places, under=article.uri)
    for digest in found.digests:
        letters = letters_said(digest.states)
        name = f"digest {digest.edition} {digest.channel} {show.called(digest.key)}"
        show.out(f"{name}: {digest.status} {letters}".rstrip())
    for channel, due in found.next_digests.items():
        show.out(f"{channel}: the next digest closes {show.called(due)}")
    for channel, ahead in found.closed_ahead.items():
        said = ", ".join(map(show.called, ahead))
        show.out(f"{channel}: closed ahead of its time: {said}; what comes goes into the next one")
    for name in found.unconfigured:
        show.out(_unconfigured(name))
    if not (found.articles or found.open):
        show.out("nothing was published yet")
