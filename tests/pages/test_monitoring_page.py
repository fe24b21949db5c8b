"""Monitoring on the evidence page: off by default, and honest about few data when on."""

from __future__ import annotations

from core.cardiosense import diagnostic_presets


def badges(app):
    return [text.value for text in app.markdown if "-badge[" in text.value]


def test_monitoring_is_off_by_default(open_page):
    app = open_page("cardiosense-model")
    assert any("Monitoring is off" in badge for badge in badges(app))


def test_an_estimate_is_logged_once_for_each_input(open_page, full_audit):
    app = open_page("cardiosense", preset=diagnostic_presets()[0].slug)
    app.run()
    assert [entry.event for entry in full_audit.entries()] == ["inference"]
    app.number_input(key="cardio.age").set_value(60).run()
    assert full_audit.verify().n == 2


def test_few_patients_are_not_enough_to_judge(open_page, full_audit):
    open_page("cardiosense", preset=diagnostic_presets()[0].slug)
    app = open_page("cardiosense-model")
    assert not app.exception
    shown = badges(app)
    assert any("Drift: not enough data" in badge for badge in shown)
    assert any("not enough data" in badge and "logistic-13" in badge for badge in shown)
    next(b for b in app.button if b.label == "Verify the log").click().run()
    assert any("Intact" in badge for badge in badges(app))
