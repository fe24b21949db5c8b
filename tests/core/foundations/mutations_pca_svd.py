"""Changes of one sign or constant that must turn the article on PCA and SVD red."""

from __future__ import annotations

from core.foundations.pca_svd import formulas

MUTATIONS = [
    # Forms that are printed in common texts.
    (formulas.frobenius_error, "np.sqrt(np.sum(s[k:] ** 2))", "np.sum(s[k:])"),
    (formulas.spectral_error, "s[k]", "s[k - 1]"),
    (formulas.covariance, "len(x) - 1", "len(x)"),
    (formulas.loadings, "axes * np.sqrt(variances)", "axes"),
    (formulas.gram_condition, "kappa**2", "kappa"),
    (formulas.noise_second_moment, "1 + (p + 1) / (n - 1)", "1"),
    (formulas.whitening, "axes / np.sqrt(variances)", "axes / variances"),
    (formulas.ridge_filter, "s**2 / (s**2 + penalty)", "s / (s + penalty)"),
    # One sign or constant.
    (formulas.null_projector, "np.eye(len(v)) -", "np.eye(len(v)) +"),
    (formulas.least_norm_solution, "(u.T @ b) / s", "(u.T @ b) * s"),
    (formulas.condition_number, "s[0] / s[-1]", "s[0] / s[1]"),
    (formulas.component_variances, "n - 1", "n"),
    (formulas.reconstruction_error, "np.trace(c) -", "np.trace(c) +"),
    (formulas.best_reconstruction_error, "variances[k:]", "variances[k + 1 :]"),
    (formulas.angle_after_scaling, "t**2 * a - b", "t**2 * a + b"),
    (formulas.angle_after_scaling, "2 * t * c", "t * c"),
    (formulas.uncentred_moment, "c + np.outer", "c - np.outer"),
    (formulas.chi_square_tail, "p / 2", "(p - 1) / 2"),
    (formulas.off_plane, "np.sum(difference**2) -", "np.sum(difference**2) +"),
    (formulas.component_filter, "< k", "<= k"),
    (formulas.gram_from_distances, "-0.5 *", "-1.0 *"),
    (formulas.variances_from_gram, "(len(gram) - 1)", "len(gram)"),
    # Right for one size only, or off by less than a simulation sees.
    (formulas.condition_number, "s[-1]", "s[3]"),
    (formulas.covariance, "(len(x) - 1)", "36"),
    (formulas.component_variances, "(n - 1)", "36"),
    (formulas.variances_from_gram, "(len(gram) - 1)", "17"),
    (formulas.noise_second_moment, "(p + 1)", "(2 * p - 2)"),
    (formulas.noise_second_moment, "(p + 1)", "n / 2"),
    (formulas.noise_second_moment, "(n - 1)", "(2 * p + 1)"),
    (formulas.noise_second_moment, "1 + (p + 1)", "1 + 1.01 * (p + 1)"),
    (formulas.chi_square_tail, "c / 2", "1.003 * c / 2"),
    (formulas.chi_square_tail, "p / 2", "(p + 0.01) / 2"),
    (formulas.off_plane, "axes[:, :k]", "axes[:, :2]"),
    (formulas.component_filter, "< k", "< 2"),
]
