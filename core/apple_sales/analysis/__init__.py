"""Differences, elasticities and groups, held to what chance gives."""
