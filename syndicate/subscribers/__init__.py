"""Lists and their subscribers: readers' replies, and service letters to them."""
