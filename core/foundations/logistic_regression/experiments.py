"""What the article's controls move: pure functions from settings to the numbers of the charts."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import expit

from core.foundations.logistic_regression import formulas
from core.foundations.logistic_regression.formulas_fit import gap_error
from core.foundations.logistic_regression.support import Floats, outcomes

REACH = 6.0
"""Findings on the axis of the first experiment lie between minus this and this."""


@dataclasses.dataclass(frozen=True, slots=True)
class OddsView:
    """A sigmoid with its log-odds and losses along one finding.

    Attributes
    ----------
    x : ndarray
        The finding.
    p, log_odds, event_loss, no_event_loss : ndarray
        Probability, log-odds and the loss if the event comes or not.
    factor : float
        What one unit multiplies the odds by.
    largest : float
        Largest change of the probability by one unit.
    half_way : float or None
        Where the probability is one half; ``None`` if it is nowhere.
    """

    x: Floats
    p: Floats
    log_odds: Floats
    event_loss: Floats
    no_event_loss: Floats
    factor: float
    largest: float
    half_way: float | None


def odds_view(slope: float, intercept: float) -> OddsView:
    """Return what a slope and an intercept make of one finding."""
    x = np.linspace(-REACH, REACH, 241)
    z = slope * x + intercept
    return OddsView(
        x=x,
        p=formulas.sigmoid(z),
        log_odds=z,
        event_loss=formulas.softplus(-z),
        no_event_loss=formulas.softplus(z),
        factor=math.exp(slope),
        largest=float(formulas.largest_change(np.asarray(slope))),
        half_way=-intercept / slope if slope else None,
    )


LOSSES = ("cross-entropy", "squared error")
RANGE = (-9.0, 9.0)
"""Slopes and intercepts of the landscape."""
_X = np.array([-2.0, -1.4, -0.8, -0.3, 0.2, 0.7, 1.1, 1.9, 4.0])
_Y = np.array([0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0])
_CELLS, _STEPS = 49, 400


@dataclasses.dataclass(frozen=True, slots=True)
class Landscape:
    """Mean loss over intercept and slope, and a gradient descent on it.

    Attributes
    ----------
    grid : ndarray
        Intercepts and slopes.
    loss : ndarray, shape (slopes, intercepts)
        Mean loss.
    intercepts, slopes : ndarray
        The way of the descent.
    start_loss, end_loss : float
        Mean loss at its ends.
    steepness : float
        Length of the gradient at the start.
    bent_down : float
        Share of the places where the surface is bent down in some direction.
    """

    grid: Floats
    loss: Floats
    intercepts: Floats
    slopes: Floats
    start_loss: float
    end_loss: float
    steepness: float
    bent_down: float


def landscape(kind: str, slope: float, rate: float = 0.5) -> Landscape:
    """Return the surface of a loss and a descent from a slope, intercept 0.

    Parameters
    ----------
    kind : str
        One of :data:`LOSSES`.
    slope : float
        Where the descent begins.
    rate : float
        Step size on the mean loss.
    """
    grid = np.linspace(*RANGE, _CELLS)
    z = grid[:, None, None] * _X + grid[None, :, None]
    loss = _losses(kind, z).mean(axis=-1)
    way = [np.array([0.0, slope])]
    for _ in range(_STEPS):
        way.append(way[-1] - rate * _pull(kind, way[-1]))
    walked = np.array(way)
    ends = _losses(kind, walked[[0, -1], :1] + walked[[0, -1], 1:] * _X).mean(axis=-1)
    return Landscape(
        grid=grid,
        loss=loss,
        intercepts=walked[:, 0],
        slopes=walked[:, 1],
        start_loss=float(ends[0]),
        end_loss=float(ends[1]),
        steepness=float(np.linalg.norm(_pull(kind, way[0]))),
        bent_down=_bent_down(kind, z),
    )


def _losses(kind: str, z: Floats) -> Floats:
    if kind == LOSSES[0]:
        return formulas.stable_loss(z, _Y)
    squared: Floats = (expit(z) - _Y) ** 2
    return squared


def _pull(kind: str, place: Floats) -> Floats:
    p = expit(place[0] + place[1] * _X)
    slope = p - _Y if kind == LOSSES[0] else 2 * (p - _Y) * p * (1 - p)
    return np.array([slope.mean(), (slope * _X).mean()])


def _bent_down(kind: str, z: Floats) -> float:
    p = expit(z)
    bend = p * (1 - p) if kind == LOSSES[0] else formulas.squared_curvature(z, _Y)
    a, b, c = (np.mean(bend * _X**power, axis=-1) for power in (0, 1, 2))
    lowest = (a + c) / 2 - np.sqrt((a - c) ** 2 / 4 + b**2)
    return float(np.mean(lowest < -1e-12))


@dataclasses.dataclass(frozen=True, slots=True)
class Stability:
    """log(1 + exp(z)) as it is written and as it should be computed.

    Attributes
    ----------
    z : ndarray
        Log-odds.
    digits, stable_digits : ndarray
        Correct digits of both ways, 0 to 16.
    naive, stable : float
        Both values at the chosen place.
    clipped_loss, exact_loss : float
        Loss there if the event does not come: from a clipped probability, and from the log-odds.
    """

    z: Floats
    digits: Floats
    stable_digits: Floats
    naive: float
    stable: float
    clipped_loss: float
    exact_loss: float


MOST_DIGITS = 16.0
CLIP = 1e-15


def stability(at: float, reach: float = 800.0) -> Stability:
    """Return the digits that both ways keep between -``reach`` and ``reach``."""
    z = np.sort(np.append(np.linspace(-reach, reach, 321), np.linspace(-50, 50, 201)))
    with np.errstate(over="ignore"):
        naive = np.log(1 + np.exp(z))
        naive_here = float(np.log(1 + np.exp(at)))
    truth = np.logaddexp(0, z)
    here = np.asarray(at)
    p = np.clip(expit(here), CLIP, 1 - CLIP)
    return Stability(
        z=z,
        digits=_digits(naive, truth),
        stable_digits=_digits(formulas.softplus(z), truth),
        naive=naive_here,
        stable=float(formulas.softplus(here)),
        clipped_loss=float(-np.log(1 - p)),
        exact_loss=float(formulas.stable_loss(here, np.asarray(0.0))),
    )


def _digits(values: Floats, truth: Floats) -> Floats:
    """Return the correct digits of values; none where they are infinite or lost."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(truth == values, 0.0, np.abs(values - truth) / truth)
        kept = -np.log10(np.maximum(error, 10.0**-MOST_DIGITS))
    digits: Floats = np.where(np.isfinite(kept), np.clip(kept, 0, MOST_DIGITS), 0.0)
    return digits


@dataclasses.dataclass(frozen=True, slots=True)
class Separation:
    """Training on one finding whose two groups are moved apart.

    Attributes
    ----------
    steps : ndarray
        Numbers of steps, in equal ratios.
    size, penalised_size : ndarray
        Length of the coefficients after so many steps, without and with the penalty.
    x, y : ndarray
        The rows.
    axis, p, penalised_p : ndarray
        Probabilities along the finding at the end.
    separated : bool
        Whether a threshold leaves no row on the wrong side.
    """

    steps: Floats
    size: Floats
    penalised_size: Floats
    x: Floats
    y: Floats
    axis: Floats
    p: Floats
    penalised_p: Floats
    separated: bool


_BELOW = np.array([-2.7, -2.2, -1.8, -1.5, -1.2, -0.9, -0.7, 0.0])
_TRAINING, _RATE = 1500, 0.8


def separation_view(gap: float, penalty: float) -> Separation:
    """Return how coefficients grow in training.

    Parameters
    ----------
    gap : float
        From the highest row without the event to the lowest with it; negative: they overlap.
    penalty : float
        Weight of half the squared length of the coefficients, beside the mean loss.
    """
    x = np.concatenate([_BELOW - gap / 2, gap / 2 - _BELOW])
    y = np.repeat([0.0, 1.0], len(_BELOW))
    X = np.column_stack([np.ones(len(x)), x])
    wanted = np.unique(np.geomspace(1, _TRAINING, 40).astype(int))
    pull = np.array([[0.0], [penalty]])
    w = np.zeros((2, 2))
    sizes = []
    for step in range(1, _TRAINING + 1):
        w = w - _RATE * ((expit(w @ X.T) - y) @ X / len(x) + pull * w)
        if step in wanted:
            sizes.append(np.hypot(w[:, 0], w[:, 1]))
    axis = np.linspace(x.min() - 0.5, x.max() + 0.5, 161)
    ends = expit(w[:, :1] + w[:, 1:] * axis)
    grown = np.array(sizes)
    return Separation(
        wanted.astype(float), grown[:, 0], grown[:, 1], x, y, axis, ends[0], ends[1],
        separated=bool(x[y == 0].max() <= x[y == 1].min()),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class CalibrationView:
    """A fit with columns of noise, judged in its sample and among new rows.

    Attributes
    ----------
    converged : bool
        Whether the fit is finite; if not, nothing else is to be read.
    inside, outside : tuple of float
        Intercept and slope of the recalibration line in the sample and among new rows.
    mean_risk, observed, error : float
        Among the new rows: mean risk, share of events, and the standard deviation of their
        difference if the risks were right.
    axis, inside_line, outside_line : ndarray
        Risk as estimated, and as the two lines correct it.
    """

    converged: bool
    inside: tuple[float, float]
    outside: tuple[float, float]
    mean_risk: float
    observed: float
    error: float
    axis: Floats
    inside_line: Floats
    outside_line: Floats


NEW_ROWS = 4_000


def calibration_view(rows: int, noise: int, seed: int = 0) -> CalibrationView:
    """Fit ``rows`` rows with two findings that matter and ``noise`` that do not."""
    rng = np.random.default_rng([seed, rows, noise])
    beta = np.concatenate([[-0.4, 0.9, -0.7], np.zeros(noise)])
    X, new = (
        np.column_stack([np.ones(count), rng.standard_normal((count, noise + 2))])
        for count in (rows, NEW_ROWS)
    )
    y, new_y = outcomes(rng, X, beta), outcomes(rng, new, beta)
    w = _fit(X, y)
    inside, outside = _line(y, X @ w), _line(new_y, new @ w)
    axis = np.linspace(0.02, 0.98, 97)
    z = np.log(axis / (1 - axis))
    p = expit(new @ w)
    return CalibrationView(
        converged=bool(np.isfinite([*inside, *outside]).all()),
        inside=inside,
        outside=outside,
        mean_risk=float(p.mean()),
        observed=float(new_y.mean()),
        error=gap_error(p),
        axis=axis,
        inside_line=expit(inside[0] + inside[1] * z),
        outside_line=expit(outside[0] + outside[1] * z),
    )


def _fit(X: Floats, y: Floats) -> Floats:
    w = np.zeros(X.shape[1])
    for _ in range(12):
        w = formulas.newton_step(X, y, w)
    return w


def _line(y: Floats, z: Floats) -> tuple[float, float]:
    from core.stats.calibration import recalibration

    return recalibration(y.astype(np.int64), z)
