"""Servers on this machine for the demo and the tests: they answer only what adapters send."""
