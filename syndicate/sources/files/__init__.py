"""Files on disk: an article's text, and the pictures and documents that it names."""
