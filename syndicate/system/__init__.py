"""This machine: its files, users, signals and own addresses."""
