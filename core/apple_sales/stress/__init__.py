"""What a plan is worth when its assumptions are wrong."""
