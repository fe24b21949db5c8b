"""What the statements on whole networks, their scale and their curvature claim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def backward(
    weights: Sequence[Floats], outputs: Sequence[Floats], delta: Floats
) -> list[tuple[Floats, Floats]]:
    """Return the gradients for weights and biases of a tanh network, first layer first.

    Parameters
    ----------
    weights : sequence of ndarray, shape (n_out, n_in)
        Weights of the layers; the last one is linear.
    outputs : sequence of ndarray, shape (n_in, samples)
        What each layer was given: the inputs, then the outputs of tanh.
    delta : ndarray, shape (n_out, samples)
        Gradient of the loss for the output of the last layer.
    """
    found = []
    for weight, given in zip(reversed(weights), reversed(outputs), strict=True):
        found.append((delta @ given.T, delta.sum(axis=1)))
        delta = (weight.T @ delta) * (1 - given**2)
    return found[::-1]


def recurrent_terms(weights: Floats, states: Sequence[Floats], adjoint: Floats) -> list[Floats]:
    """Return the term of each use of W in ``h_t = tanh(W h_(t-1) + c_t)``, last use first.

    Parameters
    ----------
    weights : ndarray, shape (n, n)
        The shared weights.
    states : sequence of ndarray, shape (n,)
        The states from the start to the end.
    adjoint : ndarray, shape (n,)
        Gradient of the loss for the last state.
    """
    terms = []
    for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
        delta = adjoint * (1 - after**2)
        terms.append(np.outer(delta, before))
        adjoint = weights.T @ delta
    return terms


def shared_gradient(terms: Sequence[Floats]) -> Floats:
    """Return the gradient for a weight that is used several times: the sum over its uses."""
    return np.asarray(np.sum(terms, axis=0))


def batch_gradient(samples: Floats) -> Floats:
    """Return the gradient of the mean loss from those of single samples (rows)."""
    return np.asarray(samples.sum(axis=0) / len(samples))


def difference_error(third: float, noise: float, step: float) -> float:
    """Return the mean squared error of a central difference of noisy values.

    Parameters
    ----------
    third : float
        Third derivative.
    noise : float
        Standard deviation of the error of one value.
    step : float
        Step to each side.
    """
    return third**2 * step**4 / 36 + noise**2 / (2 * step**2)


def best_step(third: float, noise: float) -> float:
    """Return the step at which a central difference of noisy values is most accurate."""
    return float(np.cbrt(3 * noise / abs(third)))


def preactivation_variance(inputs: int, weight_variance: float, mean_square: float) -> float:
    """Return ``Var(z)`` of ``z = w.a`` for independent weights of mean zero."""
    return inputs * weight_variance * mean_square


def relu_mean_square(variance: float) -> float:
    """Return ``E[relu(z)²]`` for a symmetric z of the given variance."""
    return variance / 2


def deep_mean_square(first: float, width: int, weight_variance: float, layers: int) -> float:
    """Return ``E[z²]`` some ReLU layers after one in which it is ``first``."""
    return first * (width * weight_variance / 2) ** layers


def xavier_variance(inputs: int, outputs: int) -> float:
    """Return the weight variance whose forward and backward gains average to one."""
    return 2 / (inputs + outputs)


def backward_gain(outputs: int, weight_variance: float) -> float:
    """Return the factor from the mean square of delta to that of ``W' delta``."""
    return outputs * weight_variance


def sigmoid_bound(norm: float, layers: int) -> float:
    """Return the largest spectral norm of the Jacobian of sigmoid layers, ``|W| <= norm``."""
    return (norm / 4) ** layers


def hessian_vector(
    weights: tuple[Floats, Floats], direction: tuple[Floats, Floats], x: Floats, y: Floats
) -> tuple[Floats, Floats]:
    """Return the Hessian of ``|W2 tanh(W1 x) - y|² / 2`` times a direction, by the R operator."""
    (w1, w2), (v1, v2) = weights, direction
    a = np.tanh(w1 @ x)
    slope = 1 - a**2
    moved = slope * (v1 @ x)
    error, moved_error = w2 @ a - y, w2 @ moved + v2 @ a
    back, moved_back = w2.T @ error, v2.T @ error + w2.T @ moved_error
    first = np.outer(moved_back * slope - 2 * back * a * moved, x)
    return first, np.outer(moved_error, a) + np.outer(error, moved)


def least_squares_hessian(jacobian: Floats, residuals: Floats, curvatures: Floats) -> Floats:
    """Return the Hessian of half the sum of squares: Gauss-Newton and what it leaves out.

    Parameters
    ----------
    jacobian : ndarray, shape (m, n)
        Of the model.
    residuals : ndarray, shape (m,)
        Model minus data.
    curvatures : ndarray, shape (m, n, n)
        Hessians of the entries of the model.
    """
    return jacobian.T @ jacobian + np.tensordot(residuals, curvatures, axes=1)


def rescaled_gradient(gradient: Floats, factor: float) -> Floats:
    """Return the gradient of a scale-invariant loss at ``factor * w`` by that at ``w``."""
    return gradient / factor


def radial_slope(factor: float, degree: int, value: float) -> float:
    """Return ``x.grad f`` at ``factor * x`` for f homogeneous of a degree, by ``f(x)``."""
    return degree * factor**degree * value


def degree_of_network(power: int, layers: int) -> int:
    """Return the degree of a bias-free network with ``relu(z)**power`` in its hidden layers."""
    return int(power**layers)


def path_attributions(gradients: Floats, weights: Floats, change: Floats) -> Floats:
    """Return integrated gradients from gradients at the nodes (rows) of a quadrature."""
    return change * (weights @ gradients)


def midpoint_gap(third: float, nodes: int) -> float:
    """Return what completeness lacks with midpoints, if the third derivative is constant."""
    return third / (24 * nodes**2)
