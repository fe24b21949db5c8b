"""The page on Bayesian updating: each control changes what is said, as the core computes it."""

from __future__ import annotations

import pytest

from core.foundations import bayesian_updating
from core.viz.text import fixed

SLUG, KEY = "foundations-bayesian-updating", "foundations.bayesian-updating"


def said(app, start: str) -> str:
    """Return the one text on the page that holds the given words."""
    (found,) = [one.value for one in app.markdown if start in one.value]
    return found


@pytest.mark.parametrize("section", [one.key for one in bayesian_updating.TOPIC.sections])
def test_every_section_opens_with_its_rows_verified(open_page, section):
    app = open_page(SLUG, section=section)
    assert not app.exception
    numbers = [s.id for s in bayesian_updating.TOPIC.statements if s.section == section]
    heads = [one.value for one in app.subheader]
    assert all(any(head.startswith(f"{n}  ") for head in heads) for n in numbers)
    assert not any("Does not hold" in one.value for one in app.markdown)


def test_a_rarer_illness_makes_a_positive_result_mean_less(open_page):
    app = open_page(SLUG, section="bayes-rule")
    for value in (1.0, 20.0):
        app.slider(key=f"{KEY}.screening.prevalence").set_value(value).run()
        found = bayesian_updating.screening(value / 100, 0.9, 0.91)
        assert f"{fixed(100 * found.after_positive, 1)} %" in said(app, "test positive, and")
    app.slider(key=f"{KEY}.screening.sensitivity").set_value(70)
    app.slider(key=f"{KEY}.screening.specificity").set_value(80).run()
    found = bayesian_updating.screening(0.2, 0.7, 0.8)
    assert f"{fixed(100 * found.after_negative, 2)} %" in said(app, "test positive, and")
    assert not app.exception


def test_the_posterior_follows_prior_and_data(open_page):
    app = open_page(SLUG, section="conjugacy")
    assert "40.0 %" in said(app, "The posterior mean is")
    app.slider(key=f"{KEY}.counts.size").set_value(40)
    app.slider(key=f"{KEY}.counts.mean").set_value(30)
    app.slider(key=f"{KEY}.counts.patients").set_value(25)
    app.slider(key=f"{KEY}.counts.events").set_value(80).run()
    found = bayesian_updating.updating(0.3, 40, 20, 25)
    text = said(app, "The posterior mean is")
    assert text.startswith("20 of 25")
    assert f"{fixed(100 * found.mean, 1)} %" in text
    assert f"{fixed(100 * found.weight, 0)} %" in text
    assert not app.exception


@pytest.mark.parametrize("percent", [0, 100])
def test_all_or_no_events_can_be_drawn(open_page, percent):
    app = open_page(SLUG, section="conjugacy")
    app.slider(key=f"{KEY}.counts.size").set_value(2)
    app.slider(key=f"{KEY}.counts.mean").set_value(5)
    app.slider(key=f"{KEY}.counts.events").set_value(percent).run()
    assert not app.exception


def test_the_next_measurement_follows_their_number_and_the_level(open_page):
    app = open_page(SLUG, section="normal-model")
    for n, level in ((5, 95), (3, 99), (40, 80)):
        app.slider(key=f"{KEY}.next.n").set_value(n)
        app.slider(key=f"{KEY}.next.level").set_value(level).run()
        found = bayesian_updating.next_value(n, level / 100)
        text = said(app, "holds the next one")
        assert f"**{fixed(100 * found.held, 1)} %** instead of {level} %" in text
        assert f"± **{fixed(found.factor, 2)}**" in text
    assert not app.exception


def test_coverage_follows_patients_and_level(open_page):
    app = open_page(SLUG, section="intervals")
    for n, level in ((20, 95), (5, 99), (100, 80)):
        app.slider(key=f"{KEY}.coverage.n").set_value(n)
        app.slider(key=f"{KEY}.coverage.level").set_value(level).run()
        found = bayesian_updating.coverage_curve(n, level / 100)
        text = said(app, "Averaged over the shares")
        for value in (*found.averages, *found.lowest):
            assert f"{fixed(100 * value, 1)} %" in text.replace("**", "")
    assert not app.exception


def test_the_threshold_follows_the_cost_of_a_missed_case(open_page):
    app = open_page(SLUG, section="decisions")
    for ratio in (4.0, 0.5, 19.0):
        app.slider(key=f"{KEY}.threshold.ratio").set_value(ratio).run()
        found = bayesian_updating.threshold_cost(1.0, ratio)
        text = said(app, "The ratio says")
        assert f"{fixed(100 * found.best, 1)} %" in text
        assert fixed(found.at_half, 1) in text
    assert not app.exception


def test_the_posterior_becomes_normal_as_patients_are_added(open_page):
    app = open_page(SLUG, section="approximation")
    for share, patients in ((10, 40), (45, 1280), (5, 20)):
        app.slider(key=f"{KEY}.normality.share").set_value(share)
        app.select_slider(key=f"{KEY}.normality.patients").set_value(patients).run()
        found = bayesian_updating.normality(share / 100, patients)
        assert f"**{fixed(found.distance, 3)}**" in said(app, "the two differ by")
    assert not app.exception
