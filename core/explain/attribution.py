"""Shapley values on the probability scale, and a test of attributions against the model."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Predict = Callable[[Floats], Floats]

MAX_PLAYERS = 16


def probability_shares(base: float, contributions: Floats) -> Floats:
    """Divide the distance from the reference probability to the estimate among the features.

    The shares are the exact Shapley values of the game in which a coalition S of features is
    worth ``expit(base + sum of the contributions in S)``. All 2^d coalitions are evaluated, so
    the shares add up to ``expit(base + contributions.sum()) - expit(base)`` to rounding error.

    For an additive log-odds (logistic regression) a coalition's worth is the model's own
    probability with the remaining features at the reference, so these are the Shapley values
    of the model itself. For trees the players are the TreeSHAP terms: the shares then carry the
    log-odds explanation over to the probability scale. They are not the Shapley values of the
    trees' probability output, and ``expit(base)`` is the probability at the mean log-odds, not
    the mean probability.

    Parameters
    ----------
    base : float
        Log-odds of the reference.
    contributions : ndarray, shape (d,)
        Additive contributions in log-odds, at most ``MAX_PLAYERS``.

    Returns
    -------
    ndarray, shape (d,)
        Shares in probability; each has the sign of its contribution.

    Raises
    ------
    ValueError
        If there are more players than can be enumerated.

    References
    ----------
    Shapley, L. S. (1953), A value for n-person games.
    """
    d = len(contributions)
    if d > MAX_PLAYERS:
        message = f"{d} players; exact enumeration stops at {MAX_PLAYERS}"
        raise ValueError(message)
    total = np.zeros(1)
    for contribution in contributions:
        total = np.concatenate([total, total + contribution])
    shares = expit(base + total) @ _shapley_matrix(d)
    # A feature without a contribution has no share; the sum would leave it a rounding error.
    return np.where(contributions == 0, 0.0, shares)


@functools.cache
def _shapley_matrix(d: int) -> Floats:
    """Return the (2^d, d) matrix that turns coalition worths into Shapley values.

    Bit i of a row's index says whether player i belongs to the coalition, as in the doubling
    by which :func:`probability_shares` adds up the coalitions.
    """
    member = (np.arange(2**d)[:, None] >> np.arange(d)) & 1
    size = member.sum(axis=1, keepdims=True)
    others = [1 / (d * math.comb(d - 1, k)) for k in range(d)]
    joining, staying_out = np.array([0.0, *others]), np.array([*others, 0.0])
    matrix: Floats = np.where(member == 1, joining[size], -staying_out[size])
    matrix.setflags(write=False)
    return matrix


@dataclasses.dataclass(frozen=True, slots=True)
class Faithfulness:
    """How fast the output changes when features are replaced in the order of an explanation.

    Attributes
    ----------
    area : float
        Mean absolute change of the output over the steps, strongest feature first, as a share
        of the change when all features are replaced. Larger means the explanation names first
        what the model depends on most.
    random_area : float
        The same, averaged over random orders.
    beaten : float
        Share of the random orders whose area is smaller, 0 to 1.
    orders : int
        Number of random orders.
    n : int
        Number of background rows that supplied the replacements.
    """

    area: float
    random_area: float
    beaten: float
    orders: int
    n: int


def faithfulness(
    predict: Predict,
    x: Floats,
    importance: Floats,
    background: Floats,
    *,
    orders: int = 20,
    seed: int = 0,
) -> Faithfulness | None:
    """Test an explanation against the model by replacing features step by step.

    Features take the values of background rows; every background row is one replacement, and
    the change of the output is averaged over them. Features that ``x`` lacks are left alone.

    Parameters
    ----------
    predict : callable
        Takes a matrix (n, d) and returns the output, shape (n,).
    x : ndarray, shape (d,)
        The case; NaN where not given.
    importance : ndarray, shape (d,)
        The explanation; features are replaced in falling order of its absolute value.
    background : ndarray, shape (m, d)
        Rows that supply the replacement values.
    orders : int, default 20
        Number of random orders to compare with.
    seed : int, default 0
        Seed of the random orders.

    Returns
    -------
    Faithfulness or None
        None if replacing every feature changes nothing, so that there is nothing to explain.
    """
    given = np.nonzero(~np.isnan(x))[0]
    strongest_first = given[np.argsort(-np.abs(importance[given]), kind="stable")]
    rng = np.random.default_rng(seed)
    tried = [strongest_first, *(rng.permutation(given) for _ in range(orders))]
    steps = np.concatenate([_replaced(x, background, order) for order in tried])
    change = np.abs(predict(steps.reshape(-1, len(x))) - predict(x[None])[0])
    curves = change.reshape(len(tried), len(given), len(background)).mean(axis=2)
    if not curves[0, -1] > 0:
        return None
    areas = curves.mean(axis=1) / curves[:, -1]
    return Faithfulness(
        area=float(areas[0]),
        random_area=float(areas[1:].mean()),
        beaten=float(np.mean(areas[1:] < areas[0])),
        orders=orders,
        n=len(background),
    )


def _replaced(x: Floats, background: Floats, order: NDArray[np.intp]) -> Floats:
    """Return the rows after 1, 2, ... replacements, shape (len(order), m, d)."""
    rank = np.full(len(x), len(order))
    rank[order] = np.arange(len(order))
    taken = rank[None, :] <= np.arange(len(order))[:, None]
    taken &= np.isin(np.arange(len(x)), order)
    return np.where(taken[:, None, :], background[None], x)
