"""Links of an article: their addresses checked, and repaired where the intent is plain."""
