"""A problem becomes a plan with its proof, or the reason there is none."""
