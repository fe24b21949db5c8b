"""Whether a table holds anything to learn, and the best mix within it if it does."""
