"""A newsroom for every test of this room."""

from support.newsroom_fixtures import folder, room

__all__ = ["folder", "room"]
