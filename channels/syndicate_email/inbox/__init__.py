"""What comes back: letters fetched from an inbox, and classified."""
