"""The models of the suite that can be audited, with what they said about rows held out."""

from __future__ import annotations

from core import breast_cancer, cardiosense, respiratory
from core.errors import InputError
from core.trust import HeldOut, Predictions


def held_out() -> tuple[HeldOut, ...]:
    """Return every model's held-out predictions, system by system."""
    return (*cardiosense.held_out(), *breast_cancer.held_out(), *respiratory.held_out())


def find(key: str) -> HeldOut:
    """Return one model's predictions by key.

    Raises
    ------
    InputError
        If there is no such model.
    """
    known = {one.key: one for one in held_out()}
    if key not in known:
        raise InputError(f"model: there is none called {key!r}. Choose {', '.join(known)}.")
    return known[key]


def predictions(key: str) -> Predictions:
    """Return one model's predictions, read for an audit; errors as for :func:`find`."""
    return find(key).predictions()
