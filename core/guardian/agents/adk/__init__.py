"""The same agents on Google ADK. Nothing here is imported before a run asks for it."""
