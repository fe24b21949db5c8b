"""Sections of the TrustLens pages."""
