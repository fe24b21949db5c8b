"""Numbers and labels as people read them, and safe inside a chart."""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Sequence

MINUS = "\u2212"


def percent(p: float) -> str:
    """Return a probability as whole percent: ``38 %``; never a 0 or 100 that was rounded to.

    Examples
    --------
    >>> percent(0.381), percent(0.004), percent(0.9999)
    ('38 %', 'under 1 %', 'over 99 %')
    """
    return f"{_whole(p)} %"


def percent_range(low: float, high: float) -> str:
    """Return an interval of probabilities as ``24 to 53 %``."""
    return f"{_whole(low)} to {_whole(high)} %"


def number(value: float, digits: int = 2) -> str:
    """Return a number with a true minus sign and no trailing zeros, ``not known`` for NaN."""
    if math.isnan(value):
        return "not known"
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("-", MINUS)


def p_value(p: float) -> str:
    """Return a p value as ``p = 0.031``, or ``p < 0.001`` where three decimals would show 0."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def within(gap: float) -> str:
    """Return how exactly two numbers agree: ``exactly``, or ``within 4e-15``."""
    return "exactly" if gap == 0 else f"within {gap:.0e}"


def fixed(value: float, digits: int = 3) -> str:
    """Return a number with all its decimals, for columns of figures that are compared."""
    text = f"{value:.{digits}f}"
    return (text[1:] if float(text) == 0 and text[0] == "-" else text).replace("-", MINUS)


def signed(value: float, digits: int = 2) -> str:
    """Return a number with its sign: ``+0.41``, ``−1.20``, ``0.00``."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", MINUS)


def label(text: str, width: int = 44) -> str:
    """Return a text wrapped for a narrow screen, its mark-up made harmless.

    Plotly reads a few HTML tags in any text, so what a user typed is escaped first.
    """
    lines = textwrap.wrap(" ".join(text.split()), width) or [""]
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def listed(parts: Sequence[str]) -> str:
    """Return texts joined as in a sentence: ``a, b and c``."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(n: int, noun: str) -> str:
    """Return a count with its noun: ``1 reason``, ``3 reasons``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _whole(p: float) -> str:
    rounded = round(100 * p)
    if rounded == 0 and p > 0:
        return "under 1"
    if rounded == 100 and p < 1:
        return "over 99"
    return str(rounded)
