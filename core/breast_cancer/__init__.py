"""Breast cancer: diagnosis from cell nuclei, and whether case and stream are like the training."""
