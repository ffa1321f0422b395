"""What mail systems mean when they refuse a letter or a login."""
