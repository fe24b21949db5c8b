"""The stress test: honest rows, sums that agree, effects that are known, and what slips through."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from core.breast_cancer.data import wdbc
from core.breast_cancer.faults import FAULTS
from core.breast_cancer.model import models
from core.breast_cancer.stress import severity_sweep, stress
from core.breast_cancer.stress_judges import METHODS, judges, see
from core.errors import InputError

T = 0.5


@pytest.fixture(scope="module")
def everything():
    """Every fault at its default, on the same 300 rows."""
    return {key: stress(key, n=300, threshold=T, lamps=False, per_row=True) for key in FAULTS}


def test_no_case_is_judged_by_models_that_have_seen_it():
    cohort = wdbc()
    for source, count in (("held-out", 5), ("smoothed", 2)):
        panel = judges(source, 0)
        assert len(panel) == count
        held = np.concatenate([judge.unseen for judge in panel])
        assert len(np.unique(held, axis=0)) == cohort.n
        for judge in panel:
            both = np.concatenate([judge.X, judge.unseen])
            assert len(np.unique(both, axis=0)) == cohort.n
        assert source in METHODS


def test_every_report_is_whole(everything):
    for key, report in everything.items():
        plain = report.to_dict()
        json.dumps(plain, allow_nan=False)
        assert plain["summary"].endswith(".")
        assert report.n == 300
        assert report.fault == key
        assert report.before.accuracy == everything["unit"].before.accuracy or (
            report.kind == "population"
        )


def test_figures_agree_with_each_other(everything):
    for report in everything.values():
        for effect in (report.before, report.after):
            if effect.missed is None or effect.sensitivity is None:
                continue
            assert effect.missed.estimate == pytest.approx(1 - effect.sensitivity.estimate)
            for guarded in (effect.silent, effect.silent_any_z, effect.silent_drifting):
                assert guarded is not None
                assert guarded.estimate <= effect.missed.estimate
            assert effect.accuracy.n == effect.sensitivity.n + effect.specificity.n == report.n


def test_the_integrity_flag_stops_what_the_z_score_lets_through(everything):
    unit = everything["unit"]
    assert unit.after.accuracy.estimate < 0.8 < unit.before.accuracy.estimate
    assert unit.after.silent.estimate <= 0.005 < 0.03 < unit.after.silent_any_z.estimate
    assert unit.integrity.auroc.estimate >= 0.99
    assert unit.blamed.estimate >= 0.98
    assert unit.unit_named.estimate >= 0.95
    assert unit.blamed_by_chance == pytest.approx(1 / 30)


@pytest.mark.parametrize(
    ("key", "least", "z_most"),
    [("shuffle", 0.95, 0.65), ("noise", 0.98, 0.65), ("impute", 0.93, 0.55), ("bias", 0.92, 0.65),
     ("swap", 0.98, 0.75), ("rounding", 0.97, 0.6)],
)  # fmt: skip
def test_breaks_that_keep_every_value_usual_are_seen(everything, key, least, z_most):
    report = everything[key]
    assert report.integrity.auroc.estimate >= least
    assert report.zscore.auroc.estimate <= z_most
    assert report.integrity.auroc.low < report.integrity.auroc.estimate


def test_a_change_of_population_is_no_fault(everything):
    for key in ("prevalence", "size"):
        report = everything[key]
        assert (report.n_spoilt, report.blamed, report.unit_named) == (0, None, None)
        assert abs(report.integrity.auroc.estimate - 0.5) <= 0.06
        assert report.integrity.flagged.estimate <= 0.08
        assert report.n_cases <= report.n


def test_a_missing_value_is_refused_and_never_called(everything):
    report = everything["missing"]
    assert report.after.accuracy is None
    assert report.after.silent.estimate == 0
    assert report.integrity.flagged.estimate == 1
    judge = judges("held-out", 0)[0]
    X = judge.unseen[:3].copy()
    X[0, 0] = math.nan
    seen = see(judge, X, judge.unseen_y[:3])
    assert np.isnan(seen.p).tolist() == [True, False, False]
    assert seen.flagged[0]
    assert seen.score[0] == math.inf


def test_made_up_rows_have_no_diagnosis_to_miss(everything):
    report = everything["synthetic"]
    assert report.after.missed is None
    assert report.after.accuracy is None
    assert "no diagnosis" in report.summary()
    assert report.clipped > 0


def test_lamps_part_faults_from_populations():
    fault = stress("shuffle", n=250, threshold=T)
    assert fault.lamps.integrity.estimate == 1
    assert fault.lamps.case_mix.estimate <= 0.4
    assert (fault.lamps.batches, fault.lamps.rows) == (5, 50)
    other = stress("prevalence", n=250, threshold=T)
    assert other.lamps.case_mix.estimate == 1
    assert other.lamps.integrity.estimate <= 0.4
    assert len(other.lamps.verdicts) == 5


def test_nothing_is_spoilt_where_the_share_is_nought():
    report = stress("noise", n=100, share=0.0, threshold=T, lamps=False)
    assert report.n_spoilt == 0
    assert report.integrity.auroc is None
    assert report.after.accuracy == report.before.accuracy


def test_the_same_seed_gives_the_same_report_and_another_does_not():
    one, two, other = (stress("bias", n=60, seed=s, threshold=T, lamps=False) for s in (1, 1, 2))
    assert one == two
    assert one.integrity != other.integrity


def test_a_sweep_grows_with_the_severity():
    sweep = severity_sweep("noise", n=200, threshold=T, lamps=False)
    curve = [point.integrity.auroc.estimate for point in sweep.points]
    assert curve == sorted(curve)
    assert [point.severity for point in sweep.points] == list(FAULTS["noise"].levels)
    assert len({point.before for point in sweep.points}) == 1
    json.dumps(sweep.to_dict(), allow_nan=False)


def test_invented_rows_serve_for_more_than_the_table_holds():
    report = stress("unit", 2.54, n=2000, source="smoothed", threshold=T, lamps=False, per_row=True)
    assert report.n == 2000
    assert report.after.silent.estimate <= 0.005
    assert 0.02 <= report.integrity.flagged_before.estimate <= 0.09


def test_the_threshold_is_that_of_the_models_unless_given():
    report = stress("bias", n=30, lamps=False)
    assert report.threshold == models().operating.threshold


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"n": 570}, "25 to 569 rows, not 570"),
        ({"n": 10}, "25 to 569"),
        ({"n": 10_001, "source": "smoothed"}, "25 to 10000"),
        ({"source": "dream"}, "no source 'dream'"),
        ({"severity": -1.0}, "severity -1"),
        ({"threshold": 2.0}, "not a probability"),
        ({"share": 2.0}, "share of spoilt rows"),
    ],
)
def test_what_cannot_be_tested_is_refused(given, text):
    with pytest.raises(InputError, match=text):
        stress("bias", **({"threshold": T} | given))
