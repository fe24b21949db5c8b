"""Explanations that hold for any model, and the figures that test them."""
