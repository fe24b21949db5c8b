"""Levels of an attribute compared: difference shown, equivalence shown, not enough data."""
