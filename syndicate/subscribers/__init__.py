"""Lists and who is on them; what comes back from readers, and what is answered."""
