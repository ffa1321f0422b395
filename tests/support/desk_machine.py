"""An office whose people, clock, faults and deaths hypothesis chooses, and its invariants."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from support.deaths import deadly
from support.desk_choices import (
    ACTS,
    API_FAULTS,
    DEATHS,
    MORTAL,
    NEW_ACTS,
    POINTS,
    SMTP_FAULTS,
    STEPS,
    Command,
    Death,
)
from support.desk_office import DeskOffice, configure, desk_office, empty
from support.reader_model import Asked, Readers, Story, Violation
from syndicate.errors import UsageError
from syndicate.ledger.reports.books import imbalances
from syndicate.loopback.botapi import BotApi
from syndicate.loopback.smtp import SmtpServer
from syndicate.model.delivery import delivery_key
from syndicate_email.letter.stencil import message_id

START = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)  # nine o'clock in Jakarta
DIGEST_HOUR = 17
LATE = timedelta(hours=6)  # editorial.late
MINUTE = timedelta(minutes=1)
NAMES = ("ani", "budi", "cici", "dewi", "eko", "fitri")
MOST_STORIES = 4
MOST_ROUNDS = 40  # ticks until nothing may be due any more


class Desk(RuleBasedStateMachine):
    """An office, its colleagues and its destinations; ``servers`` is set for a whole run."""

    servers: tuple[BotApi, SmtpServer]

    @initialize(readers=st.integers(1, 3))
    def open(self, readers: int) -> None:
        api, smtp = self.servers
        empty(api, smtp)
        self.api, self.smtp = api, smtp
        self.stack = ExitStack()
        self.desk: DeskOffice = self.stack.enter_context(desk_office(api, smtp, START, configure))
        self.readers = Readers(api.posts, smtp.letters, self.desk.room.feed)
        self.last_tick = START
        self.unsure: list[Story] = []  # published by a tick that died, or not yet
        for _ in range(readers):
            self.join()

    def teardown(self) -> None:
        """End with an office at rest, whatever happened; a failure has come here as well."""
        if not hasattr(self, "stack"):
            return
        with self.stack:
            if sys.exception() is None:
                self.everything_comes_to_rest()

    @rule(data=st.data(), what=st.sampled_from(STEPS))
    def step(self, data: st.DataObject, what: str) -> None:
        """Do one thing: of several rules hypothesis would leave out some in each run."""
        getattr(self, what)(data)

    def somebody_acts(self, data: st.DataObject) -> None:
        """Draw an act that makes sense now, and an article for it."""
        acts: list[tuple[str, Story | None]] = [
            (act, story)
            for act, states in ACTS.items()
            for story in self.readers.stories.values()
            if story.state in states
        ]
        new = len(self.readers.stories) < MOST_STORIES
        acts += [(act, None) for act in NEW_ACTS for _ in range(3 if new else 0)]
        act, story = data.draw(st.sampled_from(acts))
        if story is None:
            story = self._new()
        command = getattr(self, act)(story, data)
        if command:
            command()
            story.uri = self.desk.room.uri(story.path.name)

    def time_passes(self, data: st.DataObject) -> None:
        self.desk.forward(timedelta(minutes=data.draw(st.sampled_from((1, 5, 30, 240, 480)))))
        if data.draw(st.booleans()):
            self._clockwork()
            self.desk.tick()

    def a_process_dies(self, data: st.DataObject) -> None:
        """Kill a tick or a command of a person, who gives it again."""
        death = data.draw(DEATHS)
        mortal = [(act, s) for act in MORTAL for s in self.stories(*ACTS[act])]
        act, story = data.draw(st.sampled_from([("tick", None), *mortal]))
        if story is None:
            stories, earlier = self.readers.stories.values(), self.unsure
            lived = {each.number for each in stories if each.live}
            self._clockwork()
            self._dies(self.desk.tick, death)
            self.unsure = [*earlier, *(e for e in stories if e.live and e.number not in lived)]
            return
        before = story.live
        command = getattr(self, act)(story, data)
        if command is None:
            return
        story.unsure = {before, story.live}
        self._dies(command, death)
        self.readers.look()
        story.unsure = set()
        command()

    def a_destination_fails(self, data: st.DataObject) -> None:
        """The Bot API fails once, the relay from now on."""
        fault = data.draw(st.sampled_from(sorted((*API_FAULTS, *SMTP_FAULTS, "mended"))))
        if make := API_FAULTS.get(fault):
            self.api.faults.append(make())
        else:
            self.smtp.faults = [SMTP_FAULTS[fault]] if fault in SMTP_FAULTS else []

    def people_and_machines_come_and_go(self, data: st.DataObject) -> None:
        what = data.draw(st.sampled_from(("join", "leave", "restart", "machine")))
        here = sorted(set(self.readers.joined) - self.readers.left)
        if what == "join" and len(self.readers.joined) < len(NAMES):
            self.join()
        if what == "leave" and len(here) > 1:
            address = data.draw(st.sampled_from(here))
            self.desk.leave(address)
            self.readers.left.add(address)
        if what == "restart":
            self.desk.close()
        if what == "machine":
            self.desk.machine = 1 - self.desk.machine

    def join(self) -> None:
        address = f"{NAMES[len(self.readers.joined)]}@pembaca.example"
        self.desk.join(address)
        self.readers.joined[address] = datetime.now(UTC)

    def stories(self, *states: str) -> list[Story]:
        return [story for story in self.readers.stories.values() if story.state in states]

    # acts: each changes the model, and returns the command

    def publish(self, story: Story, data: st.DataObject) -> Command:
        if story.needs_approval:
            return self._is_asked(story, 1)
        self._goes_live(story, 1)
        return lambda: self.desk.publish(story.path)

    def schedule(self, story: Story, data: st.DataObject) -> Command:
        minutes = data.draw(st.sampled_from((3, 20, 300)))
        if story.needs_approval:
            return self._is_asked(story, 1, minutes)
        self._is_coming(story, 1, minutes)
        return lambda: self.desk.publish(story.path, at=story.due)

    def correct(self, story: Story, data: st.DataObject) -> Command:
        way = data.draw(st.sampled_from(("note", "notify", "minor")))
        version = story.written + 1
        self.write(story, version)
        given: dict[str, Any] = {"note": story.note(version), "notify_readers": way == "notify"}
        given = {"minor": True} if way == "minor" else given
        if story.needs_approval:
            return self._is_asked(story, version, **given)
        self._is_told(story, version, given)
        return lambda: self.desk.publish(story.path, **given)

    def schedule_a_correction(self, story: Story, data: st.DataObject) -> Command:
        version = story.written + 1
        self.write(story, version)
        minutes = data.draw(st.sampled_from((3, 20, 300)))
        if story.needs_approval:
            return self._is_asked(story, version, minutes, note=story.note(version))
        self._is_coming(story, version, minutes)
        return lambda: self.desk.publish(story.path, note=story.note(version), at=story.due)

    def approve(self, story: Story, data: st.DataObject) -> Command | None:
        """Approve what waits; where it has no time, publish it then."""
        asked, story.asked = story.asked, None
        if asked is None:
            return None
        if asked.due:
            story.coming, story.due = asked.version, asked.due
            return lambda: self._approves(story)
        self._is_told(story, asked.version, asked.given)
        return lambda: self._approves(story, asked.given)

    def publish_without_approval(self, story: Story, data: st.DataObject) -> Command | None:
        """Try what nobody has approved; nothing comes of it."""
        if not story.needs_approval or story.is_coming_held:
            return None
        if story.asked is None:
            self.write(story, story.written + 1)
        asked = story.asked
        return lambda: self._in_vain(story, asked)

    def hold(self, story: Story, data: st.DataObject) -> Command | None:
        if story.asked:
            return None  # it stops what is out or scheduled, not what is asked
        if story.state == "draft" and not (story.coming and not story.is_coming_held):
            return None
        story.state = "withheld" if story.live else "draft"
        story.is_coming_held = bool(story.coming)
        return lambda: self.desk.hold(story.path)

    def release(self, story: Story, data: st.DataObject) -> Command | None:
        now = datetime.now(UTC)
        is_late = bool(story.coming and story.due and now - story.due > LATE)
        if story.state != "withheld" and not (story.is_coming_held or is_late):
            return None
        if story.state == "withheld":
            story.state, story.published = "usable", now
        if story.coming and story.due and story.due < now:
            story.due = now  # a person has answered: it is not late any more
        story.is_coming_held = False
        return lambda: self.desk.release(story.path)

    def withdraw(self, story: Story, data: st.DataObject) -> Command:
        kill, notify = data.draw(st.booleans()), data.draw(st.booleans())
        story.state, story.is_killed, story.coming = "canceled", kill, 0
        story.asked = None
        story.owed.clear()
        reason = story.reason()
        return lambda: self.desk.withdraw(story.path, reason, kill=kill, notify_readers=notify)

    def reinstate(self, story: Story, data: st.DataObject) -> Command | None:
        if story.needs_approval:
            return None  # another text is refused
        version = story.written + 1
        self.write(story, version)
        story.is_killed = False
        self._goes_live(story, version)
        return lambda: self.desk.reinstate(story.path, story.note(version))

    # what changes an article, as model and as command

    def write(self, story: Story, version: int) -> None:
        story.written = version
        named = {"uri": story.uri} if story.uri else {}
        name, words = story.path.name, story.text(version)
        named |= {"profile": "dua"} if story.needs_approval else {}
        self.desk.room.write(name, words, headline=story.headline, url=None, **named)

    def _new(self) -> Story:
        number = len(self.readers.stories)
        story = Story(number=number, path=self.desk.room.folder / f"naskah{number}.md")
        self.readers.stories[number] = story
        self.write(story, 1)
        return story

    def _is_asked(self, story: Story, version: int, minutes: int = 0, **given: Any) -> Command:
        due = datetime.now(UTC) + timedelta(minutes=minutes) if minutes else None
        story.coming, story.asked = 0, Asked(version=version, due=due, given=given)
        return lambda: self.desk.submit(story.path, at=due, **given)

    def _approves(self, story: Story, given: dict[str, Any] | None = None) -> None:
        """Approve, and publish what has no time; who was killed may have done the first."""
        if self.desk.is_waiting(story.path):
            self.desk.approve(story.path)
        if given is not None:
            self.desk.publish(story.path, **given)

    def _in_vain(self, story: Story, asked: Asked | None) -> None:
        given = asked.given if asked else {}
        assert self.desk.publish(story.path, **{"note": "Angkanya keliru.", **given}).problems
        if asked:
            with suppress(UsageError):
                self.desk.approve(story.path, "budi")
                raise Violation(f"who submitted {story} has approved it")

    def _is_told(self, story: Story, version: int, given: dict[str, Any]) -> None:
        self._goes_live(story, version)
        if given.get("notify_readers"):
            story.owed[version] = frozenset(set(story.reader_versions) - self.readers.left)

    def _goes_live(self, story: Story, version: int) -> None:
        if story.state != "usable" and not story.reader_versions:
            story.published = datetime.now(UTC)  # else readers have it, and whoever joins has not
        story.state, story.live, story.coming = "usable", version, 0
        story.is_coming_held = False

    def _is_coming(self, story: Story, version: int, minutes: int) -> None:
        story.coming, story.is_coming_held = version, False
        story.due = datetime.now(UTC) + timedelta(minutes=minutes)

    def _clockwork(self) -> None:
        """Let what is scheduled go live in the model, by its own calendar."""
        self.last_tick = now = datetime.now(UTC)
        for story in self.unsure:  # a tick died that may have published it, or this one does
            story.published = now
        self.unsure = []
        for story in self.readers.stories.values():
            is_coming = story.coming and not story.is_coming_held
            if is_coming and story.due and timedelta() <= now - story.due <= LATE:
                self._goes_live(story, story.coming)

    def _dies(self, work: Callable[[], Any], death: Death) -> None:
        """Do something in a process that is killed at a point, if it comes there."""
        when, what, nth = death

        def life() -> None:
            owner, name = POINTS[what]
            setattr(owner, name, deadly(getattr(owner, name), when, nth))
            work()

        assert self.desk.in_child(life) in (0, -signal.SIGKILL)

    # what must hold after every step

    @invariant()
    def readers_see_what_they_may(self) -> None:
        if hasattr(self, "readers"):
            self.readers.look()

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "desk") or not self.desk.room.ledger.exists():
            return
        with self.desk.office.ledger.reading() as db:
            assert imbalances(db) == []
        counted = self.desk.rows(
            "SELECT r.edition_id, r.letters, (SELECT count(*) FROM letters l"
            " WHERE l.edition_id = r.edition_id) FROM runs r WHERE r.upto IS NULL"
        )
        assert [row for row in counted if row[1] != row[2]] == []

    # at rest

    def everything_comes_to_rest(self, _data: object = None) -> None:
        self.api.faults.clear()
        self.smtp.faults = []
        for _ in range(MOST_ROUNDS):
            self._clockwork()
            self.desk.tick()
            self.readers.look()  # before a scheduled text makes another one the newest
            self._settle_doubts()
            if not self.desk.due():
                break
            self.desk.forward(timedelta(minutes=30))
        else:
            raise Violation(f"still due: {self.desk.due()}")
        self.readers.look()
        entries = [
            f"{entry.get('content_html')} {entry.get('content_text')} {entry}"
            for entry in self.desk.room.entries
        ]
        self.readers.agree(entries, list(self._windows()))

    def _windows(self) -> Iterator[datetime]:
        """When digests were closed: at 17.00 in Jakarta, which is 10.00 UTC."""
        end = START.replace(hour=DIGEST_HOUR - 7)
        while end <= self.last_tick:
            yield end
            end += timedelta(days=1)

    def _settle_doubts(self) -> None:
        """Answer as a person does who looks at the chat, and at the relay's log."""
        doubts = self.desk.rows(
            "SELECT d.id, e.key FROM deliveries d JOIN editions e ON e.id = d.edition_id"
            " WHERE d.state = 'in_doubt'"
        )
        for number, key in doubts:
            found = [story for story in self.readers.stories.values() if story.uri == key]
            posts = [post for story in found for post in self.readers.posts_of(story)]
            sent = f"{posts[0].message_id}" if posts else None
            self.desk.resolve(f"{number}", sent=sent)
        arrived = self.readers.message_ids()
        for edition, channel, key in self.desk.rows(
            "SELECT DISTINCT l.edition_id, c.key, e.key FROM letters l"
            " JOIN editions e ON e.id = l.edition_id JOIN channels c ON c.id = e.channel_id"
            " WHERE l.state = 'in_doubt'"
        ):
            for letter, words, _ in self.desk.office.ledger.letters.doubts(edition):
                mine = delivery_key(channel, key, letter.recipient.id)
                is_there = message_id(words.content, mine) in arrived
                named = f"{edition}/{letter.subscriber}"
                self.desk.resolve(named, sent="" if is_there else None)
