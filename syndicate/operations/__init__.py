"""One command's work, one a file."""
