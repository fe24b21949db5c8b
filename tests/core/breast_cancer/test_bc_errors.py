from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

from core.breast_cancer import data, error_curves, errors_analysis, nested
from core.breast_cancer.about import about, card, card_markdown, figure, headline, reliability_bins
from core.breast_cancer.integrity import blame, fit_reference
from core.breast_cancer.model import models
from core.errors import InputError
from core.stats.conformal import conformal_p

Y = data.wdbc().y
P = nested.stored()["logistic"].p


# Which cases


def test_wrong_cases_are_those_on_the_wrong_side_in_most_repeats():
    found = errors_analysis.wrong_cases(0.5)
    share = ((P >= 0.5) != (Y == 1)).mean(axis=0)
    assert {case.number - 1 for case in found} == set(np.nonzero(share >= 0.5)[0])
    for case in found:
        assert case.malignant == (Y[case.number - 1] == 1)
        assert case.p == pytest.approx(P[:, case.number - 1].mean())
        assert case.held == data.wdbc().held[case.number - 1]
    json.dumps([case.to_dict() for case in found], allow_nan=False)


def test_missed_cancers_come_first_and_the_surest_error_leads():
    found = errors_analysis.wrong_cases(0.5)
    missed = [case.p for case in found if case.malignant]
    alarms = [case.p for case in found if not case.malignant]
    assert [case.malignant for case in found] == [True] * len(missed) + [False] * len(alarms)
    assert missed == sorted(missed)
    assert alarms == sorted(alarms, reverse=True)


def test_every_case_ever_wrong_can_be_listed():
    ever = errors_analysis.wrong_cases(0.5, at_least=0.0)
    assert len(ever) > len(errors_analysis.wrong_cases(0.5))
    assert min(case.share_wrong for case in ever) > 0
    assert len(ever) == np.sum(((P >= 0.5) != (Y == 1)).any(axis=0))


def test_a_lower_threshold_trades_missed_cancers_for_false_alarms():
    low, high = (errors_analysis.wrong_cases(t) for t in (0.05, 0.6))
    assert sum(c.malignant for c in low) < sum(c.malignant for c in high)
    assert sum(not c.malignant for c in low) > sum(not c.malignant for c in high)


def test_integrity_of_a_case_comes_from_references_without_it():
    X = data.wdbc().X
    p, columns, ratios = errors_analysis.case_integrity()
    whole = fit_reference(X)
    for i in (0, 77, 297):
        others = np.delete(X, i, axis=0)
        alone = fit_reference(others)
        score = whole.calibration_residuals[i]
        assert np.abs(score).max() == pytest.approx(alone.score(X[[i]])[0], rel=1e-6)
        rest = np.sort(np.delete(np.abs(whole.calibration_residuals).max(axis=1), i))
        assert p[i] == pytest.approx(conformal_p([np.abs(score).max()], rest)[0])
        found = blame(alone, X[i])
        assert found.column == errors_analysis.FEATURES.names[columns[i]]
        assert found.ratio == pytest.approx(ratios[i], rel=0.02)
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.005)


# At a threshold


def test_threshold_figures_are_means_over_the_repeats():
    found = errors_analysis.threshold_figures(0.5)
    assert found.missed == pytest.approx(np.mean([np.sum((p < 0.5) & (Y == 1)) for p in P]))
    assert found.false_alarms == pytest.approx(np.mean([np.sum((p >= 0.5) & (Y == 0)) for p in P]))
    metric = models().card["nested"]["models"]["logistic"]["metrics"]["sensitivity"]
    assert found.sensitivity.estimate == pytest.approx(metric["estimate"])
    assert found.prevalence == pytest.approx(212 / 569)
    assert (found.sensitivity.n, found.specificity.n) == (212, 357)


def test_default_threshold_is_that_of_the_models():
    found = errors_analysis.threshold_figures(prevalence=0.005)
    assert found.threshold == models().operating.threshold
    assert found.ppv.estimate < 0.2
    assert found.npv.estimate > 0.999
    with pytest.raises(InputError):
        errors_analysis.threshold_figures(1.5)


def test_decision_curve_beats_working_up_everybody_or_nobody():
    curve = errors_analysis.net_benefit_curve()
    usual = curve.thresholds >= 0.05
    assert (curve.model[usual] >= np.maximum(curve.treat_all[usual], 0)).all()
    stored = models().card["nested"]["models"]["logistic"]["net_benefit"]
    for point in stored:
        at = int(np.argmin(np.abs(curve.thresholds - point["threshold"])))
        assert curve.model[at] == pytest.approx(point["model"])


# Curves


def test_roc_points_lie_on_scikit_learns_curve():
    p = P[0]
    fpr, tpr, _ = metrics.roc_curve(Y, p, drop_intermediate=False)
    found = error_curves.roc_points(Y, p)
    for x, y in zip(error_curves.FALSE_ALARMS, found, strict=True):
        assert y == pytest.approx(tpr[fpr <= x + 1e-9].max())


def test_precision_points_lie_on_scikit_learns_curve():
    p = P[0]
    precision, recall, _ = metrics.precision_recall_curve(Y, p)
    found = error_curves.precision_points(Y, p)
    for x, y in zip(error_curves.RECALL, found, strict=True):
        # Of the points with the smallest recall that reaches x, the one with fewest false alarms.
        reached = recall[recall >= x - 1e-9].min()
        assert y == pytest.approx(precision[np.isclose(recall, reached)].max())


def test_risk_at_full_coverage_is_the_error_share():
    p = P[0]
    found = error_curves.risk_points(Y, p, 0.5)
    assert found[-1] == pytest.approx(np.mean((p >= 0.5) != (Y == 1)))
    assert found[0] <= found[-1]


@pytest.mark.parametrize("curve", [error_curves.roc, error_curves.precision_recall])
def test_curves_carry_their_band(curve, monkeypatch):
    monkeypatch.setattr(error_curves, "N_BOOT", 20)
    found = curve.__wrapped__("forest")
    assert (found.n, found.repeats) == (569, 20)
    assert (found.low <= found.y + 1e-9).mean() > 0.95
    assert (found.y <= found.high + 1e-9).mean() > 0.95
    json.dumps(found.to_dict(), allow_nan=False)


def test_abstaining_on_unsure_cases_lowers_the_error(monkeypatch):
    monkeypatch.setattr(error_curves, "N_BOOT", 20)
    found = error_curves.abstention(0.5)
    assert (found.x[0], found.x[-1]) == (0.5, 1.0)
    accuracy = models().card["nested"]["models"]["logistic"]["metrics"]["accuracy"]["estimate"]
    assert found.y[-1] == pytest.approx(1 - accuracy)
    assert found.y[len(found.y) // 2] < found.y[-1] / 2


# About


def test_headline_and_figures_are_those_of_the_card():
    stored = card()["nested"]["models"]["logistic"]["metrics"]
    assert headline().to_dict() == stored["auc"]
    assert figure("accuracy", "forest").n == 569
    assert card_markdown().startswith("# Breast cancer model card")


def test_reliability_bins_hold_every_case():
    found = reliability_bins()
    assert sum(b.n for b in found) == 569


def test_about_names_models_data_and_libraries():
    found = about()
    files = models().artifact.manifest["files"]
    assert {row["SHA-256"] for row in found.models} <= set(files.values())
    assert found.data[0]["SHA-256"] == data.SHA256
    assert any(row["Library"] == "scikit-learn" for row in found.libraries)
