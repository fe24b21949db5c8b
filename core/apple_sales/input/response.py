"""Reading response curves, by their parameters or from an elasticity of demand."""

from __future__ import annotations

from collections.abc import Mapping

from core.apple_sales.input.checks import Place, finite, shown
from core.apple_sales.planning.problem import USED, Response
from core.optimize.response import FAMILIES

PRESENT_SHARE = 0.01
"""Shift of a curve made from an elasticity, as a share of the present amount."""

STEEPEST = 20.0
"""Largest exponent of an S-curve; anything steeper is a step."""

WEAKEST = 1.001
"""Smallest size of an elasticity; nearer to 1 the curve is lost in rounding."""

FARTHEST = 1_000.0
"""Largest shift of an isoelastic curve, as a multiple of the present amount."""

_SAME = 1e-9
_LEAST = 1e-12
_LEAST_NOW = 1e-9
_ELASTIC = 'Write "family": "isoelastic" to make a curve from an elasticity.'
_NOTHING = Response("linear", 0.0)


def read_response(cell: Place, now: float | None) -> Response:
    """Return the curve of a cell; what cannot be read becomes findings.

    Parameters
    ----------
    cell : Place
        The cell under reading.
    now : float or None
        Its present amount, if that could be read.
    """
    data = cell.data.get("response")
    if not isinstance(data, Mapping):
        message = "It is missing." if data is None else f"{shown(data)} is not a response curve."
        cell.add("response", "type", message, 'Write {"family": "log", "scale": 10, "shift": 5}.')
        return _NOTHING
    place = Place(data, cell.at("response"), cell.findings)
    family = data.get("family")
    if family == "isoelastic":
        return _isoelastic(place, now, _above_0(cell))
    if not isinstance(family, str) or family not in FAMILIES:
        names = (*FAMILIES, "isoelastic")
        near = place.findings.near(family, names) if isinstance(family, str) else ""
        fix = near or f"Use one of {', '.join(names)}."
        place.add("family", "unknown-code", f"The family {shown(family)} is not known.", fix)
        return _NOTHING
    read = next(name for name in FAMILIES if name == family)
    extra = ("elasticity",) if read == "power" else ()
    place.only(("family", *USED[read], *extra), {"elasticity": _ELASTIC})
    return Response(
        read,
        place.number("scale", None, low=0.0, why="the factor of the curve") or 0.0,
        shift=_shift(place, cell) if "shift" in USED[read] else 0.0,
        exponent=_exponent(place, read) if "exponent" in USED[read] else 1.0,
        elasticity=_given_elasticity(place) if read == "power" else None,
    )


def _shift(place: Place, cell: Place) -> float:
    shift = place.number("shift", None, low=0.0, why="the shift of the curve, above 0")
    above = place.data["family"] == "power" and _above_0(cell)
    if shift is not None and shift < _LEAST and not (above and shift == 0):
        place.add(
            "shift",
            "range",
            f"{shown(shift)} is not above 0, so the curve has no finite slope at an amount of 0.",
            f"Write a shift of at least {_LEAST:g}.",
        )
    return shift or 0.0


def _exponent(place: Place, family: str) -> float:
    exponent = place.number("exponent", None, why="the exponent of the curve")
    if exponent is None:
        return 1.0
    if family == "power" and not 0 < exponent < 1:
        fix = "Write a number between 0 and 1, or use the families linear or s-curve."
        message = f"{shown(exponent)} is not between 0 and 1 (both excluded)."
        place.add("exponent", "range", message, fix)
    if family == "s-curve" and not 1 < exponent <= STEEPEST:
        fix = "Use the family saturating for an exponent of 1."
        message = f"{shown(exponent)} is not above 1 and at most {STEEPEST:g}."
        place.add("exponent", "range", message, fix)
    return exponent


def _given_elasticity(place: Place) -> float | None:
    """Return the elasticity written beside a power curve, which must fit its exponent."""
    if place.data.get("elasticity") is None:
        return None
    elasticity, exponent = _elasticity(place), place.data.get("exponent")
    if elasticity is not None and isinstance(exponent, int | float):
        wanted = 1 - 1 / abs(elasticity)
        if abs(wanted - exponent) > _SAME:
            place.add(
                "elasticity",
                "contradiction",
                f"An elasticity of {shown(elasticity)} needs the exponent {shown(wanted)}, not "
                f"{shown(exponent)}.",
                "Remove one of the two, or use the family isoelastic.",
            )
    return elasticity


def _elasticity(place: Place) -> float | None:
    elasticity = place.number("elasticity", None, why="below -1, such as -2.5")
    if elasticity is None:
        return None
    if elasticity > -WEAKEST:
        place.add(
            "elasticity",
            "range",
            f"{shown(elasticity)} is not below -1 (by {WEAKEST - 1:g} at least): revenue would "
            "not rise with the amount, so there is no concave curve to plan with.",
            "Write an elasticity below -1, such as -2.5.",
        )
        return None
    return elasticity


def _above_0(cell: Place) -> bool:
    """Whether the amount stays above 0, where a power curve without a shift has no finite slope."""
    return (finite(cell.data.get("low")) or 0.0) > 0


def _isoelastic(place: Place, now: float | None, above_0: bool) -> Response:
    place.only(("family", "elasticity", "revenue", "shift"))
    elasticity = _elasticity(place)
    revenue = place.number("revenue", None, low=0.0, why="the revenue at the present amount")
    least = 0.0 if above_0 else _LEAST
    shift = place.number("shift", PRESENT_SHARE * (now or 1.0), low=least)
    if now is None or elasticity is None or revenue is None or shift is None:
        return _NOTHING
    if now < _LEAST_NOW:
        place.add(
            "family",
            "range",
            f"The present amount is {shown(now)}, so no curve goes through its revenue.",
            'Give "now" above 0, or the parameters of another family.',
        )
        return _NOTHING
    if shift > FARTHEST * now:
        place.add(
            "shift",
            "range",
            f"{shown(shift)} is more than {FARTHEST:g} times the present amount {shown(now)}: the "
            "curve would be a straight line.",
            "Write a smaller shift, or use the family linear.",
        )
        return _NOTHING
    return isoelastic(now, revenue, elasticity, shift)


def isoelastic(
    now: float, revenue: float, elasticity: float, shift: float | None = None
) -> Response:
    """Return the revenue curve of demand with a constant price elasticity.

    Demand ``x ~ p^e`` sells x + d at a price ``p ~ (x + d)^(1 / e)``; the revenue gained over
    x = 0 is ``R(x) = a ((x + d)^t - d^t)`` with ``t = 1 - 1 / |e|``. The shift d keeps the slope
    at 0 finite.

    Parameters
    ----------
    now : float
        Present amount, above 0.
    revenue : float
        Revenue at the present amount: ``R(now) = revenue``.
    elasticity : float
        Price elasticity e of demand, below -1.
    shift : float, optional
        Shift d; 1 % of the present amount by default.
    """
    d = PRESENT_SHARE * now if shift is None else shift
    t = 1 - 1 / abs(elasticity)
    return Response("power", revenue / ((now + d) ** t - d**t), d, t, elasticity)
