"""The linear program inside the search for a boundary: tangents, chords, and the rules to keep."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import SuiteError

Floats = NDArray[np.float64]
Columns = tuple[int, ...]

SLACK = 5e-4
"""How far a move may stop short of the target, in log-odds; the caller's target allows for it."""

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the way down: where tangents lie from the start
_CURVE_SLACK = SLACK / 30
_RULE_SLACK = 1e-7
_ROUNDS = 12
_SOLVED, _INFEASIBLE = 0, 2  # scipy's status


@dataclasses.dataclass(frozen=True)
class Problem:
    """A case, how far the model must change, and what a plausible case is.

    A move ``m`` of column j takes its shifted value from ``shifted`` to ``shifted * exp(scale *
    m)``: a move of 1 is one standard deviation of the logarithm.

    Attributes
    ----------
    shifted, scale : ndarray, shape (d,)
        The case's values plus the offsets of the logarithms; standard deviations of those.
    slopes : ndarray, shape (d,)
        Change of the log-odds per unit, with the sign that makes less better.
    target : float
        The log-odds must change by this or less; below 0.
    low, high : ndarray, shape (d,)
        Least and greatest move of each column.
    rows, limits : ndarray, shape (r, d) and (r,)
        Rules that are linear in the moves: ``rows @ move <= limits``.
    above : tuple of (int, int, float)
        (larger, smaller, extra): the shifted value of the first column must be at least that of
        the second plus ``extra``, which is not negative.
    """

    shifted: Floats
    scale: Floats
    slopes: Floats
    target: float
    low: Floats
    high: Floats
    rows: Floats
    limits: Floats
    above: tuple[tuple[int, int, float], ...] = ()

    def gain(self, move: Floats, at: Any = slice(None)) -> Floats:
        """Return what moves change in the log-odds; ``at`` picks the column of each move."""
        grown = np.expm1(self.scale[at] * move)
        gained: Floats = self.slopes[at] * self.shifted[at] * grown
        return gained

    def tangents(self, move: Floats, at: Any = slice(None)) -> tuple[Floats, Floats]:
        """Return slope and value at 0 of the tangents to :meth:`gain` at some moves."""
        grown = np.exp(self.scale[at] * move)
        slopes = self.slopes[at] * self.shifted[at] * self.scale[at] * grown
        return slopes, self.gain(move, at) - slopes * move

    def chords(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Return slope and value at 0 of the chords of :meth:`gain` over ranges of moves."""
        width = np.maximum(high - low, 1e-12)
        slopes = (self.gain(low + width) - self.gain(low)) / width
        return slopes, self.gain(low) - slopes * low

    def take(self, columns: Columns) -> Problem:
        """Return the problem in which only some columns move."""
        at = list(columns)
        low, high = self.low.copy(), self.high.copy()
        rows, limits, above = self.rows[:, at], self.limits, []
        for larger, smaller, extra in self.above:
            if larger in columns and smaller in columns:
                above.append((columns.index(larger), columns.index(smaller), extra))
                continue
            least, most = self.shifted[smaller] + extra, self.shifted[larger] - extra
            if larger in columns:
                needed = np.log(least / self.shifted[larger]) / self.scale[larger]
                low[larger] = max(low[larger], needed)
            elif smaller in columns:
                allowed = np.log(most / self.shifted[smaller]) / self.scale[smaller]
                high[smaller] = min(high[smaller], allowed)
            else:
                rows = np.vstack([rows, np.zeros(len(at))])
                limits = np.append(limits, self.shifted[larger] - least)
        return Problem(
            shifted=self.shifted[at],
            scale=self.scale[at],
            slopes=self.slopes[at],
            target=self.target,
            low=low[at],
            high=high[at],
            rows=rows,
            limits=limits,
            above=tuple(above),
        )


class Program:
    """The shortest move of some columns as a linear program that is refined where it is used.

    Parameters
    ----------
    problem : Problem
        The problem with these columns only.
    points : sequence of list of float
        For each column the moves at which the curve has tangents, if it bends up; grows.
    """

    def __init__(self, problem: Problem, points: Sequence[list[float]]) -> None:
        self.problem = problem
        self.solved = 0
        self.bends_down = np.nonzero(problem.slopes < 0)[0]
        self._bends_up: list[int] = np.nonzero(problem.slopes >= 0)[0].tolist()
        self._points = points
        self._rule_points: list[list[float]] = [[0.0] for _ in problem.above]

    def shortest(self, low: Floats, high: Floats, around: Floats | None = None) -> Floats | None:
        """Return the shortest move, or None if none is possible.

        Parameters
        ----------
        low, high : ndarray, shape (d,)
            Range of the moves.
        around : ndarray, shape (d,), optional
            Without it, curves that bend down are replaced by their chords, so that the move is
            never longer than the true shortest one. With it, by tangents there: the move then
            reaches the target, but may be longer than needed.
        """
        if (low > high).any():
            return None
        lines = self.problem.chords(low, high) if around is None else self.problem.tangents(around)
        move: Floats | None = None
        for _ in range(_ROUNDS):
            solution = self._solve(low, high, *lines)
            if solution is None:
                return None
            move, effects = solution
            if not (self._refined(move, effects) | self._rules_refined(move)):
                break
        return move

    def _solve(
        self, low: Floats, high: Floats, slopes: Floats, starts: Floats
    ) -> tuple[Floats, Floats] | None:
        from scipy.optimize import linprog

        d = len(low)
        on_move, on_effect, limits = self._rows(slopes, starts)
        rise, fall = np.maximum([low, high], 0), np.maximum([-high, -low], 0)
        free = np.full((2, d), np.inf) * [[-1], [1]]
        self.solved += 1
        result = linprog(
            np.repeat([1.0, 1.0, 0.0], d),
            A_ub=np.hstack([on_move, -on_move, on_effect]),
            b_ub=limits,
            bounds=list(zip(*np.hstack([rise, fall, free]).tolist(), strict=True)),
            method="highs-ds",
        )
        if result.status == _INFEASIBLE:
            return None
        if result.status != _SOLVED:
            raise SuiteError(f"The linear program of the boundary failed: {result.message}")
        x = np.asarray(result.x, dtype=np.float64)
        return x[:d] - x[d : 2 * d], x[2 * d :]

    def _rows(self, slopes: Floats, starts: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the coefficients of moves and of effects, and the limits, row by row."""
        problem, d = self.problem, len(slopes)
        touched = [(j, point) for j in self._bends_up for point in self._points[j]]
        owner = np.array([j for j, _ in touched], dtype=np.intp)
        points = np.array([point for _, point in touched], dtype=np.float64)
        steep, start = problem.tangents(points, owner)
        down = self.bends_down
        lines = np.eye(d)[np.concatenate([owner, down])]
        steep, start = np.concatenate([steep, slopes[down]]), np.concatenate([start, starts[down]])
        rules, rule_limits = self._rules()
        return (
            np.vstack([rules, lines * steep[:, None], np.zeros((1, d))]),
            np.vstack([np.zeros_like(rules), -lines, np.ones((1, d))]),
            np.concatenate([rule_limits, -start, [problem.target]]),
        )

    def _rules(self) -> tuple[Floats, Floats]:
        """Return the linear rules, and tangents to the ones about a larger and a smaller value."""
        problem = self.problem
        rows, limits = [problem.rows], [problem.limits]
        for pair, points in zip(problem.above, self._rule_points, strict=True):
            larger, smaller, _ = pair
            at = np.array(points)
            value, slope = self._needed(pair, at)
            row = np.zeros((len(at), problem.rows.shape[1]))
            row[:, smaller], row[:, larger] = slope, -problem.scale[larger]
            rows.append(row)
            limits.append(slope * at - value)
        return np.vstack(rows), np.concatenate(limits)

    def _needed(self, pair: tuple[int, int, float], move: Floats) -> tuple[Floats, Floats]:
        """Return how far the larger value must rise for a move of the smaller, and the slope."""
        larger, smaller, extra = pair
        moved = self.problem.shifted[smaller] * np.exp(self.problem.scale[smaller] * move)
        needed: Floats = np.log((moved + extra) / self.problem.shifted[larger])
        return needed, self.problem.scale[smaller] * moved / (moved + extra)

    def _refined(self, move: Floats, effects: Floats) -> bool:
        """Add tangents where the program understates a curve; say whether any was added."""
        understated = self.problem.gain(move) - effects > _CURVE_SLACK
        short = [j for j in self._bends_up if understated[j]]
        for j in short:
            self._points[j].append(float(move[j]))
        return bool(short)

    def _rules_refined(self, move: Floats) -> bool:
        added = False
        for pair, points in zip(self.problem.above, self._rule_points, strict=True):
            larger, smaller, _ = pair
            needed, _ = self._needed(pair, move[smaller])
            if needed - self.problem.scale[larger] * move[larger] > _RULE_SLACK:
                points.append(float(move[smaller]))
                added = True
        return added


def first_points(problem: Problem) -> list[list[float]]:
    """Return the moves at which every curve has a tangent from the start."""
    return [[float(low * share) for share in _SHARES] for low in problem.low]
