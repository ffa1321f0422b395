"""Tell the desk what failed unattended: each matter once, by a way that is not the failed one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from syndicate.channel.mailing_list import MailingList
from syndicate.channel.office_messages import Notifies, OfficeMessage
from syndicate.delivery.office_messages import post_json, send_errand
from syndicate.errors import ConfigError, LedgerError, OldLedger, SyndicateError
from syndicate.ledger.sending.matters import Matter
from syndicate.office import Office
from syndicate.operations.matters import current_matters
from syndicate.report import Report, ReportPart
from syndicate.system.logs import unexpected
from syndicate.text import shortened
from syndicate.text.i18n import moment

log = logging.getLogger(__name__)

MOST_MATTERS = 10  # in one message; `status` shows all of them
LONGEST_SENTENCE = 300  # characters
TICK = "tick"  # the key of a tick that broke off


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to the desk. ``send`` returns why it failed, "" if it did not."""

    setting: str
    channel: str = ""  # by which it leads; "" for none
    send: Callable[[OfficeMessage, Sequence[Matter]], str]


def tell_desk(office: Office, report: Report) -> ReportPart:
    """Tell what is new and what is over, at the end of a tick; nothing new is nothing told."""
    if not office.settings.desk.is_told:
        return ReportPart(problems=office.settings.unset_desk)
    try:
        found = current_matters(office, report)
        return _tell(office, found, is_whole=not office.stopping())
    except LedgerError:
        raise
    except Exception as error:  # whoever tells of failures is not to be one
        unexpected(log, "the desk could not be told", error)
        return ReportPart(problems=(f"the desk could not be told: {office.scrub(repr(error))}",))


def tell_failure(office: Office, error: Exception) -> None:
    """Tell that a tick broke off; what else there is to tell is not known then.

    A ledger that is an old copy is no place to look up readers; what the desk was told may stand
    there nevertheless.
    """
    is_lost = isinstance(error, LedgerError) and not isinstance(error, OldLedger)
    if not office.settings.desk.is_told or is_lost:
        return
    why = f"{error}" if isinstance(error, SyndicateError) else f"unexpected {error!r}"
    matter = Matter(
        key=TICK, says=f"tick broke off: {office.scrub(why)}", command="syndicate tick -v"
    )
    try:
        _tell(office, [matter], is_whole=False)
    except Exception as second:
        unexpected(log, "the desk could not be told", second)


def _tell(office: Office, found: Sequence[Matter], *, is_whole: bool) -> ReportPart:
    """Tell of what is claimed; the first way that works is enough."""
    ledger, at = office.ledger.matters, office.clock()
    found_ways, wrong = ways(office)  # a wrong one is named before it is needed
    ledger.update([_clean(office, matter) for matter in found], at, is_whole=is_whole)
    claimed = ledger.claim()
    if not claimed:
        return ReportPart(problems=wrong)
    failed = {matter.channel for matter in found} - {""}
    why = list(wrong)
    try:
        for way in _in_order(found_ways, claimed, failed):
            problem = way.send(_message(office, claimed), claimed)
            if not problem:
                ledger.note_told(claimed, way.setting, at)
                return ReportPart(problems=wrong)
            why.append(problem)
    finally:
        ledger.let_go()
    return ReportPart(problems=(f"the desk could not be told yet: {'; '.join(why)}",))


def _in_order(found: list[Way], claimed: Iterable[Matter], failed: set[str]) -> list[Way]:
    """Return the ways in the order in which they are tried.

    First those that do not lead by a channel that fails, and among them the one by which the desk
    heard of it.
    """
    heard = {matter.told_by for matter in claimed if matter.is_over}
    return sorted(found, key=lambda way: (way.channel in failed, way.setting not in heard))


def ways(office: Office) -> tuple[list[Way], tuple[str, ...]]:
    """Return the ways to the desk, in the order of the table, and what is wrong with others."""
    found: list[Way] = []
    wrong: list[str] = []
    for way in (_by_mail, _by_chat, _by_webhook):
        try:
            found += way(office)
        except ConfigError as error:
            wrong.append(str(error))
    return found, (*wrong, *office.settings.unset_desk)


def _by_mail(office: Office) -> Iterator[Way]:
    if to := office.settings.desk.email:
        postman = office.postman
        if not isinstance(postman, Notifies):
            raise ConfigError("desk.email: no letters can leave (set smtp and sender in [mail])")
        send = partial(_send, office, "desk.email", postman, to)
        yield Way(setting="desk.email", channel=postman.name, send=send)


def _by_chat(office: Office) -> Iterator[Way]:
    if named := office.settings.desk.telegram:
        channel, chat = chat_of(office, named)
        send = partial(_send, office, "desk.telegram", channel, chat)
        yield Way(setting="desk.telegram", channel=channel.name, send=send)


def _by_webhook(office: Office) -> Iterator[Way]:
    if url := office.settings.desk.webhook.get_secret_value():
        yield Way(setting="desk.webhook", send=partial(_post, office, url))


def chat_of(office: Office, text: str) -> tuple[Notifies, str]:
    """Return the channel and the chat of ``CHANNEL:CHAT``; a chat alone is the first channel's."""
    able = [
        channel
        for channel in office.channels
        if isinstance(channel, Notifies) and not isinstance(channel, MailingList)
    ]
    name, colon, chat = text.partition(":")
    named = next((channel for channel in able if colon and channel.name == name), None)
    if not able or (colon and not (named and chat)):
        names = ", ".join(channel.name for channel in able) or "none"
        raise ConfigError(
            "desk.telegram: write CHANNEL:CHAT, with a channel that writes to chats"
            f" (configured: {names})"
        )
    channel, chat = (named, chat) if named else (able[0], text)
    if readers := next((each.name for each in able if each.target() == chat), ""):
        raise ConfigError(
            f"desk.telegram: {chat} is where channels.{readers} publishes: name a chat of the"
            " office"
        )
    return channel, chat


def _send(
    office: Office, setting: str, channel: Notifies, to: str, message: OfficeMessage,
    _matters: Sequence[Matter],
) -> str:  # fmt: skip
    try:
        errand = channel.errand(to, message, office.publisher)
    except ValueError as error:
        return f"{setting}: {error}"
    key = f"desk/{message.at.isoformat()}/{message.subject}"
    problem = send_errand(office, errand, key)
    if channel not in office.channels:  # the one that [mail] makes
        problem = problem.replace(f"channels.{channel.name}.", f"{channel.name}.")
    return f"{setting}: {problem}" if problem else ""


def _post(office: Office, url: str, message: OfficeMessage, matters: Sequence[Matter]) -> str:
    return post_json(office, "desk.webhook", url, document(office, message, matters))


def document(office: Office, message: OfficeMessage, matters: Sequence[Matter]) -> dict[str, Any]:
    """Return what the webhook is given: ``text`` is what chats show of such a document."""
    return {
        "source": "syndicate",
        "office": office.publisher.name,
        "host": office.ledger.ticks.host,
        "at": message.at.isoformat(),
        "subject": message.subject,
        "text": f"{message.subject}\n\n{message.text}",
        "matters": [
            {
                "key": matter.key,
                "state": "over" if matter.is_over else "open",
                "since": matter.since.isoformat() if matter.since else None,
                "says": matter.says,
                "command": matter.command,
            }
            for matter in matters
        ],
    }


def _clean(office: Office, matter: Matter) -> Matter:
    """Return a matter whose words hold no secret and have a length that people read."""
    says = shortened(" ".join(office.scrub(matter.says).split()), LONGEST_SENTENCE)
    return replace(matter, says=says, command=office.scrub(matter.command))


def _message(office: Office, matters: Sequence[Matter]) -> OfficeMessage:
    new = [matter for matter in matters if not matter.is_over]
    over = [matter for matter in matters if matter.is_over]
    parts = [*_new(new), *_over(office, over)]
    parts.append(f"{office.ledger.ticks.host}: syndicate status shows all that is open.")
    return OfficeMessage(
        subject=f"syndicate, {office.publisher.name}: {_counted(len(new), len(over))}",
        text="\n\n".join(parts),
        at=office.clock(),
    )


def _counted(new: int, over: int) -> str:
    needs = f"{new} {'matter needs' if new == 1 else 'matters need'} somebody" if new else ""
    ended = f"{over} {'matter is' if over == 1 else 'matters are'} over" if over else ""
    return ", ".join(filter(None, (needs, ended)))


def _new(matters: Sequence[Matter]) -> Iterator[str]:
    for number, matter in enumerate(matters[:MOST_MATTERS], 1):
        settles = f"\n   {matter.command}" if matter.command else ""
        yield f"{number}. {matter.says}{settles}"
    yield from _rest(matters, "more")
    if matters:
        yield "Each is told once; one message follows when it is over."


def _over(office: Office, matters: Sequence[Matter]) -> Iterator[str]:
    zone = office.publisher.zone
    for matter in matters[:MOST_MATTERS]:
        since = f", since {moment(matter.since, zone, 'en')}" if matter.since else ""
        yield f"Over{since}: {matter.says}"
    yield from _rest(matters, "more are over")


def _rest(matters: Sequence[Matter], words: str) -> Iterator[str]:
    if len(matters) > MOST_MATTERS:
        yield f"… and {len(matters) - MOST_MATTERS} {words}"
