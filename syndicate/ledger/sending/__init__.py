"""What is due, what is under way, and how it ended: posts, files and letters."""
