"""How a letter is written."""
