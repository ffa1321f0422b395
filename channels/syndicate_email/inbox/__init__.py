"""Receiving: letters are fetched from an inbox and classified."""
