"""Changes of one sign or constant that must turn the article on multipliers red."""

from __future__ import annotations

from core.foundations.lagrange_kkt import apple, formulas, formulas_models

MUTATIONS = [
    # Forms that are printed in common texts.
    (formulas.lagrangian, "f + h @ mu", "f - h @ mu"),
    (formulas.pull, "-(matrix.T @ mu)", "matrix.T @ mu"),
    (formulas.ellipse_distances, "np.sqrt(np.array([", "(np.array(["),
    (formulas.parabola_dual, "mu * b - mu**2", "-mu * b - mu**2"),
    (formulas.supporting, "value - u @ mu", "value + u @ mu"),
    (formulas_models.ridge, "x.T @ x + price", "x.T @ x - price"),
    (formulas_models.soft_threshold, "np.abs(z) - price", "np.abs(z) + price"),
    (formulas_models.margin, "2 / np.sqrt(w @ w)", "1 / np.sqrt(w @ w)"),
    # One sign or constant.
    (formulas.second_along, "hess_f - price", "hess_f + price"),
    (formulas.bordered_determinant, "-(dg @ dg)", "(dg @ dg)"),
    (formulas.least_growth, "radius**2 / 2", "radius**2"),
    (formulas.halfspace_price, "a @ z - b", "a @ z + b"),
    (formulas.excess, "/ 2 + slack @ mu", "/ 2 - slack @ mu"),
    (formulas.touching_value, "np.minimum(u, 0.0)", "np.maximum(u, 0.0)"),
    (formulas.dual_gradient, "c + g.T @ mu", "c - g.T @ mu"),
    (formulas.quadratic_dual, "/ 2 - h @ mu", "/ 2 + h @ mu"),
    (formulas.box_dual, "b @ prices - top", "b @ prices + top"),
    (formulas.envelope_gap, "w - c", "w + c"),
    (formulas_models.svm_dual, "signed / 2", "signed"),
    (formulas_models.hinge, "1 - y * score", "1 + y * score"),
    (formulas_models.pair_multiplier, "2 / distance**2", "1 / distance**2"),
    (formulas_models.frontier_constants, "a * c - b * b", "a * c + b * b"),
    (formulas_models.target_price, "2 * (a * r - b)", "(a * r - b)"),
    (formulas_models.norm_slope, "-2 * theta", "2 * theta"),
    (formulas_models.gibbs, "np.exp(-beta", "np.exp(beta"),
    (formulas_models.tangent_gap, "vertex - x", "vertex + x"),
    # A small error of the price hardly moves the dual value, which is flat there.
    (formulas.parabola_price, "2 * a * b", "2 * a * b + 1e-4"),
    (formulas.parabola_price, "2 * a * b", "2.001 * a * b"),
    # The measured side: limits that are not moved show nothing.
    (apple._idle, "limit + rng.uniform(0.2, 0.8) * (now - limit)", "limit"),
    (apple._idle, "problem = moved(problem", "moved(problem"),
]
