"""What the public demo's optimiser does: SLSQP on a fitted model, and how good its answer is.

The demo fits a model of services revenue to four product columns and maximises its prediction with
SciPy's SLSQP from the column means, within 0.7 times the smallest to 1.5 times the largest value of
each column and 1.2 times the mean sum. It takes the solver's success flag for proof. Here the same
is done, and held against random plans within the same limits.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.apple_sales.door.result import SalesTable
from core.apple_sales.schema import DEMO
from core.errors import InputError, Problem
from core.plain import plain

Floats = NDArray[np.float64]
Engine = Literal["random forest", "gradient boosting", "linear"]
ENGINES: tuple[Engine, ...] = ("random forest", "gradient boosting", "linear")

LEAST, MOST, SUM = 0.7, 1.5, 1.2
TREES, STATE = 100, 42
RANDOM_PLANS = 2_000
_STILL = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class OriginalOptimum:
    """One engine's "optimum".

    Attributes
    ----------
    engine : str
        Model that was fitted.
    success : bool
        The solver's own flag.
    iterations : int
        Its iterations.
    moved : float
        Largest change of a column from the start, the column means.
    predicted : float
        Prediction at the answer, in the target's unit.
    best_random : float
        Best prediction among :data:`RANDOM_PLANS` random plans within the same limits.
    mean : float
        Mean of the target in the file.
    outside : tuple of str
        Columns in which the answer lies outside every row of the file.
    """

    engine: Engine
    success: bool
    iterations: int
    moved: float
    predicted: float
    best_random: float
    mean: float
    outside: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as strict JSON."""
        result: dict[str, Any] = plain(self)
        return result


def original_optima(table: SalesTable, *, seed: int = 0) -> tuple[OriginalOptimum, ...]:
    """Return what the public demo's optimiser answers on a table of its own kind.

    Parameters
    ----------
    table : SalesTable
        A file of the demo's seven columns.
    seed : int
        Seed of the random plans; models have the demo's own.

    Raises
    ------
    InputError
        If the table is of another kind.
    """
    if table.kind != "demo":
        message = "has other columns than the public demo's file, whose optimiser this shows."
        finding = Problem("file", table.name, "kind", message, "Give a file of its seven columns.")
        raise InputError.from_problems((finding,))
    names = DEMO.numbers.names[:-1]
    x = table.frame[list(names)].to_numpy(dtype=np.float64)
    y = table.frame[table.target].to_numpy(dtype=np.float64)
    plans = _random_plans(x, seed)
    return tuple(_optimum(engine, x, y, plans, names) for engine in ENGINES)


def _optimum(
    engine: Engine, x: Floats, y: Floats, plans: Floats, names: tuple[str, ...]
) -> OriginalOptimum:
    from scipy.optimize import minimize

    model = _fitted(engine, x, y)
    start, most = x.mean(axis=0), SUM * float(x.sum(axis=1).mean())
    settings: dict[str, Any] = {
        "method": "SLSQP",
        "bounds": np.column_stack([LEAST * x.min(axis=0), MOST * x.max(axis=0)]),
        "constraints": {"type": "ineq", "fun": lambda one: most - one.sum()},
    }
    found: Any = minimize(_cost(model), start, **settings)
    beyond = (found.x < x.min(axis=0) - _STILL) | (found.x > x.max(axis=0) + _STILL)
    return OriginalOptimum(
        engine=engine,
        success=bool(found.success),
        iterations=int(found.nit),
        moved=float(np.abs(found.x - start).max()),
        predicted=-float(found.fun),
        best_random=float(model.predict(plans).max()),
        mean=float(y.mean()),
        outside=tuple(name for name, out in zip(names, beyond, strict=True) if out),
    )


def _cost(model: Any) -> Callable[[Floats], float]:
    return lambda one: -float(model.predict(one[None, :])[0])


def _fitted(engine: Engine, x: Floats, y: Floats) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import LinearRegression

    models = {
        "random forest": lambda: RandomForestRegressor(n_estimators=TREES, random_state=STATE),
        "gradient boosting": lambda: GradientBoostingRegressor(random_state=STATE),
        "linear": LinearRegression,
    }
    return models[engine]().fit(x, y)


def _random_plans(x: Floats, seed: int) -> Floats:
    """Return random plans within the demo's limits; those above the sum are shrunk to it."""
    rng = np.random.default_rng(seed)
    low, high = LEAST * x.min(axis=0), MOST * x.max(axis=0)
    plans = rng.uniform(low, high, (RANDOM_PLANS, len(low)))
    most = SUM * float(x.sum(axis=1).mean())
    room = np.minimum(1.0, (most - low.sum()) / (plans - low).sum(axis=1))
    return np.asarray(low + room[:, None] * (plans - low))
