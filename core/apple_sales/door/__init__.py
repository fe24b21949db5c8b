"""An uploaded file becomes a checked table, or sentences that name the cells."""
