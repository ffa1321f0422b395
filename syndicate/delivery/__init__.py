"""The only effects: what is planned is sent, once, and what became of it is written down."""
