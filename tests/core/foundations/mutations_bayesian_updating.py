"""One sign or constant changed in a formula: the article must turn red."""

from __future__ import annotations

from core.foundations.bayesian_updating import formulas, formulas_choice

MUTATIONS = [
    # The likelihood of a positive result among the well is not the specificity.
    (formulas.likelihood_ratios, "sensitivity / (1 - specificity)", "sensitivity / specificity"),
    (formulas.predictive_value, "(1 - specificity)", "(1 + specificity)"),
    # Odds are not probabilities.
    (formulas.updated, "prior / (1 - prior) * ratio", "prior * ratio"),
    (formulas.dependent_ratio, "+ ill_covariance", "- ill_covariance"),
    # The failures are n - x, not n.
    (formulas.beta_update, "b + n - x", "b + n"),
    (formulas.beta_variance, "(a + b + 1)", "(a + b)"),
    (formulas.expected_variance, "(a + b) / (a + b + n)", "(a + b) / (a + b - n)"),
    # A count of new patients varies more than a binomial.
    (formulas.beta_binomial_variance, "* (a + b + m) / (a + b + 1)", ""),
    (formulas.negative_binomial, "rate / (rate + time)", "time / (rate + time)"),
    (formulas.normal_update, "1 / variance + n / noise", "1 / variance + 1 / noise"),
    # The next value varies around a mean that is itself uncertain.
    (formulas.student_density, "scale * (weight + 1)", "scale * weight"),
    (formulas.student_density, "df = 2 * shape", "df = 2 * shape - 1"),
    (formulas_choice.equal_tailed, "(1 - level) / 2", "1 - level"),
    (formulas_choice.best_quantile, "under / (under + over)", "over / (under + over)"),
    # The odds at the threshold are not the risk at the threshold.
    (formulas_choice.treatment_threshold, "harm / (harm + benefit)", "harm / benefit"),
    (formulas_choice.map_weights, "noise**2 / spread**2", "noise / spread"),
    (formulas_choice.map_weights, "spread**2", "(2 * spread**2)"),
    (formulas_choice.laplace_gap, "13", "1"),
    # Small errors that a simulation, or a limit alone, would let pass.
    (formulas.predictive_value, "(1 - prevalence) *", "1.005 * (1 - prevalence) *"),
    (formulas.predictive_value, "(1 - specificity))", "(1 - specificity) + 0.0005)"),
    # The right mass inside, but not the same on both sides.
    (
        formulas_choice.equal_tailed,
        "np.asarray(betaincinv(a, b, tail)), np.asarray(betaincinv(a, b, 1 - tail))",
        "np.asarray(betaincinv(a, b, 0.5 * tail)), np.asarray(betaincinv(a, b, 1 - 1.5 * tail))",
    ),
    (formulas_choice.laplace_log_integral, "n**3", "(n**3 + n)"),
    (formulas_choice.laplace_log_integral, "math.pi * x * y /", "math.pi * (x * y + 1) /"),
    (formulas_choice.skew_gap, "3 * math", "6 * math"),
]
