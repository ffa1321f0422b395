"""Deliveries under way: what is due, claimed, attempted, and how it ended."""
