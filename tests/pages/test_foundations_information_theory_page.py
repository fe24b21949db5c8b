"""The article on information theory: its experiments follow their sliders."""

from __future__ import annotations

import pytest

from core.foundations import information_theory as it
from core.viz.text import fixed

SLUG = "foundations-information-theory"
KEY = "foundations.information-theory"


def said(app) -> str:
    return "\n".join(one.value for one in app.markdown)


@pytest.mark.parametrize("section", [one.key for one in it.TOPIC.sections])
def test_every_section_shows_its_statements_verified(open_page, section):
    app = open_page(SLUG, section=section)
    assert not app.exception
    titles = [one.value for one in app.subheader]
    wanted = [one for one in it.TOPIC.statements if one.section == section]
    assert all(any(title.startswith(f"{one.id} ") for title in titles) for one in wanted)
    assert "Does not hold" not in said(app)
    assert "Not verified" not in said(app)


def test_the_distribution_changes_the_entropy(open_page):
    app = open_page(SLUG, section="entropy")
    for first, split in ((0.5, 0.8), (0.2, 0.5), (0.96, 0.02)):
        app.slider(key=f"{KEY}.simplex.first").set_value(first).run()
        app.slider(key=f"{KEY}.simplex.split").set_value(split).run()
        found = it.three_outcomes(first, split)
        assert f"The entropy is **{fixed(found.bits, 3)} bits**" in said(app)
    assert not app.exception


def test_either_direction_has_its_price(open_page):
    app = open_page(SLUG, section="divergence")
    for mean, sd in ((1.0, 2.0), (-3.0, 0.4), (0.0, 1.0)):
        app.slider(key=f"{KEY}.normals.mean").set_value(mean).run()
        app.slider(key=f"{KEY}.normals.sd").set_value(sd).run()
        found = it.two_normals(mean, sd)
        assert f"belief q: **{fixed(found.forward, 3)} nats**" in said(app)
        assert f"belief p: **{fixed(found.backward, 3)} nats**" in said(app)
    assert not app.exception


def test_the_test_is_worth_what_core_says(open_page):
    app = open_page(SLUG, section="mutual-information")
    for prevalence, sensitivity, specificity in ((10, 90, 85), (60, 50, 51), (1, 99, 99)):
        app.slider(key=f"{KEY}.diagnosis.prevalence").set_value(prevalence).run()
        app.slider(key=f"{KEY}.diagnosis.sensitivity").set_value(sensitivity).run()
        app.slider(key=f"{KEY}.diagnosis.specificity").set_value(specificity).run()
        found = it.diagnostic_test(prevalence / 100, sensitivity / 100, specificity / 100)
        assert f"gives **{fixed(found.gained, 3)} bits**" in said(app)
        rises = found.still_open["after a positive"] > found.before
        assert ("leaves **more** open" in said(app)) == rises
    assert not app.exception


def test_few_cases_pretend_information(open_page):
    app = open_page(SLUG, section="mutual-information")
    for k, copied, cases in ((6, 0, 100), (12, 60, 20), (2, 5, 2000)):
        app.slider(key=f"{KEY}.bias.values").set_value(k).run()
        app.slider(key=f"{KEY}.bias.copied").set_value(copied).run()
        app.select_slider(key=f"{KEY}.bias.cases").set_value(cases).run()
        found = it.plugin(k, copied / 100, cases)
        mean = float(found.mean[list(found.n).index(cases)])
        assert f"averages **{fixed(mean, 3)} nats** exactly" in said(app)
    assert not app.exception


def test_temperature_moves_one_part_only(open_page):
    app = open_page(SLUG, section="learning")
    for distance, temperature in ((1.5, 0.5), (3.0, 4.0), (0.5, 1.0)):
        app.slider(key=f"{KEY}.loss.distance").set_value(distance).run()
        app.slider(key=f"{KEY}.loss.temperature").set_value(temperature).run()
        found = it.tempered(distance, temperature)
        assert f"The log loss is **{fixed(found.total, 3)} bits**" in said(app)
    assert not app.exception
