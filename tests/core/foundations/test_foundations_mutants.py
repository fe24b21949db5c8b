"""The engine that changes formulas: it changes one thing, is noticed, and puts everything back."""

from __future__ import annotations

import pytest

from benchmarks import mutants
from core import foundations
from core.foundations.gradient_descent import formulas


def sample(x: float, power: int = 3) -> float:
    """Return something with a sign, an operator, a constant and a comparison."""
    return -x + 2.5 * x if x < power else x**2


def test_every_sign_operator_comparison_and_constant_is_changed_once():
    changes = [mutant.change for mutant in mutants.every(sample)]
    kinds = ("minus to plus", "Add to Sub", "Mult to Div", "Pow to Mult", "Lt to GtE",
             "2.5 to 2.525", "2 to 3", "result times 1.01")  # fmt: skip
    assert len(changes) == len(kinds)
    assert all(any(change.endswith(kind) for change in changes) for kind in kinds)


def root(x: float) -> float:
    """Return something found by a function inside."""

    def inside(y: float) -> float:
        return y

    return inside(x)


def test_the_result_of_a_function_inside_stays():
    assert [one.change for one in mutants.every(root)] == ["line 7: result times 1.01"]


def test_a_changed_body_computes_something_else_and_is_put_back():
    mutant = mutants.changed(sample, "-x + 2.5", "x + 2.5")
    before = sample.__code__
    sample.__code__ = mutant.code
    changed = sample(2.0)
    sample.__code__ = before
    assert (changed, sample(2.0)) == (7.0, 3.0)


def mean_of(values: list[float], times: int) -> float:
    """Return something that depends on a length and on a whole number."""
    return times * sum(values) / len(values)


@pytest.mark.parametrize(("name", "value", "result"), [("times", 3, 6.0), ("values#", 4, 4.0)])
def test_a_size_is_typed_in_where_it_is_used(name, value, result):
    mutant = mutants.typed_in(mean_of, name, value)
    before = mean_of.__code__
    mean_of.__code__ = mutant.code
    found = mean_of([1.0, 3.0], 4)
    mean_of.__code__ = before
    assert (found, mean_of([1.0, 3.0], 4)) == (result, 8.0)
    assert mutants.typed_in(mean_of, "times#", 3) is None


def test_the_sizes_that_a_formula_is_given_are_seen():
    topic = foundations.topic("pca-svd")
    (function,) = (one for one in mutants.formulas(topic) if one.__name__ == "off_plane")
    assert mutants.sizes(topic)[function.__code__]["k"] == {1, 2, 3, 4}


@pytest.mark.parametrize("piece", ["x", "nowhere"])
def test_a_piece_that_does_not_occur_once_is_refused(piece):
    with pytest.raises(ValueError, match="holds"):
        mutants.changed(sample, piece, "y")


def test_the_formula_is_itself_again_after_a_trial():
    topic = foundations.topic("gradient-descent")
    mutant = next(one for f in mutants.formulas(topic) for one in mutants.every(f))
    function, before = mutant.function, mutant.function.__code__
    assert mutants.noticed(mutant, mutants.ids(topic.statements)) is not None
    assert function.__code__ is before
    assert foundations.verify("gradient-descent").passed == len(topic.statements)


def test_a_change_that_changes_nothing_is_not_noticed():
    topic = foundations.topic("gradient-descent")
    function = mutants.formulas(topic)[0]
    same = mutants.Mutant(function, "nothing", function.__code__)
    assert mutants.noticed(same, mutants.ids(topic.statements)) is None


def test_every_formula_is_read_by_a_statement():
    for topic in foundations.topics():
        calls = mutants.readers(topic)
        unread = [f.__name__ for f in mutants.formulas(topic) if f.__code__ not in calls]
        assert unread == [], topic.key


def test_the_formulas_are_found():
    found = mutants.formulas(foundations.topic("gradient-descent"))
    assert all(one.__module__.startswith(formulas.__name__) for one in found)
    assert len(found) > 20
