"""Information theory: formulas against published values, other libraries and their own laws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance
from scipy.special import rel_entr
from sklearn.metrics import log_loss, mutual_info_score

from core.foundations.information_theory import TOPIC, formulas
from core.foundations.information_theory.instances import (
    highest,
    huffman_lengths,
    integral,
    joint,
    rows,
    shares,
)
from core.foundations.information_theory.learning import mean_null_index

seeds = st.integers(0, 10_000)


def test_the_article_has_what_it_promises():
    assert len(TOPIC.statements) == 37
    assert (len(TOPIC.breaks), len(TOPIC.errata), len(TOPIC.questions)) == (9, 10, 7)


def test_published_values():
    # Cover and Thomas, examples 2.1.1 and 2.2.1: 7/4 bits; a joint table with 27/8, 11/8, 3/8 bits.
    assert formulas.entropy_bits(np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8])) == pytest.approx(7 / 4)
    table = np.array([[4, 2, 1, 1], [2, 4, 1, 1], [2, 2, 2, 2], [8, 0, 0, 0]]) / 32
    assert formulas.entropy_bits(table) == pytest.approx(27 / 8)
    assert formulas.mutual_information(table) / math.log(2) == pytest.approx(3 / 8)
    given_y = formulas.entropy_bits(table) - formulas.entropy_bits(table.sum(axis=1))
    assert given_y == pytest.approx(11 / 8)


def test_cover_and_thomas_example_of_divergence():
    # Example 2.3.1 with r = 1/2, s = 1/4: 0.2075 and 0.1887 bits.
    assert formulas.bernoulli_divergence(1 / 2, 1 / 4) / math.log(2) == pytest.approx(
        0.2075, abs=5e-5
    )
    assert formulas.bernoulli_divergence(1 / 4, 1 / 2) / math.log(2) == pytest.approx(
        0.1887, abs=5e-5
    )


def test_huffman_code_of_the_textbook():
    # Example 5.6.1: probabilities .25 .25 .2 .15 .15 need 2.3 bits.
    p = np.array([0.25, 0.25, 0.2, 0.15, 0.15])
    assert p @ huffman_lengths(p) == pytest.approx(2.3)
    assert sorted(huffman_lengths(p)) == [2, 2, 2, 3, 3]


def test_figures_named_in_the_questions():
    assert formulas.binary_entropy(0.01) / math.log(2) == pytest.approx(0.08, abs=0.005)
    assert formulas.diagnostic_bits(0.5, 0.99, 0.99) == pytest.approx(0.92, abs=0.005)
    assert formulas.unchanged_psi(10, 100, 100) == pytest.approx(0.18)


@given(seeds)
def test_parity_with_other_libraries(seed):
    rng = np.random.default_rng(seed)
    p, q = rows(rng, 2, 5)
    assert formulas.entropy(p) == pytest.approx(stats.entropy(p))
    assert formulas.divergence(p, q) == pytest.approx(stats.entropy(p, q))
    assert formulas.jensen_shannon(p, q) == pytest.approx(distance.jensenshannon(p, q) ** 2)
    counts = rng.integers(1, 40, size=(3, 4))
    assert formulas.mutual_information(counts / counts.sum()) == pytest.approx(
        mutual_info_score(None, None, contingency=counts), abs=1e-12
    )


@given(seeds)
def test_score_loss_is_scikit_learns_log_loss(seed):
    rng = np.random.default_rng(seed)
    weights, (rates, scores) = shares(rng, 4), rng.uniform(0.05, 0.95, size=(2, 4))
    stated = np.tile(scores, 2)
    loss = log_loss(
        [1] * 4 + [0] * 4, stated, sample_weight=np.r_[weights * rates, weights * (1 - rates)]
    )
    assert formulas.score_loss(weights, rates, scores) == pytest.approx(loss)


@given(seeds)
def test_divergence_is_never_negative_and_bounds_the_distance(seed):
    p, q = rows(np.random.default_rng(seed), 2, 4)
    total_variation = np.abs(p - q).sum() / 2
    assert formulas.divergence(p, q) >= formulas.pinsker_floor(total_variation) - 1e-12
    assert formulas.jensen_shannon(p, q) <= math.log(2)
    assert formulas.jeffreys(p, q) == pytest.approx(formulas.jeffreys(q, p))
    assert formulas.divergence(p, p) == 0


@given(seeds)
def test_a_test_that_tosses_a_coin_tells_nothing(seed):
    prevalence, coin = np.random.default_rng(seed).uniform(0.05, 0.95, size=2)
    assert formulas.diagnostic_bits(prevalence, coin, 1 - coin) == pytest.approx(0, abs=1e-12)
    assert formulas.diagnostic_bits(prevalence, 1, 1) == pytest.approx(
        formulas.binary_entropy(prevalence) / math.log(2)
    )


@given(seeds)
def test_huffman_lengths_fill_the_tree(seed):
    rng = np.random.default_rng(seed)
    lengths = huffman_lengths(shares(rng, int(rng.integers(2, 14))))
    assert sum(0.5**length for length in lengths) == 1


@pytest.mark.parametrize("sd", [0.1, 1.0, 4.0])
def test_differential_entropies_are_scipys(sd):
    assert formulas.normal_entropy(sd) == pytest.approx(float(stats.norm(0, sd).entropy()))
    assert formulas.exponential_entropy(sd) == pytest.approx(float(stats.expon(scale=sd).entropy()))


def test_normal_divergence_vanishes_only_at_home():
    assert formulas.normal_divergence(1, 2, 1, 2) == 0
    assert formulas.normal_divergence(0, 1, 1, 1) == pytest.approx(1 / 2)


def test_plugin_bias_is_the_mean_of_a_chi_square_over_2n():
    assert formulas.plugin_bias(3, 4, 100) == pytest.approx(stats.chi2(6).mean() / 200)


def test_expected_plugin_information_of_one_case_is_zero():
    table = joint(np.random.default_rng(0), 2, 3)
    assert formulas.expected_plugin_information(table, 1) == pytest.approx(0, abs=1e-12)


def test_the_mean_index_by_bins_is_that_over_all_pairs_of_samples():
    bins, n, m = np.array([0.2, 0.3, 0.5]), 4, 3
    laws = []
    for rows_ in (n, m):
        tables = [t for t in itertools.product(range(rows_ + 1), repeat=3) if sum(t) == rows_]
        chances = stats.multinomial.pmf(np.array(tables), rows_, bins)
        laws.append(list(zip((np.array(tables) + 0.5) / (rows_ + 1.5), chances, strict=True)))
    brute = sum(
        a * b * (rel_entr(p, q) + rel_entr(q, p)).sum()
        for (p, a), (q, b) in itertools.product(*laws)
    )
    assert mean_null_index(n, m, bins) == pytest.approx(brute, rel=1e-12)


def test_numerical_tools():
    assert highest(lambda p: float(p @ [1.0, 2.0, 3.0]) - float(rel_entr(p, 1 / 3).sum()),
                   np.zeros(3)) == pytest.approx(math.log(np.exp([1, 2, 3]).mean()))  # fmt: skip
    assert integral(lambda x: 1 / np.sqrt(x), 0, 1, 4) == pytest.approx(4)
