"""What the controls of the article on logistic regression move."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from scipy import special

from core.foundations import logistic_regression as article
from core.foundations.logistic_regression import clinical


def test_odds_are_multiplied_everywhere_and_the_probability_moves_by_little():
    found = article.odds_view(1.3, -0.4)
    odds = found.p / (1 - found.p)
    step = np.searchsorted(found.x, found.x[0] + 1)
    np.testing.assert_allclose(odds[step:] / odds[:-step], found.factor)
    assert np.max(found.p[step:] - found.p[:-step]) <= found.largest
    np.testing.assert_allclose(found.event_loss, -np.log(found.p), rtol=1e-9)
    np.testing.assert_allclose(found.no_event_loss, -np.log(1 - found.p), rtol=1e-9)
    assert found.half_way == pytest.approx(0.4 / 1.3)
    assert article.odds_view(0.0, 1.0).half_way is None


def test_cross_entropy_leads_to_one_place_and_squared_error_does_not():
    starts = (-8.0, -6.0, 0.0, 8.0)
    good, bad = ([article.landscape(kind, s) for s in starts] for kind in article.LOSSES)
    np.testing.assert_allclose([one.end_loss for one in good], good[0].end_loss, atol=1e-9)
    assert max(one.end_loss for one in bad) > 1.3 * min(one.end_loss for one in bad)
    assert all(one.bent_down == 0 for one in good)
    assert bad[0].bent_down > 0.5
    assert bad[1].steepness < good[1].steepness / 10
    for one in (*good, *bad):
        assert (np.diff(_along(one)) <= 1e-9).all()


def _along(one: article.experiments.Landscape) -> np.ndarray:
    return np.array([one.start_loss, one.end_loss])


def test_digits_are_lost_on_both_sides_as_written_and_never_else():
    found = article.stability(800.0)
    assert found.naive == np.inf
    assert found.stable == found.exact_loss == 800
    assert found.clipped_loss == pytest.approx(-np.log(1e-15), abs=0.1)
    assert found.stable_digits.min() > 15
    assert found.digits[found.z > 720].max() == 0
    assert found.digits[(found.z < -40) & (found.z > -700)].max() == 0
    small = article.stability(-40.0)
    assert small.naive == 0
    assert small.stable == pytest.approx(np.exp(-40), rel=1e-12)


def test_only_a_gap_makes_the_coefficients_grow():
    apart, mixed = article.separation_view(1.0, 0.05), article.separation_view(-1.5, 0.05)
    assert apart.separated
    assert not mixed.separated
    half = len(apart.steps) // 2
    assert apart.size[-1] > 1.5 * apart.size[half]
    assert mixed.size[-1] == pytest.approx(mixed.size[half], rel=0.05)
    for one in (apart, mixed):
        assert one.penalised_size[-1] == pytest.approx(one.penalised_size[half], rel=0.02)
        assert one.penalised_size[-1] < one.size[-1]
        assert (np.diff(one.p) >= 0).all()
    strong = article.separation_view(1.0, 0.5)
    assert strong.penalised_size[-1] < apart.penalised_size[-1]


@pytest.mark.parametrize(("rows", "noise"), [(100, 10), (200, 20), (1000, 40)])
def test_the_line_is_perfect_inside_and_flat_outside(rows, noise):
    found = article.calibration_view(rows, noise)
    assert found.converged
    np.testing.assert_allclose(found.inside, (0, 1), atol=1e-9)
    assert found.outside[1] < 0.95
    np.testing.assert_allclose(found.inside_line, found.axis, atol=1e-9)
    again = article.calibration_view(rows, noise)
    assert again.outside == found.outside


def test_every_place_of_the_sliders_is_answered():
    for rows, noise in itertools.product(range(100, 1001, 150), (0, 20, 40)):
        found = article.calibration_view(rows, noise)
        assert found.converged or noise > 20
    for gap, penalty in itertools.product((-2.0, 0.0, 3.0), (0.01, 0.5)):
        found = article.separation_view(gap, penalty)
        assert np.isfinite(found.size).all()


def test_too_few_rows_are_separated_and_say_so():
    assert not article.calibration_view(100, 40).converged


@pytest.mark.parametrize("slug", list(article.example_titles()))
def test_contributions_add_up_to_what_the_clinical_page_shows(slug):
    found = article.clinical_estimate(slug)
    total = found.reference + found.contributions.sum()
    assert total == pytest.approx(found.log_odds, abs=1e-12)
    assert round(found.summed, 6) == found.shown
    assert special.expit(found.log_odds) == pytest.approx(found.summed)
    sizes = np.abs(found.contributions)
    assert (np.diff(sizes) <= 0).all()
    assert len(found.labels) == len(sizes)


def test_calibration_is_algebra_inside_and_data_outside():
    found = article.clinical_calibration()
    refit, own, held = found.own
    assert refit.gap == pytest.approx(0, abs=1e-9)
    assert (refit.intercept, refit.slope) == pytest.approx((0, 1), abs=1e-9)
    assert own.n == held.n == 303
    # The outcomes of these patients went into their estimates: chance is no measure of the gap.
    assert not any(one.half_width for one in found.own)
    assert abs(held.gap) < 0.005
    assert held.slopes.low < held.slope < held.slopes.high


def test_the_hospitals_differ_more_than_their_mean_shows():
    found = article.clinical_calibration()
    together = found.together
    assert together.n == sum(one.n for one in found.hospitals) > 600
    share = sum(one.n * one.gap for one in found.hospitals) / together.n
    assert together.gap == pytest.approx(share)
    gaps = [one.gap for one in found.hospitals]
    assert min(gaps) < 0 < together.gap < max(gaps)
    assert [one.within for one in found.hospitals].count(True) == 1
    assert found.all[-1] is together


def test_the_gap_is_judged_by_its_own_width():
    one = clinical.ClinicalCalibration("x", 100, 0.4, 0.5, 0.0, 1.0, 0.08)
    assert not one.within
    assert dataclasses.replace(one, half_width=0.11).within
    assert not dataclasses.replace(one, half_width=None).within
