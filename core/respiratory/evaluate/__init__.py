"""Every figure of the respiratory models, computed from logits of films they had not seen."""
