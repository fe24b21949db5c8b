"""Sections of the Foundations pages."""
