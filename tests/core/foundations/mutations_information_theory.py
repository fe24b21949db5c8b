"""Changes of one sign or constant that must turn the article on information theory red."""

from __future__ import annotations

from core.foundations.information_theory import formulas

MUTATIONS = [
    # Forms that are printed in common texts.
    (formulas.cross_entropy, "divergence(p, q)", "divergence(q, p)"),
    (formulas.normal_divergence, "other_sd / sd", "sd / other_sd"),
    (formulas.normal_divergence, "2 * other_sd**2", "2 * sd**2"),
    (formulas.normal_divergence, " - 1 / 2", ""),
    (formulas.pinsker_floor, "2 * total_variation**2", "total_variation**2"),
    (formulas.normal_information, "correlation**2)) / 2", "correlation**2))"),
    (formulas.plugin_bias, "(k - 1) * (m - 1)", "k * m - 1"),
    (formulas.plugin_bias, "/ (2 * n)", "/ n"),
    (formulas.fano_bound, "math.log(k - 1)", "math.log(k)"),
    (formulas.normal_entropy, "2 * math.pi * math.e", "2 * math.pi"),
    (formulas.rescaled_entropy, "+ math.log", "- math.log"),
    (formulas.jeffreys, "divergence(p, q) + divergence(q, p)", "2 * divergence(p, q)"),
    (formulas.entropy_slope, "temperature**3", "temperature**2"),
    (formulas.unchanged_psi, "(bins - 1)", "bins"),
    # One sign or constant.
    (formulas.total_variation, ") / 2", ")"),
    (formulas.surprise, "-math.log(p)", "-math.log2(p)"),
    (formulas.entropy_bits, "math.log(2)", "math.log(10)"),
    (formulas.chained_entropy, "+ conditional", "- conditional"),
    (formulas.bernoulli_divergence, "+ (1 - p)", "- (1 - p)"),
    (formulas.bernoulli_information, "1 - p", "1 + p"),
    (formulas.jensen_shannon, "entropy(q)) / 2", "entropy(q))"),
    (formulas.mutual_information, "- entropy(joint)", "+ entropy(joint)"),
    (formulas.diagnostic_bits, "(1 - specificity)", "specificity"),
    (formulas.exponential_entropy, "1 + math.log(mean)", "math.log(mean)"),
    (formulas.summed_entropy, "2 * second", "second"),
    (formulas.score_loss, "- told", "+ told"),
    # Small, or seen at one place alone.
    (formulas.divergence, "np.sum(p", "1.001 * np.sum(p"),
    (formulas.unchanged_psi, "(bins - 1) *", "1.01 * (bins - 1) *"),
    (formulas.unchanged_psi, "1 / n + 1 / m", "1 / n + 1 / m + 50_000 / (n * m)"),
    (formulas.plugin_bias, "(m - 1)", "3"),
    (formulas.plugin_bias, "(k - 1)", "(min(k, m) - 1)"),
    (formulas.normal_divergence, "1 / 2", "0.4999999"),
    (formulas.binary_entropy, "xlogy(p, p)", "p * math.log(p)"),
    (formulas.binary_entropy, "xlogy(1 - p, 1 - p)", "(1 - p) * math.log(1 - p)"),
    (formulas.fano_bound, "error * math.log(k - 1)", "0.999 * error * math.log(k - 1)"),
    (formulas.fano_bound, "error * math.log(k - 1)", "1.001 * error * math.log(k - 1)"),
    (formulas.entropy_bits, "entropy(p) /", "0.999 * entropy(p) /"),
    (formulas.growth, "+ math.log(paid)", "- math.log(paid)"),
]
