"""Doubts: a post that may have arrived is looked for in its chat."""
