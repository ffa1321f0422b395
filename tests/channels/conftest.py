"""A Bot API and a Telegram channel for every test of this room that has none of its own."""

from support.telegram_channel import api, channel

__all__ = ["api", "channel"]
