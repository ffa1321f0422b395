"""Subscribers: lists, tokens, requests by letter, goodbyes, erasure."""
