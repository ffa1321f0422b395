"""Characters of a text: HTML entities, and characters that nobody sees."""
