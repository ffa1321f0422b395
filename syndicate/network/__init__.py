"""Conversations with other machines: bounded in time and size, kept off the office's own."""
