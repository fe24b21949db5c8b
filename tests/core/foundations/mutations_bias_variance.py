"""Wrong forms of the formulas on bias and variance: each must turn a row red."""

from __future__ import annotations

from core.foundations.bias_variance import formulas, formulas_many

MUTATIONS = (
    (formulas.expected_error, "bias**2", "bias"),
    (formulas.expected_error, "noise_variance +", "-noise_variance +"),
    (formulas.dependent_error, "- 2 * covariance", "+ 2 * covariance"),
    (formulas.naive_bias_squared, "+ variance / refits", "+ variance / (refits - 1)"),
    (formulas.corrected_bias_squared, "- sample_variance / refits", "+ sample_variance / refits"),
    (formulas.smoother_variance, "np.trace(H @ H.T)", "np.trace(H)"),
    (formulas.training_error, "- 2 * np.trace(H)", "- np.trace(H)"),
    (formulas.optimism, "2 * sigma**2", "sigma**2"),
    (formulas.ols_training_error, "(m - p)", "(m + p)"),
    (formulas.reach, "degree + 1", "degree"),
    (formulas.ridge_variance, "(d**2 / (d**2 + penalty)) ** 2", "(d**2 / (d**2 + penalty))"),
    (formulas.ridge_bias_squared, "penalty / (d**2", "penalty**2 / (d**2"),
    (formulas.ridge_safe_limit, "2 * sigma**2", "sigma**2"),
    (formulas.total_penalty, "decay * m", "decay / m"),
    (formulas.stopping_filter, "1 - rate * d**2", "1 - rate * d"),
    (formulas_many.ensemble_variance, "correlation * variance +", "+"),
    (formulas_many.bagged_correlation, "(between + within)", "within"),
    (formulas_many.ambiguity_error, "- spread", "+ spread"),
    (formulas_many.leave_one_out, "1 - leverages", "1 + leverages"),
    (formulas_many.kfold_error, "k / ((k - 1) * m)", "1 / m"),
    (formulas_many.reported_variance, "(variance - covariance) / k", "variance / k"),
    (formulas_many.selection_optimism, "(models - 1)", "models"),
    (formulas_many.window_factor, "(k * np.sin(", "(np.sin("),
    (formulas_many.ols_excess, "(m - p - 1)", "m"),
    (formulas_many.interpolation_variance, "* m / (p", "* p / (p"),
    (formulas_many.interpolation_bias, "1 - m / len(theta)", "m / len(theta)"),
)
