"""The front matter of an article: YAML whose every value knows its line."""
