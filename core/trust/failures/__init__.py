"""Where and how a model errs."""
