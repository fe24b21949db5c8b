"""Whether the probabilities mean what they say."""
