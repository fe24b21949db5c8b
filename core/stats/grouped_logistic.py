"""Many small logistic regressions at once: one Newton iteration for all groups of rows."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.intp]

_STEPS = 60
_CONVERGED = 1e-7
_RIDGE = 1e-11
_ROWS_AT_ONCE = 65_536


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class GroupedFit:
    """Logistic regressions of S groups of rows.

    Attributes
    ----------
    beta : ndarray, shape (S, k)
        Coefficients. Where classes are separated perfectly they have no finite limit and are
        merely large; the log-likelihood is still its supremum up to about 1e-7.
    log_likelihood : ndarray, shape (S,)
        The largest log-likelihood.
    information : ndarray, shape (S, k, k)
        Fisher information at the coefficients.
    """

    beta: Floats
    log_likelihood: Floats
    information: Floats

    def pick(self, groups: Counts | NDArray[np.bool_]) -> GroupedFit:
        """Return the fits of the groups at these positions."""
        return GroupedFit(self.beta[groups], self.log_likelihood[groups], self.information[groups])


def group_sums(values: Floats, sizes: Counts) -> Floats:
    """Return the sum of each run of consecutive rows.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Values, group after group.
    sizes : ndarray of int, shape (S,)
        Rows of each group, each at least 1, adding up to n.
    """
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    sums: Floats = np.add.reduceat(values, starts)
    return sums


def fit_grouped(
    columns: tuple[Floats, ...],
    y: Floats,
    sizes: Counts,
    offset: Floats | None = None,
    start: Floats | None = None,
) -> GroupedFit:
    """Fit an unpenalised logistic regression to each group of consecutive rows.

    Parameters
    ----------
    columns : tuple of k ndarrays, each of shape (n,)
        The regressors, group after group; a constant has to be among them if one is wanted.
    y : ndarray, shape (n,)
        Outcomes, 0 or 1.
    sizes : ndarray of int, shape (S,)
        Rows of each group, each at least 1, adding up to n.
    offset : ndarray, shape (n,), optional
        Part of the log-odds that is known.
    start : ndarray, shape (S, k), optional
        Coefficients to start from; zeros by default.

    Notes
    -----
    A step that lowers the likelihood is halved until it does not. Groups that have converged leave
    the iteration.
    """
    k, groups = len(columns), len(sizes)
    scales = np.array([np.sqrt(np.mean(c * c)) or 1.0 for c in columns])
    rows = [c / scale for c, scale in zip(columns, scales, strict=True)]
    rows += [np.asarray(y, dtype=np.float64), np.zeros(len(y)) if offset is None else offset]
    initial = np.zeros((groups, k)) if start is None else start * scales
    ends = np.cumsum(sizes)
    parts, first = [], 0
    while first < groups:
        begin = int(ends[first] - sizes[first])
        # Larger arrays would no longer fit the processor's cache.
        last = max(first + 1, int(np.searchsorted(ends, begin + _ROWS_AT_ONCE, side="right")))
        part = [column[begin : int(ends[last - 1])] for column in rows]
        parts.append(_newton(part, np.asarray(sizes[first:last]), initial[first:last]))
        first = last
    beta = np.concatenate([part.beta for part in parts]) / scales
    heights = np.concatenate([part.log_likelihood for part in parts])
    information = np.concatenate([part.information for part in parts])
    return GroupedFit(beta, heights, information * np.outer(scales, scales))


def _newton(rows: list[Floats], sizes: Counts, initial: Floats) -> GroupedFit:
    groups, k = initial.shape
    active = np.arange(groups)
    beta, step = initial.copy(), np.zeros((groups, k))
    best, information = np.full(groups, -np.inf), np.zeros((groups, k, k))
    trial = initial.copy()
    for _ in range(_STEPS):
        value, gradient, curvature = _evaluate(rows, sizes, trial[active])
        better = value >= best[active] - 1e-12 * np.abs(value)
        moved = active[better]
        beta[moved], best[moved] = trial[moved], value[better]
        information[moved] = curvature[better]
        step[moved] = _solve(curvature[better], gradient[better])
        step[active[~better]] /= 2
        trial[active] = beta[active] + step[active]
        going = ~better
        gain = np.sum(gradient[better] * step[moved], axis=1)
        going[better] = gain > _CONVERGED
        # So close to the top the last step need not be looked at: its error is far smaller.
        done = moved[gain <= _CONVERGED]
        beta[done], best[done] = trial[done], best[done] + gain[gain <= _CONVERGED] / 2
        if not going.any():
            break
        if not going.all():
            kept = np.repeat(going, sizes)
            rows = [column[kept] for column in rows]
            active, sizes = active[going], sizes[going]
    return GroupedFit(beta, best, information)


def _evaluate(rows: list[Floats], sizes: Counts, beta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log-likelihood, gradient and information of every group."""
    *columns, y, offset = rows
    k = len(columns)
    eta = offset.copy()
    for column, values in zip(columns, beta.T, strict=True):
        eta += column * np.repeat(values, sizes)
    tail = np.exp(-np.abs(eta))
    share = 1 / (1 + tail)
    value = group_sums(y * eta - np.maximum(eta, 0) + np.log(share), sizes)
    other = tail * share
    gap, weight = y - np.where(eta >= 0, share, other), share * other
    gradient, information = np.empty((len(sizes), k)), np.empty((len(sizes), k, k))
    for i, column in enumerate(columns):
        gradient[:, i] = group_sums(column * gap, sizes)
        weighted = column * weight
        for j in range(i + 1):
            information[:, i, j] = information[:, j, i] = group_sums(weighted * columns[j], sizes)
    return value, gradient, information


def _solve(information: Floats, gradient: Floats) -> Floats:
    """Return the Newton step; a trace of ridge keeps a direction without information still."""
    ridge = _RIDGE * np.einsum("sii->s", information) + 1e-300
    lifted = information + ridge[:, None, None] * np.eye(information.shape[1])
    step: Floats = np.linalg.solve(lifted, gradient[..., None])[..., 0]
    return step
