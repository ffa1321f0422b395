"""The configuration: read and checked, and the channels that it names."""
