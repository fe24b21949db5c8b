"""The pages of the suite: read the input, call core, show."""
