"""Changes of one sign or constant that must turn the article on logistic regression red."""

from __future__ import annotations

from core.foundations.logistic_regression import formulas
from core.foundations.logistic_regression import formulas_fit as fit

MUTATIONS = [
    # Forms that are printed in common texts.
    (formulas.signed_distance, "z / np.linalg.norm(w)", "np.abs(z) / np.linalg.norm(w)"),
    (formulas.signed_distance, "np.linalg.norm(w)", "(w @ w)"),
    (formulas.largest_change, "np.tanh(np.abs(w) / 4)", "np.abs(w) / 4"),
    (formulas.log_odds_ratio, "exposed[1] * unexposed[0]", "exposed[1] * unexposed[1]"),
    (formulas.squared_curvature, "slope + (p - y) * (1 - 2 * p)", "slope"),
    (formulas.softplus, "np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))", "np.log(1 + np.exp(z))"),
    (formulas.log_sum_exp, "top + np.log(np.sum(np.exp(z - top)))", "np.log(np.sum(np.exp(z)))"),
    (formulas.stable_loss, "np.log1p(np.exp(-np.abs(z)))", "np.log(1 + np.exp(-np.abs(z)))"),
    (fit.soft_threshold, "np.maximum(np.abs(v) - t, 0)", "np.abs(v - t)"),
    (fit.population_logit, "z - np.log", "z + np.log"),
    (fit.brier_sum, "reliability - resolution", "reliability + resolution"),
    (fit.gap_error, "len(p)", "np.sqrt(len(p))"),
    (fit.wald_slope, "(2 - beta * np.tanh(beta / 2))", "2"),
    # One sign or constant.
    (formulas.sigmoid, "np.exp(-z)", "np.exp(z)"),
    (formulas.mirrored, "1 - sigmoid(z)", "1 + sigmoid(z)"),
    (formulas.sigmoid_slope, "1 - p", "1 + p"),
    (formulas.gaussian_weights, "high - low", "low - high"),
    (formulas.gaussian_intercept, "(low + high) / 2", "(low - high) / 2"),
    (formulas.gaussian_intercept, "prior / (1 - prior)", "prior"),
    (formulas.cross_entropy, "(1 - y) * np.log(1 - p)", "(1 - y) * np.log(p)"),
    (formulas.entropy, "- (1 - q) * np.log(1 - q)", ""),
    (formulas.divergence, "np.log(q / p)", "np.log(p / q)"),
    (formulas.loss_gradient, "- y", "+ y"),
    (formulas.newton_step, "w - np", "w + np"),
    (formulas.two_class, "first - second", "first"),
    (formulas.softmax_residual, "- target", "+ target"),
    (formulas.loss_sensitivity, "np.exp(z)", "np.exp(-z)"),
    (fit.ray_bound, "-t * margin", "-2 * t * margin"),
    (formulas.steepest_slope, "1 / 4", "1 / 2"),
    (formulas.quarter, "/ 4", "/ 3"),
    (fit.overlap_floor, "np.log(2)", "np.log(3)"),
    (fit.growth_per_decade, "np.log(10)", "np.log(2)"),
    (fit.flow_weight, "+ 1", "- 1"),
    (fit.flow_weight, "a**2", "a"),
    (fit.ridge_weights, "y - p", "p - y"),
    (fit.identified, "factor * second", "second / factor"),
    (fit.moments, "/ len(values)", "/ (len(values) - 1)"),
    (fit.in_sample_line, "1.0", "0.9"),
    (fit.information, "divergence(p, ", "divergence(1 - p, "),
    (fit.shifted_probability, "(1 - new_share)", "(1 + new_share)"),
    (fit.score_variance, "direction @ loss_hessian", "2 * direction @ loss_hessian"),
    (fit.ratio_slope, "2 * n", "n"),
    (fit.additive_estimate, "reference + np.sum", "reference - np.sum"),
    # Smaller than one percent or two, or seen at one place alone.
    (fit.score_variance, "direction @ loss_hessian", "1.01 * direction @ loss_hessian"),
    (fit.gap_error, "/ len(p)", "/ (len(p) - 0.3)"),
    (fit.gap_error, "np.sqrt(", "1.005 * np.sqrt("),
    (formulas.log_sum_exp, "z.max()", "z.min()"),
    (formulas.log_sum_exp, "z.max()", "z.mean()"),
    (formulas.log_sum_exp, "z.max()", "1.01 * z.max()"),
    (fit.ray_bound, "n * np.log1p", "1.001 * n * np.log1p"),
    (fit.ray_bound, "np.log1p(np.exp(-t * margin))", "np.exp(-t * margin)"),
    (fit.odds_factor, "after - before", "before - after"),
]
