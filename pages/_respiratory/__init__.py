"""Sections of the chest X-ray pages."""
