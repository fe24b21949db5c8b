"""One call: models of several libraries, given predictions, every kind of outcome, no crash."""

from __future__ import annotations

import json
import math
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.datasets import load_breast_cancer, load_iris, make_classification, make_regression
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, f1_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from xgboost import XGBClassifier

from core import trust
from core.errors import InputError, NotEnoughDataError
from tests.core.trust.conftest import oracle

KEYS = {"verdict", "policy", "checks", "metrics"}
CHECK_KEYS = {"id", "area", "status", "estimate", "ci_low", "ci_high", "n", "reason"}
STATUSES = {"pass", "fail", "not enough evidence"}


def split(X, y):
    return train_test_split(X, y, test_size=0.4, random_state=0, stratify=y)


def strict(found: trust.Audit) -> dict:
    """Return the document as a strict parser reads it, after checking its shape."""
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert set(document) >= KEYS
    assert document["verdict"] in STATUSES
    for check in document["checks"]:
        assert set(check) >= CHECK_KEYS
        assert check["status"] in STATUSES
        assert check["reason"]
    return document


def test_the_familiar_call_runs_unchanged():
    X, y = make_classification(n_samples=500, n_features=10, random_state=42)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42)
    model = RandomForestClassifier(random_state=42).fit(X_train, y_train)
    y_prob = model.predict_proba(X_test)

    report = trust.analyze(model, X_test, y_test, y_prob=y_prob)

    assert report.show() == str(report)
    p = y_prob[:, 1]
    called = (p >= 0.5).astype(int)
    metrics = strict(report)["metrics"]
    expected = {
        "auc": roc_auc_score(y_test, p),
        "brier": brier_score_loss(y_test, p),
        "accuracy": accuracy_score(y_test, called),
        "f1": f1_score(y_test, called),
        "log_loss": log_loss(y_test, np.clip(p, 2.3e-16, 1 - 2.3e-16)),
    }
    for name, value in expected.items():
        assert metrics[name] == pytest.approx(value, abs=1e-9), name
    assert metrics["n"] == 150


def test_given_probabilities_win_over_the_model_and_none_may_be_needed():
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = split(X, y)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)
    p = model.predict_proba(X_test)
    asked = trust.analyze(model, X_test, y_test)
    given_ = trust.analyze(None, X_test, y_test, y_prob=p)
    alone = trust.analyze(None, X_test, y_test, p[:, 1])
    assert asked.metrics == given_.metrics == alone.metrics
    turned = trust.analyze(model, X_test, y_test, y_prob=1 - p)
    assert turned.metrics["auc"] == pytest.approx(1 - asked.metrics["auc"])
    assert turned.metrics["accuracy"] == pytest.approx(1 - asked.metrics["accuracy"])


def test_models_of_other_kinds():
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X_train, X_test, y_train, y_test = split(X, y)
    names = np.array(["malignant", "benign"])
    boosted = XGBClassifier(n_estimators=20, max_depth=2).fit(X_train, y_train)
    booster = trust.analyze(boosted.get_booster(), X_test, y_test)
    assert booster.metrics["auc"] == pytest.approx(
        trust.analyze(boosted, X_test, y_test).metrics["auc"], abs=1e-6
    )
    svc = make_pipeline(StandardScaler(), LinearSVC()).fit(X_train, names[y_train])
    calls_only = trust.analyze(svc, X_test, names[y_test])
    assert calls_only.metrics["auc"] is None
    assert calls_only.metrics["accuracy"] > 0.9
    assert {c.id for c in calls_only.checks} >= {"discrimination.accuracy", "calibration.mean"}
    assert strict(calls_only)["verdict"] == "not enough evidence"


def test_rows_that_are_no_table_are_audited_without_slices():
    words = np.array(["good fine", "bad poor", "fine", "poor"] * 20)
    y = np.array([1, 0, 1, 0] * 20)
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(words, y)
    for rows in (words, list(words), pd.Series(words)):
        assert trust.analyze(model, rows, y).metrics["accuracy"] == 1.0
    X = csr_matrix(np.eye(80))
    sparse = LogisticRegression().fit(X, y)
    assert trust.analyze(sparse, X, y).metrics["n"] == 80


def test_several_classes():
    X, y = load_iris(return_X_y=True)
    X_train, X_test, y_train, y_test = split(X, y)
    names = np.array(["setosa", "versicolor", "virginica"])
    model = LogisticRegression(max_iter=500).fit(X_train, names[y_train])
    found = trust.analyze(model, X_test, names[y_test], groups={"half": [0, 1] * 30})
    document = strict(found)
    assert document["task"] == "multiclass"
    assert document["classes"] == list(names)
    assert "utility" not in document["panels"]
    assert "utility.net_benefit" not in {c["id"] for c in document["checks"]}
    # The default penalty leaves the model too modest: 59 of 60 right at a mean confidence of 0.88.
    assert {c["id"] for c in document["checks"] if c["status"] == "fail"} == {"calibration.slope"}


def test_a_quantity():
    X, y = make_regression(400, 5, noise=10, random_state=0)
    model = LinearRegression().fit(X[:200], y[:200])
    found = trust.analyze(model, X[200:], y[200:], groups={"site": ["a", "b"] * 100})
    document = strict(found)
    assert document["task"] == "regression"
    assert {c["id"] for c in document["checks"]} >= {"regression.skill"}
    pressure = np.round(120 + y[200:] / 10)  # whole numbers, many of them: still a quantity
    assert trust.audit(pressure, pred=pressure + 1.0).task == "regression"
    with pytest.raises(InputError, match="pred"):
        trust.audit(y[200:] + 0.5)


@pytest.mark.parametrize("n", [1, 2, 3, 30, 171])
@pytest.mark.parametrize("policy", ["clinical-strict", "screening", "research"])
def test_a_perfect_model_is_never_failed(n, policy):
    rng = np.random.default_rng(n)
    y = (rng.random(n) < 0.4).astype(int)
    groups = {"site": rng.choice(["a", "b", "c"], n)}
    for p in (y.astype(float), 0.1 + 0.8 * y, 0.45 + 0.1 * y):
        found = trust.audit(y, p, groups=groups, batch=np.arange(n) * 4 // n, policy=policy)
        assert strict(found)["verdict"] != "fail", found.show()


def test_a_calibrated_model_with_enough_rows_passes_and_an_overconfident_one_fails():
    y, p = oracle(20_000)
    sex = np.random.default_rng(1).choice(["f", "m"], len(y))
    assert trust.audit(y, p, groups={"sex": sex}).verdict.status == "pass"
    sharp = p**2.5 / (p**2.5 + (1 - p) ** 2.5)
    bad = trust.audit(y, sharp, groups={"sex": sex})
    assert bad.verdict.status == "fail"
    assert "calibration.slope" in {c.id for c in bad.checks if c.status == "fail"}


def test_no_attribute_is_never_called_fair():
    y, p = oracle(20_000)
    found = trust.audit(y, p)
    assert found.verdict.status == "not enough evidence"
    only = trust.audit(y, p, areas=["fairness"], groups={"g": np.arange(len(y)) % 2})
    assert only.verdict.status == "not enough evidence"
    assert only.panel("calibration") is None


def test_a_one_person_group_changes_no_verdict():
    y, p = oracle(3_000)
    rng = np.random.default_rng(3)
    site = rng.choice(["a", "b", "c"], len(y)).astype(object)
    before = trust.audit(y, p, groups={"site": site})
    worst = np.append(y, 1), np.append(p, 0.01), np.append(site, "one person")
    after = trust.audit(worst[0], worst[1], groups={"site": worst[2]})
    kinds = [[(c.id, c.status) for c in one.checks] for one in (before, after)]
    assert kinds[0] == kinds[1]


def test_equal_input_gives_equal_bytes_in_any_thread():
    y, p = oracle(400)
    given_ = {"groups": {"g": np.arange(400) % 3}, "batch": np.arange(400) // 100}
    first = json.dumps(trust.audit(y, p, **given_).to_dict())
    others: list[str] = []

    def again() -> None:
        others.append(json.dumps(trust.audit(y, p, **given_).to_dict()))

    threads = [threading.Thread(target=again) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert others == [first] * 3


def test_the_order_of_the_rows_does_not_matter():
    y, p = oracle(600)
    frame = pd.DataFrame({"a": p + 0.1 * y, "b": np.arange(600) % 7})
    site = np.array(["x", "y", "z"])[np.arange(600) % 3]
    order = np.random.default_rng(0).permutation(600)
    one = trust.audit(y, p, groups={"site": site}, features=frame)
    other = trust.audit(
        y[order], p[order], groups={"site": site[order]}, features=frame.iloc[order]
    )
    for a, b in zip(one.checks, other.checks, strict=True):
        assert (a.id, a.status) == (b.id, b.status)
        assert a.measured.estimate == pytest.approx(b.measured.estimate, nan_ok=True)
    assert one.metrics == pytest.approx(other.metrics, nan_ok=True)


def test_arguments_are_not_changed_and_nothing_is_printed(capsys):
    y, p = oracle(200)
    frame = pd.DataFrame({"a": p, "b": ["x", None] * 100})
    kept = y.copy(), p.copy(), frame.copy()
    trust.audit(y, p, groups=frame[["b"]], features=frame)
    assert (y == kept[0]).all()
    assert (p == kept[1]).all()
    pd.testing.assert_frame_equal(frame, kept[2])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"areas": ["calibraton"]}, "areas: 'calibraton' is no part of an audit"),
        ({"policy": "clinical"}, "policy: there is none called 'clinical'"),
        ({"task": "sorting"}, "task"),
        ({"threshold": 1.5}, "threshold"),
    ],
)
def test_a_wrong_option_is_named(given_, said):
    y, p = oracle(50)
    with pytest.raises(InputError, match=said):
        trust.audit(y, p, **given_)


def test_no_rows():
    with pytest.raises(NotEnoughDataError):
        trust.audit([], [])


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 40),
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["constant", "certain", "coarse", "free"]),
    share=st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    classes=st.sampled_from([2, 3]),
)
def test_every_small_input_ends_in_a_document(n, seed, kind, share, classes):
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.ones(classes), n)
    if kind == "constant":
        proba[:] = proba[0]
    elif kind == "certain":
        proba = np.eye(classes)[rng.integers(0, classes, n)]
    elif kind == "coarse" and classes == 2:
        p = np.round(proba[:, 1], 1)
        proba = np.column_stack([1 - p, p])
    y = np.where(rng.random(n) < share, classes - 1, 0)
    found = trust.audit(
        y,
        proba,
        classes=list(range(classes)),
        positive=1 if classes == 2 else None,
        groups={"g": rng.integers(0, 3, n), "one": np.zeros(n)},
        batch=np.sort(rng.integers(0, 4, n)),
        features=rng.normal(size=(n, 2)),
        embeddings=rng.normal(size=(n, 3)),
    )
    document = strict(found)
    for name, value in document["metrics"].items():
        assert value is None or math.isfinite(value), name
