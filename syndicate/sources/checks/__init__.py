"""Checks that readers get every word: lost words, stray markup, placeholders."""
