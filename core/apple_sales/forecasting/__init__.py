"""The next quarters, and how such forecasts fared."""
