"""The public trustlens 0.5.0, computed without it, and where it misleads."""
