"""Markdown as people type it: repaired where the intent is plain, and parsed."""
