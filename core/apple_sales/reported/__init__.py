"""What Apple reported, and what follows from it by arithmetic."""
