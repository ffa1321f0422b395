"""A tick every five minutes, for weeks: all that goes out is what a calendar says, each once."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from support.desk_office import DeskOffice, desk_office, destinations, empty
from support.newsroom import Newsroom
from support.office_calendar import FIVE, READERS, SCHEDULES, Act, Calendar, Event
from support.reader_model import Story, letter_marks, marks
from syndicate.loopback.botapi import BotApi, Flood
from syndicate.loopback.smtp import SmtpFault, SmtpServer

OVER = "Masa berlakunya sudah berakhir"
NUMBERED = re.compile(r" ke-(\d+)")  # in a headline
JAKARTA = Calendar(
    zone=ZoneInfo("Asia/Jakarta"), first=date(2026, 12, 29), days=6, off=(2, 4), flood=1,
    relay_away=5,
)  # fmt: skip
# here clocks go back from 03.00 to 02.00 on 7 February 2027: 02.30, the daily digest, comes twice
CASABLANCA = Calendar(
    zone=ZoneInfo("Africa/Casablanca"), first=date(2026, 12, 15), days=60, off=(16, 19), flood=25,
    relay_away=30,
)  # fmt: skip
# and here forward from 02.00 to 03.00 on 28 March 2027: there is no 02.30
BERLIN = Calendar(
    zone=ZoneInfo("Europe/Berlin"), first=date(2027, 2, 20), days=60, off=(20, 23), flood=40,
    relay_away=45,
)  # fmt: skip


@dataclass
class Watch:
    """What readers have seen, and at which tick first."""

    api: BotApi
    smtp: SmtpServer
    seen: list[tuple[Event, datetime]] = field(default_factory=list)
    letters: int = 0
    versions: Counter[int] = field(default_factory=Counter)

    def look(self, at: datetime) -> None:
        self.seen += [(event, at) for event in (*self._posts(), *self._letters())]

    def _posts(self) -> Iterator[Event]:
        for post in self.api.posts:
            known = self.versions[post.message_id]
            self.versions[post.message_id] = len(post.versions)
            for number, version in enumerate(post.versions[known:], known):
                named = NUMBERED.search(version.text.partition("\n")[0])
                about = int(named[1]) if named else next(iter(marks(version.text))).story
                yield Event(self._kind(version.text, number, post.reply_to), f"{about}")

    def _kind(self, text: str, number: int, reply_to: int) -> str:
        if reply_to:
            return "reminder ended" if number else "reminder"
        if not number:
            return "post"
        kinds = {mark.kind for mark in marks(text)}
        if "r" in kinds:
            return "withdrawn"
        return "ended" if OVER in text or "n" not in kinds else "corrected"

    def _letters(self) -> Iterator[Event]:
        new = self.smtp.letters[self.letters :]
        self.letters += len(new)
        for letter in new:
            found = letter_marks(letter)
            bodies = {mark.story for mark in found if mark.kind == "b"}
            words = {
                f"{mark.kind}{mark.story}"
                for mark in found
                if mark.kind == "b" or mark.story not in bodies
            }
            yield Event("letter", f"{letter.recipient} {' '.join(sorted(words))}")


@dataclass
class Days:
    """An office whose machine ticks by a calendar."""

    calendar: Calendar
    desk: DeskOffice
    watch: Watch
    stories: dict[int, Story] = field(default_factory=dict)

    def run(self, ticks: Iterator[datetime]) -> None:
        for name, readers in READERS.items():
            for reader in readers:
                self.desk.join(reader, name)
        acts = list(self.calendar.acts)
        for tick in ticks:
            while acts and acts[0].at <= tick:
                self.desk.clock.move_to(acts[0].at)
                self.act(acts.pop(0))
            self.desk.clock.move_to(tick)
            self.fail(tick)
            self.desk.tick()
            self.watch.look(tick)
            if tick.hour == 0 and not tick.minute:
                self.desk.close()  # as a machine that is started anew

    def fail(self, tick: datetime) -> None:
        away = self.calendar.away <= tick < self.calendar.away + 4 * FIVE
        self.watch.smtp.faults = [SmtpFault(at="connect", do="hang up")] if away else []
        if tick == self.calendar.flooded:
            self.watch.api.faults = [Flood(retry_after=600)]

    def act(self, act: Act) -> None:
        story = self.stories.setdefault(
            act.number, Story(number=act.number, path=self.desk.room.folder / f"{act.number}.md")
        )
        if act.what == "schedule":
            self.write(story, 1)
            self.desk.publish(story.path, at=self.calendar.at(act.number, time(11, 37)), new=True)
            story.uri = self.desk.room.uri(story.path.name)
        elif act.what == "release":
            self.desk.release(story.path)
        elif act.what == "correct":
            self.write(story, 2)
            self.desk.publish(story.path, note=story.note(2))
        else:
            self.desk.withdraw(story.path, story.reason())
        self.watch.look(self.calendar.tick_of(act.at))

    def write(self, story: Story, version: int) -> None:
        expires = self.calendar.expires(story.number)
        front = {"expires": expires.isoformat()} if expires else {}
        front |= {"uri": story.uri} if story.uri else {}
        text, name = story.text(version), story.path.name
        self.desk.room.write(name, text, headline=story.headline, url=None, **front)


def sparse(calendar: Calendar, hours: int = 1) -> Iterator[datetime]:
    """Ticks about the moments at which something is due, and one in so many hours."""
    moments = {act.at for act in calendar.acts} | {calendar.flooded, calendar.away}
    moments |= {moment for span in calendar.all().values() for moment in span}
    for tick in calendar.ticks():
        near = any(-FIVE <= tick - moment <= FIVE for moment in moments)
        if near or (not tick.minute and tick.hour % hours == 0):
            yield tick


def simulated(calendar: Calendar, ticks: Iterator[datetime]) -> Days:
    def configure(room: Newsroom) -> None:
        room.timezone = str(calendar.zone)
        room.tables["deadlines"] = {"remind": ["1d"], "on_expiry": "mark"}
        daily = room.channels.pop("harian")
        for name, schedule in SCHEDULES.items():
            room.channels[name] = {**daily, "title": f"Kabar {name}", "schedule": schedule}

    with destinations() as (api, smtp):
        empty(api, smtp)
        with desk_office(api, smtp, calendar.start, configure) as desk:
            days = Days(calendar, desk, Watch(api, smtp))
            days.run(ticks)
            return days


def compare(days: Days) -> None:
    expected, seen = days.calendar.all(), Counter(event for event, _ in days.watch.seen)
    assert [event for event, count in seen.items() if count > 1] == [], "seen twice"
    assert (sorted(set(expected) - set(seen)), sorted(set(seen) - set(expected))) == ([], [])
    wrong = [
        (event, f"{at:%d %b %H:%M}", expected[event])
        for event, at in days.watch.seen
        if not expected[event].first <= at <= expected[event].last
    ]
    assert wrong == []


@pytest.mark.timeout(900)
def test_over_the_end_of_a_year_goes_out_what_the_calendar_says() -> None:
    compare(simulated(JAKARTA, sparse(JAKARTA, hours=6)))


@pytest.mark.soak
@pytest.mark.timeout(9000)
@pytest.mark.parametrize("calendar", [CASABLANCA, BERLIN], ids=["Casablanca", "Berlin"])
def test_sixty_days_of_ticks_send_what_the_calendar_says(calendar: Calendar) -> None:
    """With ``TICKS=all`` a tick every five minutes, for which a core needs a quarter of an hour."""
    is_whole = os.environ.get("TICKS") == "all"
    days = simulated(calendar, calendar.ticks() if is_whole else sparse(calendar))
    assert len(days.watch.seen) > 150
    compare(days)
