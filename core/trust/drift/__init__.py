"""Has calibration changed, and is it right now? Two questions, kept apart."""
