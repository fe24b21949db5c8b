"""Every statement holds, every switch breaks one, every error is refuted, every change is seen."""

from __future__ import annotations

import dataclasses
import importlib
import json

import numpy as np
import pytest
from scipy.stats import norm

from benchmarks import mutants
from core import foundations
from core.foundations import Kind, Topic
from core.foundations.schema import TOLERANCE, Z_LIMIT, Reading
from core.foundations.verification import Row, generator

FRESH_SEEDS = 20
MUTATIONS_AT_LEAST = 30

each_topic = pytest.mark.parametrize("topic", foundations.topics(), ids=lambda t: t.key)
each_statement = pytest.mark.parametrize("one", foundations.statements(), ids=lambda s: s.id)
each_break = pytest.mark.parametrize("one", foundations.breaks(), ids=lambda b: b.id)
each_erratum = pytest.mark.parametrize("one", foundations.errata(), ids=lambda e: e.id)


@each_statement
def test_the_statement_holds_within_the_tolerance_of_its_kind(one):
    (row,) = foundations.verify(ids=[one.id]).rows
    assert row.passed, (row.reading, row.failure)
    assert row.reading is not None
    if row.reading.kind is Kind.SAMPLED:
        assert row.reading.z is not None
        assert abs(row.reading.z) <= Z_LIMIT
        assert row.reading.standard_error <= 0.03 * row.reading.scale
    else:
        allowed = TOLERANCE[row.reading.kind] * row.reading.scale
        assert row.reading.tolerance <= allowed * (1 + 1e-12)


@each_statement
def test_the_statement_holds_on_fresh_seeds(one):
    limit = foundations.fresh_limit(FRESH_SEEDS)
    for seed in range(1, FRESH_SEEDS + 1):
        (row,) = foundations.verify(ids=[one.id], seed=seed).rows
        assert row.reading is not None, row.failure
        assert row.reading.within(limit).passed, (seed, row.reading)


@each_statement
def test_equal_seeds_give_equal_rows(one):
    first, second = (foundations.verify(ids=[one.id]).rows[0].reading for _ in range(2))
    assert first == second


@each_break
def test_without_the_hypothesis_the_statement_fails_as_predicted(one):
    for seed in range(3):
        found = foundations.broken(one, seed)
        assert found.red, (seed, found)
        assert found.as_predicted, (seed, found)


@each_erratum
def test_the_error_is_refuted_and_the_correction_holds(one):
    for seed in range(3):
        found = foundations.refute(one, seed)
        assert found.refuted, (seed, found)


def declared(topic: Topic) -> list[mutants.Mutant]:
    """Return the changes that an article's own tests declare."""
    name = f"tests.core.foundations.mutations_{topic.key.replace('-', '_')}"
    return [mutants.changed(*one) for one in importlib.import_module(name).MUTATIONS]


def test_enough_changes_are_declared():
    assert sum(len(declared(topic)) for topic in foundations.topics()) >= MUTATIONS_AT_LEAST


@each_topic
def test_a_changed_sign_or_constant_turns_the_article_red(topic: Topic):
    numbers = mutants.ids(topic.statements)
    calls = mutants.readers(topic)
    for mutant in declared(topic):
        readers = calls.get(mutant.function.__code__, numbers)
        assert mutants.noticed(mutant, readers), (mutant.function.__name__, mutant.change)


def test_a_check_that_breaks_is_red_and_says_why(monkeypatch):
    one = foundations.statements()[0]

    def broken(rng: np.random.Generator) -> Reading:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(
        "core.foundations.verification.statement", lambda _: dataclasses.replace(one, check=broken)
    )
    (row,) = foundations.verify(ids=[one.id]).rows
    assert not row.passed
    assert "ZeroDivisionError: by zero" in row.to_dict()["note"]
    assert row.to_dict()["claimed"] is None


def test_rows_are_plain_json_with_the_promised_names():
    rows = foundations.verify("gradient-descent").to_dict()
    wanted = {"id", "page", "statement", "claimed", "measured", "tolerance", "pass", "seconds"}
    assert all(wanted <= set(row) for row in rows)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows


def test_times_come_from_the_clock_that_is_handed_in():
    ticks = iter(range(100))
    found = foundations.verify(ids=["GD-1", "GD-2"], clock=lambda: float(next(ticks)))
    assert [row.seconds for row in found.rows] == [1.0, 1.0]
    assert found.seconds == 2.0


def test_more_looks_allow_more_standard_errors():
    assert Z_LIMIT < foundations.fresh_limit(1) < foundations.fresh_limit(20) < 6


def test_a_fresh_run_names_the_worst_seed():
    found = foundations.verify_fresh("gradient-descent", seeds=2)
    assert [one.id for one in found] == [
        one.id for one in foundations.statements("gradient-descent")
    ]
    assert all(one.failed == 0 and isinstance(one.worst, Row) for one in found)


def test_the_published_seed_is_held_to_three_standard_errors_and_others_to_bonferroni():
    one = next(
        row for row in foundations.verify().rows if row.reading and row.reading.z is not None
    )
    assert one.reading.tolerance == pytest.approx(3 * one.reading.standard_error)
    (other,) = foundations.verify(ids=[one.id], seed=1).rows
    limit = foundations.fresh_limit(1)
    assert other.reading.tolerance == pytest.approx(limit * other.reading.standard_error)


def test_bonferroni_counts_every_statement_and_seed():
    looks = 20 * len(foundations.statements())
    assert norm.sf(foundations.fresh_limit(20)) * 2 * looks == pytest.approx(0.01)


def test_another_seed_draws_other_numbers_and_every_check_its_own():
    draws = {generator(seed, name).random() for seed in (0, 1) for name in ("GD-1", "GD-2")}
    assert len(draws) == 4
