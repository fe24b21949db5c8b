"""The articles, and every statement, switch, erratum and question in them by its number."""

from __future__ import annotations

import functools
import importlib

from core.errors import SuiteError
from core.foundations.schema import Break, Erratum, Statement, Topic

ARTICLES = (
    "gradient_descent",
    "lagrange_kkt",
    "bias_variance",
    "logistic_regression",
    "bayesian_updating",
    "pca_svd",
    "information_theory",
    "backpropagation",
)
"""Packages of the articles, in reading order."""


@functools.cache
def topics() -> tuple[Topic, ...]:
    """Return the articles in reading order."""
    found = [importlib.import_module(f"core.foundations.{name}") for name in ARTICLES]
    return tuple(module.TOPIC for module in found)


def topic(key: str) -> Topic:
    """Return one article.

    Raises
    ------
    SuiteError
        If there is none with this key.
    """
    known = {one.key: one for one in topics()}
    if key not in known:
        raise SuiteError(f"There is no article {key!r}. There are: {', '.join(known)}.")
    return known[key]


def statements(key: str | None = None) -> tuple[Statement, ...]:
    """Return the statements of one article, or of all."""
    return tuple(one for article in _chosen(key) for one in article.statements)


def breaks(key: str | None = None) -> tuple[Break, ...]:
    """Return the switches of one article, or of all."""
    return tuple(one for article in _chosen(key) for one in article.breaks)


def errata(key: str | None = None) -> tuple[Erratum, ...]:
    """Return the errata of one article, or of all."""
    return tuple(one for article in _chosen(key) for one in article.errata)


def statement(number: str) -> Statement:
    """Return the statement with this number.

    Raises
    ------
    SuiteError
        If there is none.
    """
    for one in statements():
        if one.id == number:
            return one
    ranges = ", ".join(f"{t.statements[0].id} to {t.statements[-1].id}" for t in topics())
    raise SuiteError(f"There is no statement {number!r}. There are: {ranges}.")


def _chosen(key: str | None) -> tuple[Topic, ...]:
    return topics() if key is None else (topic(key),)
