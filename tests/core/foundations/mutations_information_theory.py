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
    (formulas.growth, "+ math.log(paid)", "- math.log(paid)"),
]
