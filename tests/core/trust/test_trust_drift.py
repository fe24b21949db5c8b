from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.special import expit

from core.errors import InputError
from core.stats.calibration_eprocess import CalibrationMonitor
from core.trust.drift.findings import drift_findings
from core.trust.drift.panel import drift_panel
from core.trust.predictions import Batches, Context, Grouping, Predictions

STEADY = (0.0, 1.0)


def predictions(y, p, index, groups=(), labels=None):
    names = labels or tuple(f"week {i + 1}" for i in range(max(index) + 1))
    batches = Batches(tuple(names), np.asarray(index))
    return Predictions(
        y=np.asarray(y, dtype=np.int64),
        proba=np.column_stack([1 - p, p]),
        called=(p >= 0.5).astype(np.int64),
        classes=("well", "ill"),
        threshold=0.5,
        context=Context(groups=tuple(groups), batches=batches),
    )


def stream(sizes, lines, seed=0, groups=()):
    rng = np.random.default_rng(seed)
    index = np.repeat(np.arange(len(sizes)), sizes)
    score = -1.15 + 1.3 * rng.standard_normal(len(index))
    a, b = np.array(lines)[index].T
    y = (rng.random(len(index)) < expit(a + b * score)).astype(np.int64)
    return predictions(y, expit(score), index, groups)


def shuffled(read, seed=0):
    order = np.random.default_rng(seed).permutation(read.n)
    batches = read.context.batches
    groups = tuple(Grouping(g.name, g.levels, g.index[order]) for g in read.context.groups)
    return Predictions(
        read.y[order],
        read.proba[order],
        read.called[order],
        read.classes,
        read.threshold,
        Context(groups=groups, batches=Batches(batches.labels, batches.index[order])),
    )


def test_a_change_is_found_dated_and_explained():
    read = stream([400] * 10, [STEADY] * 5 + [(0, 0.4)] * 5)
    panel = drift_panel(read)
    assert panel.reference_labels == ("week 1",)
    assert panel.n_reference == 400
    changed = [batch.name for batch in panel.later if batch.changed]
    assert changed[0] in {"week 6", "week 7"}
    assert panel.changed.p_slope < 1e-6
    assert "slope" in panel.reading
    assert changed[0] in panel.reading
    assert panel.alarm in panel.reading
    assert "Miscalibration is shown in" in panel.now
    assert panel.trend.p < 0.01
    assert panel.recalibration.batches[-1].after < panel.recalibration.batches[-1].before
    assert panel.subject.startswith("outcome ill")


def test_always_wrong_is_not_changed():
    panel = drift_panel(stream([300] * 8, [(0.0, 0.5)] * 8, seed=2))
    assert sum(batch.p_now <= 0.05 for batch in panel.batches) >= 5
    assert not any(batch.changed for batch in panel.later)
    assert "No change" in panel.reading
    assert panel.alarm is None


def test_the_monitor_alone_says_what_the_panel_says():
    read = stream([300] * 6, [STEADY] * 3 + [(0.7, 1.0)] * 3)
    panel = drift_panel(read, reference=2)
    index, p = read.context.batches.index, read.p
    known = index < 2
    monitor = CalibrationMonitor.start(read.y[known], p[known])
    for number in range(2, 6):
        rows = np.random.default_rng(0).permutation(np.flatnonzero(index == number))
        monitor = monitor.update(read.y[rows], p[rows])
        monitor = CalibrationMonitor.from_dict(json.loads(json.dumps(monitor.to_dict())))
    assert monitor.to_dict() == panel.monitor.to_dict()
    assert monitor.log_evidence == tuple(batch.log_evidence for batch in panel.later)


def test_row_order_leaves_no_trace_and_json_is_strict():
    groups = (Grouping("sex", ("f", "m"), np.tile([0, 1], 400)),)
    read = stream([200] * 4, [STEADY] * 4, groups=groups)
    plain = json.dumps(drift_panel(read).to_dict(), allow_nan=False)
    assert json.dumps(drift_panel(shuffled(read)).to_dict(), allow_nan=False) == plain
    assert json.dumps(drift_panel(read, seed=0).to_dict(), allow_nan=False) == plain
    found = drift_findings(drift_panel(read))
    assert found == drift_findings(drift_panel(shuffled(read, 3)))


def test_small_batches_are_merged_and_the_last_is_left_over():
    read = stream([400, 400, 12, 12, 400, 6], [STEADY] * 6)
    panel = drift_panel(read)
    assert [batch.name for batch in panel.batches] == [
        "week 1",
        "week 2",
        "week 3 to week 5",
        "week 6",
    ]
    assert [batch.role for batch in panel.batches] == ["reference", "later", "later", "incomplete"]
    assert panel.batches[-1].p_now is None
    assert panel.batches[-1].shift is None
    text = " ".join(panel.notes)
    assert "week 3 to week 5" in text
    assert "week 6 is shown and not judged" in text
    assert sum(batch.calibration.n for batch in panel.batches) == read.n


def test_the_reference_is_the_earliest_that_suffices():
    assert drift_panel(stream([150] * 8, [STEADY] * 8)).reference_labels == (
        "week 1",
        "week 2",
        "week 3",
    )
    # Half of the batches at most, however few outcomes they hold.
    assert len(drift_panel(stream([60] * 6, [STEADY] * 6)).reference_labels) == 3
    assert len(drift_panel(stream([60] * 6, [STEADY] * 6), reference=1).reference_labels) == 1
    with pytest.raises(InputError, match="number from 1 to 5"):
        drift_panel(stream([60] * 6, [STEADY] * 6), reference=6)
    with pytest.raises(InputError, match="window=0"):
        drift_panel(stream([60] * 6, [STEADY] * 6), window=0)


@pytest.mark.parametrize("sizes", [[500], [500, 5], [3, 500], [5, 5, 5]])
def test_too_little_to_compare(sizes):
    panel = drift_panel(stream(sizes, [STEADY] * len(sizes)))
    assert "not enough data" in panel.reading
    assert panel.since is None
    for finding in drift_findings(panel):
        assert (finding.p_met, finding.p_broken) == (None, None)
        assert math.isnan(finding.measured.estimate)
        assert finding.reason == panel.reading
    json.dumps(panel.to_dict(), allow_nan=False)


def test_without_batches_or_probabilities_there_is_no_panel():
    read = stream([50, 50], [STEADY] * 2)
    fields = (read.y, read.proba, read.called, read.classes, read.threshold)
    assert drift_panel(Predictions(*fields)) is None
    calls = Predictions(read.y, None, read.called, read.classes, None, read.context)
    assert drift_panel(calls) is None


def test_a_batch_label_without_rows_is_passed_over():
    read = stream([300, 300], [STEADY] * 2)
    index = np.where(read.context.batches.index == 0, 0, 2)
    panel = drift_panel(predictions(read.y, read.p, index, labels=("a", "b", "c")))
    assert [batch.name for batch in panel.batches] == ["a", "c"]


def test_more_classes_are_followed_by_the_class_called():
    rng = np.random.default_rng(0)
    proba = rng.dirichlet((1, 1, 1), 900)
    y = (rng.random(900)[:, None] > np.cumsum(proba, axis=1)).sum(axis=1)
    context = Context(batches=Batches(("a", "b", "c"), np.repeat([0, 1, 2], 300)))
    read = Predictions(y, proba, proba.argmax(axis=1), ("x", "y", "z"), None, context)
    panel = drift_panel(read)
    assert "class called" in panel.subject
    assert panel.events_reference == int(read.correct[:300].sum())
    assert not any(batch.changed for batch in panel.later)


@pytest.mark.parametrize("levels", [(0.1, 0.9), (0.0, 1.0)])
def test_a_perfect_model_never_fails(levels):
    y = np.tile([0, 1], 600)
    p = np.array(levels)[y]
    read = predictions(y, p, np.repeat(np.arange(6), 200))
    panel = drift_panel(read)
    assert panel.monitor is None
    assert "cannot run" in " ".join(panel.notes)
    assert all(finding.p_broken == 1 for finding in drift_findings(panel))
    assert all(finding.p_broken >= 0.9 for finding in drift_findings(panel, 0, 1))
    json.dumps(panel.to_dict(), allow_nan=False)


def test_groups_are_compared_or_named_as_too_small():
    site = np.tile([0] * 49 + [1] * 50 + [2], 40)
    read = stream([2000, 2000], [STEADY] * 2, groups=[Grouping("site", ("a", "b", "c"), site)])
    moved = np.where(
        (site == 1) & (read.context.batches.index == 1) & (np.arange(4000) % 2 == 0), 1, read.y
    )
    panel = drift_panel(predictions(moved, read.p, read.context.batches.index, read.context.groups))
    by_level = {group.level: group.p_adjusted for group in panel.groups}
    assert by_level["b"] < 1e-6
    assert by_level["a"] > 0.05
    assert len(panel.groups_left_out) == 1
    assert panel.groups_left_out[0].startswith("site = c")
    assert "site = b" in panel.reading


def test_recalibration_never_sees_what_it_is_judged_on():
    read = stream([300] * 6, [STEADY] * 3 + [(0, 0.5)] * 3)
    trial = drift_panel(read, reference=2, window=2).recalibration
    assert [batch.batch for batch in trial.batches] == [f"week {i}" for i in (3, 4, 5, 6)]
    last = read.context.batches.index == 5
    other = predictions(np.where(last, 1 - read.y, read.y), read.p, read.context.batches.index)
    again = drift_panel(other, reference=2, window=2).recalibration
    for one, two in zip(trial.batches, again.batches, strict=True):
        assert (one.intercept, one.slope) == (two.intercept, two.slope)
    assert trial.current != again.current
    weights = [batch.n * (batch.before - batch.after) for batch in trial.batches]
    assert trial.gain.estimate == pytest.approx(sum(weights) / 1200)
    assert drift_panel(read, reference=2, window=6).recalibration is None


def test_other_cases_without_a_change_of_calibration():
    rng = np.random.default_rng(1)
    score = np.concatenate([rng.normal(-1.5, 1, 1500), rng.normal(-0.5, 1, 1500)])
    y = (rng.random(3000) < expit(score)).astype(int)
    panel = drift_panel(predictions(y, expit(score), np.repeat(np.arange(6), 500)), reference=3)
    assert all(part.scores.alarm and part.rate.alarm for part in panel.case_mix)
    assert all(part.psi > part.psi_chance for part in panel.case_mix)
    assert not any(batch.changed for batch in panel.later)
    assert "Other scores" in panel.reading


def test_findings_decide_by_margins():
    same = drift_panel(stream([4000] * 3, [STEADY] * 3))
    each, overall = drift_findings(same, slope_ratio=1.3)
    assert (each.id, overall.id) == ("drift.calibration", "drift.calibration_overall")
    assert each.p_met <= 0.05
    assert overall.p_met <= 0.05
    assert each.p_broken > 0.5
    far = drift_panel(stream([4000] * 3, [STEADY] * 2 + [(1.0, 1.0)]))
    each, overall = drift_findings(far)
    assert each.p_broken <= 0.001
    assert "week 3" in each.reason
    assert each.measured.estimate == pytest.approx(1, abs=0.2)
    plain = drift_findings(far, 0, 1)[0]
    assert plain.p_broken == pytest.approx(min(batch.p_change for batch in far.later), abs=1e-12)
    with pytest.raises(InputError, match="margin=-1"):
        drift_findings(same, margin=-1)
    with pytest.raises(InputError, match=r"slope_ratio=0\.5"):
        drift_findings(same, slope_ratio=0.5)


def test_a_change_that_lasts_is_judged_in_the_batches_since_then():
    lines = [STEADY] * 13 + [(0.4, 0.5)] * 8
    panel = drift_panel(stream([400] + [60] * 20, lines, seed=[5, 0]), reference=1)
    assert list(panel.recent) == [2, 4, 8, 16]
    each, overall = drift_findings(panel)
    assert each.p_broken > 0.05
    assert overall.p_broken <= 0.05
    assert "the last 4 batches" in overall.reason
    assert panel.recent[8].n == 480


def test_false_alarms_and_power_over_24_batches():
    sizes, steady = [2000] + [100] * 24, [STEADY] * 25
    quiet = moved = 0
    for seed in range(25):
        panel = drift_panel(stream(sizes, steady, seed=[1, seed]), reference=1)
        quiet += any(batch.changed for batch in panel.later) or panel.alarm is not None
        lines = steady[:13] + [(0, 0.6)] * 12
        panel = drift_panel(stream(sizes, lines, seed=[2, seed]), reference=1)
        moved += any(batch.changed for batch in panel.later)
    assert quiet <= 4
    assert moved >= 17
