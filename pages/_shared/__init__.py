"""Widgets and layout that the pages share."""
