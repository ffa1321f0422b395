"""A newsroom for every test of this room, also one whose channels are all in order."""

from support.channel_checks import ready, telegram_ready
from support.newsroom_fixtures import folder, room

__all__ = ["folder", "ready", "room", "telegram_ready"]
