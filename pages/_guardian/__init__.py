"""Sections of the medication check's pages."""
