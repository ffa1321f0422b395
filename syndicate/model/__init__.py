"""Values without input or output."""
