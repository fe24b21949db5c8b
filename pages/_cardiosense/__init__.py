"""The sections of the CardioSense pages."""
