"""The commands behind every published figure."""
