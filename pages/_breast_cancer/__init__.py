"""The sections of the breast-cancer pages."""
