"""Subscribers: lists, tokens, what they wrote, and how they are forgotten."""
