"""Skips what needs the libraries where they are not installed, and lets two warnings pass.

The warnings are about the libraries' own code: Captum announces its hooks, and grad-cam calls numpy
on tensors in a way that numpy 2 is going to refuse.
"""

from __future__ import annotations

import importlib.util

import pytest

if importlib.util.find_spec("torch") is None:
    collect_ignore_glob = ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    for warning in (
        "ignore:Setting backward hooks on ReLU activations:UserWarning",
        "ignore:__array_wrap__ must accept context:DeprecationWarning",
    ):
        config.addinivalue_line("filterwarnings", warning)
