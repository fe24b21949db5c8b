"""Changes of one sign or constant that must turn the article on backpropagation red."""

from __future__ import annotations

from core.foundations.backpropagation import formulas, scale
from core.foundations.backpropagation import formulas_network as network

MUTATIONS = [
    # Forms that are printed in common texts.
    (formulas.softmax_jacobian, "np.diag(p) - np.outer(p, p)", "np.diag(p * (1 - p))"),
    (formulas.convolution_input_gradient, "convolve2d", "correlate2d"),
    (formulas.score_variance, "divisor**2", "divisor"),
    (formulas.normalisation_gradient, " - normalised * along", ""),
    (formulas.attention_gradients, "np.sqrt(queries.shape[1])", "queries.shape[1]"),
    (formulas.bias_gradient, "delta.sum(axis=1)", "delta.mean(axis=1)"),
    (network.batch_gradient, " / len(samples)", ""),
    (network.xavier_variance, "2 / (inputs", "1 / (inputs"),
    (network.relu_mean_square, "variance / 2", "variance"),
    (network.least_squares_hessian, " + np.tensordot(residuals, curvatures, axes=1)", ""),
    (network.shared_gradient, "np.sum(terms, axis=0)", "terms[0]"),
    # One sign or constant.
    (formulas.tanh_layer_jacobian, "1 - outputs", "1 + outputs"),
    (formulas.reverse_cost, "pairs[:-1]", "pairs"),
    (formulas.forward_cost, "pairs[1:]", "pairs"),
    (formulas.complex_step, "first - third", "first + third"),
    (formulas.central_difference, "/ 6", "/ 3"),
    (formulas.sigmoid_slope, "1 - outputs", "1 + outputs"),
    (formulas.cross_entropy_gradient, "p - targets", "targets - p"),
    (formulas.residual_jacobian, "np.eye(len(branch)) + branch", "branch"),
    (formulas.grad_cam, " / cells", ""),
    (network.backward, "1 - given**2", "1 - given"),
    (network.difference_error, "(2 * step**2)", "step**2"),
    (network.best_step, "3 * noise", "2 * noise"),
    (network.sigmoid_bound, "norm / 4", "norm / 2"),
    (network.hessian_vector, "- 2 * back", "+ 2 * back"),
    (network.rescaled_gradient, "gradient / factor", "gradient * factor"),
    (network.radial_slope, "degree * factor**degree", "factor**degree"),
    (network.midpoint_gap, "24 *", "12 *"),
    # An error of one in a hundred.
    (formulas.score_variance, "return size", "return 1.01 * size"),
    (network.difference_error, "+ noise**2", "+ 1.01 * noise**2"),
    (network.deep_mean_square, "return first", "return 1.01 * first"),
    (network.preactivation_variance, "return inputs", "return 1.01 * inputs"),
    # Right for one size or one instance alone.
    (
        formulas.score_variance,
        "size * query_variance * key_variance / divisor**2",
        "query_variance * key_variance",
    ),
    (network.difference_error, "(2 * step**2)", "(2 * step**2) - noise**2 / 2"),
    (network.deep_mean_square, "** layers", "* layers * 0.62"),
    (network.sigmoid_bound, "** layers", "** 3"),
    (network.xavier_variance, "2 / (inputs + outputs)", "14 / (inputs + outputs) ** 2"),
    (network.batch_gradient, "/ len(samples)", "/ 5"),
    (network.degree_of_network, "power**layers", "power * layers - (power == 1)"),
    (formulas.average_pool_gradient, "delta / size", "delta / 4"),
    (
        formulas.max_pool_gradient,
        "windows == windows.max(axis=1, keepdims=True)",
        "windows >= windows.max(axis=1, keepdims=True) - 0.1",
    ),
    (
        formulas.max_pool_gradient,
        "windows == windows.max(axis=1, keepdims=True)",
        "windows >= windows.max(axis=1, keepdims=True) - 3e-5",
    ),
    # A measured number that is left out.
    (scale.vanishing, "[tight, other]", "[tight, 0.0]"),
]
