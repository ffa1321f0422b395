"""Writing: an edition becomes a letter, composed once and filled in for each recipient."""
