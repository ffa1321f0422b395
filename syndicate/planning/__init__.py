"""Decide what is to be sent where; nothing is sent here."""
