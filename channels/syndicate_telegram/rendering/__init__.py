"""Rendering: an article becomes one post, within Telegram's limits. Pure."""
