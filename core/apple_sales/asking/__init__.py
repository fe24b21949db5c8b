"""Questions in words: how they are read, and who answers which."""
