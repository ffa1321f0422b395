"""Which version this is."""

VERSION = "0.1.0"  # the build reads it here; asking the installed distribution costs 40 ms
