"""What the statements on the chain rule and on single layers claim."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Floats = NDArray[np.float64]


def composition(outer: Floats, inner: Floats) -> Floats:
    """Return the Jacobian of a composition: the outer one times the inner one."""
    return outer @ inner


def tanh_layer_jacobian(weights: Floats, outputs: Floats) -> Floats:
    """Return the Jacobian of ``tanh(W x + b)`` at the given outputs: diag(1 - a²) W."""
    return (1 - outputs**2)[:, None] * weights


def pull_back(jacobians: Sequence[Floats], adjoint: Floats) -> Floats:
    """Return ``J' u`` for the product of the Jacobians, from the last layer to the first."""
    for jacobian in reversed(jacobians):
        adjoint = jacobian.T @ adjoint
    return adjoint


def push_forward(jacobians: Sequence[Floats], tangent: Floats) -> Floats:
    """Return ``J v`` for the product of the Jacobians, from the first layer to the last."""
    for jacobian in jacobians:
        tangent = jacobian @ tangent
    return tangent


def reverse_cost(widths: Sequence[int]) -> int:
    """Return the multiplications that a full Jacobian takes from the output side.

    Parameters
    ----------
    widths : sequence of int
        Width of the input, of each hidden layer and of the output, in this order.
    """
    *_, outputs = widths
    pairs = list(itertools.pairwise(widths))
    return outputs * sum(left * right for left, right in pairs[:-1])


def forward_cost(widths: Sequence[int]) -> int:
    """Return the multiplications that a full Jacobian takes from the input side."""
    inputs, *_ = widths
    pairs = list(itertools.pairwise(widths))
    return inputs * sum(left * right for left, right in pairs[1:])


def complex_step(first: float, third: float, step: float) -> float:
    """Return ``Im f(x + ih) / h`` of a polynomial of degree four or less by its derivatives."""
    return first - third * step**2 / 6


def central_difference(first: float, third: float, step: float) -> float:
    """Return the central difference of a polynomial of degree four or less."""
    return first + third * step**2 / 6


def weight_gradient(delta: Floats, inputs: Floats) -> Floats:
    """Return ``dL/dW`` of ``Z = W X + b``, columns of X being samples."""
    return delta @ inputs.T


def input_gradient(weights: Floats, delta: Floats) -> Floats:
    """Return ``dL/dX`` of ``Z = W X + b``."""
    return weights.T @ delta


def bias_gradient(delta: Floats) -> Floats:
    """Return ``dL/db`` of ``Z = W X + b``: the sum over the samples."""
    return np.asarray(delta.sum(axis=1))


def sigmoid_slope(outputs: Floats) -> Floats:
    """Return the derivative of the sigmoid from its output."""
    return outputs * (1 - outputs)


def tanh_slope(outputs: Floats) -> Floats:
    """Return the derivative of tanh from its output."""
    return 1 - outputs**2


def softplus_slope(inputs: Floats) -> Floats:
    """Return the derivative of ``log(1 + exp z)``."""
    return 1 / (1 + np.exp(-inputs))


def relu_slope(inputs: Floats) -> Floats:
    """Return the derivative of ReLU; in the kink the middle of its subgradients."""
    return (1 + np.sign(inputs)) / 2


def softmax(scores: Floats) -> Floats:
    """Return the softmax of a vector of scores of moderate size."""
    weights = np.exp(scores)
    return np.asarray(weights / weights.sum())


def softmax_jacobian(p: Floats) -> Floats:
    """Return the Jacobian of the softmax from its output."""
    return np.diag(p) - np.outer(p, p)


def cross_entropy_gradient(p: Floats, targets: Floats) -> Floats:
    """Return the gradient of the cross-entropy for the scores; targets sum to one."""
    return p - targets


def normalisation_gradient(normalised: Floats, spread: float, delta: Floats) -> Floats:
    """Return the gradient of ``(x - mean) / spread`` for x, given that for its output.

    Parameters
    ----------
    normalised : ndarray, shape (n,)
        Output of the normalisation.
    spread : float
        Square root of the variance plus the small constant.
    delta : ndarray, shape (n,)
        Gradient of the loss by ``normalised``.
    """
    along = (delta * normalised).mean()
    return np.asarray((delta - delta.mean() - normalised * along) / spread)


def convolution_input_gradient(delta: Floats, kernel: Floats) -> Floats:
    """Return the gradient for the image: the full convolution, which flips the kernel."""
    found: Floats = signal.convolve2d(delta, kernel, mode="full")
    return found


def convolution_kernel_gradient(image: Floats, delta: Floats) -> Floats:
    """Return the gradient for the kernel: the image correlated with the gradient above."""
    found: Floats = signal.correlate2d(image, delta, mode="valid")
    return found


def max_pool_gradient(windows: Floats, delta: Floats) -> Floats:
    """Return the gradient for the entries of the windows (rows): all to the largest entry."""
    return np.asarray(delta[:, None] * (windows == windows.max(axis=1, keepdims=True)))


def average_pool_gradient(delta: Floats, size: int) -> Floats:
    """Return the gradient for the entries of windows of the given size: equal shares."""
    return np.outer(delta / size, np.ones(size))


def attention_gradients(
    queries: Floats, keys: Floats, values: Floats, delta: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the gradients of ``softmax(Q K' / sqrt d) V`` for Q, K and V.

    Parameters
    ----------
    queries, keys : ndarray, shape (m, d) and (n, d)
        Rows are positions.
    values : ndarray, shape (n, k)
        Rows are positions.
    delta : ndarray, shape (m, k)
        Gradient of the loss for the output.
    """
    root = np.sqrt(queries.shape[1])
    weights = np.exp(queries @ keys.T / root)
    shares = weights / weights.sum(axis=1, keepdims=True)
    by_share = delta @ values.T
    by_score = shares * (by_share - (shares * by_share).sum(axis=1, keepdims=True))
    return by_score @ keys / root, by_score.T @ queries / root, shares.T @ delta


def score_variance(size: int, query_variance: float, key_variance: float, divisor: float) -> float:
    """Return the variance of ``q.k / divisor`` for independent entries of mean zero."""
    return size * query_variance * key_variance / divisor**2


def grad_cam(features: Floats, weights: Floats, cells: int) -> Floats:
    """Return Grad-CAM before its ReLU for pooling and a linear head: CAM over the cells."""
    return np.tensordot(weights, features, axes=1) / cells


def residual_jacobian(branch: Floats) -> Floats:
    """Return the Jacobian of ``x + f(x)`` by that of ``f``."""
    return np.eye(len(branch)) + branch
