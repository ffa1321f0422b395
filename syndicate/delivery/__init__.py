"""The only effects: what is planned is sent once, and its outcome is recorded."""
