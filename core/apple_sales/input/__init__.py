"""JSON becomes a planning problem, or sentences that name the cells."""
