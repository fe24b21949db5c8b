"""Predictions and audits that several tests of the audit share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core import trust


def oracle(n: int, seed: int = 0, shape: tuple[float, float] = (1.5, 2.0)):
    """Return outcomes drawn from the probabilities they are judged by."""
    rng = np.random.default_rng(seed)
    p = rng.beta(*shape, size=n)
    return (rng.random(n) < p).astype(int), p


@pytest.fixture
def audit_of() -> Callable[..., trust.Audit]:
    """Return a function that audits 120 calibrated predictions with whatever else is given."""

    def audit_(**given) -> trust.Audit:
        y, p = oracle(120)
        return trust.audit(y, p, **given)

    return audit_
