"""Sections of the Apple sales pages."""
