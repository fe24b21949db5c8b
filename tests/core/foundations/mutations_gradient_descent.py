"""Changes of one sign or constant that must turn the article on gradient descent red."""

from __future__ import annotations

from core.foundations.gradient_descent import acceleration, formulas

MUTATIONS = [
    # Forms that are printed in common texts.
    (formulas.step_limit, "2 / smoothness", "1 / smoothness"),
    (formulas.guaranteed_decrease, "step * (1 - smoothness * step / 2)", "step"),
    (formulas.gap_factor, "(2 * steps)", "steps"),
    (formulas.convex_bound, "(4 * steps + 2)", "(2 * steps)"),
    (formulas.best_rate, "(condition - 1) / (condition + 1)", "1 - 1 / condition"),
    (formulas.heavy_ball_momentum, "(math.sqrt(condition) - 1)", "(condition - 1)"),
    (formulas.growing_reach, "steps * (steps + 7) / 8", "steps"),
    (formulas.velocity_weight, "(1 - beta**steps) / (1 - beta)", "1"),
    (formulas.second_moment, "variance + mean**2", "variance"),
    (formulas.root_moment, "curvature * abs(distance)", "curvature"),
    (formulas.adam_constant_step, "(np.abs(slope) + epsilon)", "np.sqrt(slope**2 + epsilon)"),
    (formulas.batch_variance, " * (1 - (batch - 1) / (examples - 1))", ""),
    (formulas.noise_floor, "(2 - step * curvature)", "2"),
    # One sign or constant.
    (formulas.taylor_bound, "smoothness / 2", "smoothness"),
    (formulas.shrink_factor, "1 - step", "1 + step"),
    (formulas.steepest_slope, "-math.sqrt", "math.sqrt"),
    (formulas.steepest_direction, "-gradient", "gradient"),
    (formulas.accelerated_bound, "2 * smoothness", "4 * smoothness"),
    (formulas.complex_band, "(1 - math.sqrt(beta))", "(1 - beta)"),
    (formulas.line_search_step, "(gradient @ matrix @ gradient)", "(2 * gradient @ gradient)"),
    (formulas.best_step, "smoothness + convexity", "smoothness - convexity"),
    (formulas.iterations_needed, "(condition + 1)", "condition"),
    (formulas.gradient_floor, "2 * convexity", "convexity"),
    (formulas.bregman_floor, "(2 * smoothness)", "smoothness"),
    (formulas.velocity, "[::-1]", ""),
    (formulas.heavy_ball_radius, "1 + beta - step", "1 - beta - step"),
    (formulas.heavy_ball_limit, "2 * (1 + beta)", "2 * (1 - beta)"),
    (formulas.heavy_ball_step, "math.sqrt(convexity)", "math.sqrt(smoothness)"),
    (formulas.nesterov_rate, "math.sqrt(condition)", "condition"),
    (formulas.constant_reach, "steps - beta", "steps + beta"),
    (formulas.reach_gap, "4 * reach + 2", "4 * reach - 2"),
    (formulas.energy_loss, "now * to_best", "now**2 * to_best"),
    (formulas.bias_factor, "1 - beta", "1 + beta"),
    (formulas.adagrad_distance, "np.sqrt(", "("),
    (formulas.adam_drift, "+ 1 / math.sqrt(third)", "- 1 / math.sqrt(third)"),
    (formulas.amsgrad_drift, "slope - 2", "slope - 1"),
    (formulas.cycle_moments, "1 + beta + beta**2", "1 + beta + beta"),
    (formulas.newton_step, "-np.linalg", "np.linalg"),
    (formulas.averaging_variance, "curvature**2", "curvature"),
    (formulas.polyak_variance, "- lag + tail", "- lag - tail"),
    # Errors of about 1 %, and those that only some sizes show.
    (formulas.noise_floor, "return step", "return 1.01 * step"),
    (formulas.noise_floor, "(2 - step", "(2 - 1.01 * step"),
    (formulas.accelerated_bound, "(steps + 1)", "(2 * steps)"),
    (
        formulas.accelerated_bound,
        "2 * smoothness * (distance / (steps + 1)) ** 2",
        "4 * smoothness * distance**2 / (steps + 1) ** 3",
    ),
    (formulas.accelerated_bound, "(distance / (steps + 1)) ** 2", "(distance / 2) ** 2 / steps"),
    (formulas.gap_factor, "(2 * steps)", "(steps + 9)"),
    (formulas.gap_factor, "(2 * steps)", "(steps + 1)"),
    (
        formulas.iterations_needed,
        "math.log((condition + 1) / (condition - 1))",
        "(2 / condition)",
    ),
    (formulas.iterations_needed, "math.ceil(", "math.ceil(1.002 * "),
    (formulas.iterations_needed, "math.ceil(", "math.floor("),
    # The measured side: what the bound leaves over must count.
    (acceleration._energy, "np.maximum(energy[0]", "0 * np.maximum(energy[0]"),
    (acceleration._energy, "parts = at_path[1:] - at_best", "parts = 0 * at_path[1:]"),
    (acceleration.least_growth, "(2 - u) * s", "2 * s"),
]
