"""The models of the suite that can be audited, with what they said about rows held out."""

from __future__ import annotations

from core import breast_cancer, cardiosense, respiratory
from core.errors import ArtifactError, InputError
from core.trust import HeldOut, Predictions


def held_out() -> tuple[HeldOut, ...]:
    """Return every model's held-out predictions, system by system.

    A system whose files are refused is left out, and its own pages say why: it must not take the
    audits of the others away.

    Raises
    ------
    ArtifactError
        If no system's files can be used.
    """
    found: list[HeldOut] = []
    refused: list[ArtifactError] = []
    for system in (cardiosense, breast_cancer, respiratory):
        try:
            found += system.held_out()
        except ArtifactError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    return tuple(found)


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
