"""Go through a script of an office's acts, as the state machine would, step by step."""

from __future__ import annotations

from typing import Any

from support.desk_choices import STEPS
from support.desk_machine import Desk
from syndicate.loopback.botapi import BotApi
from syndicate.loopback.smtp import SmtpServer


class Given:
    """What a script draws, in the place of hypothesis."""

    def __init__(self, *values: Any) -> None:
        self.values = list(values)

    def draw(self, _strategy: object) -> Any:
        return self.values.pop(0)


def play(servers: tuple[BotApi, SmtpServer], *script: tuple[Any, ...]) -> None:
    """Go through steps, or acts on the newest article, each with what it draws; then rest.

    ``another`` begins a second article, which needs approval.
    """
    machine: Any = type("Desk", (Desk,), {"servers": servers})()
    try:
        machine.open(readers=2)
        for what, *draws in script:
            given = Given(*draws)
            if what in STEPS:
                getattr(machine, what)(given)
            elif what == "another":
                machine._new()
            else:
                stories = list(machine.readers.stories.values())
                story = stories[-1] if stories else machine._new()
                getattr(machine, what)(story, given)()
                story.uri = machine.desk.room.uri(story.path.name)
            machine.readers_see_what_they_may()
            machine.the_books_balance()
        machine.everything_comes_to_rest()
    finally:
        machine.stack.close()
