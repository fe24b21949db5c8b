"""Predictions of models of every make, and the sentences where there are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xgboost
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from core.errors import InputError
from core.trust.door.from_model import model_predictions
from core.trust.door.inputs import read_predictions
from core.trust.door.labels import label_name

CANCER = load_breast_cancer(as_frame=True)
X, Y = CANCER.data.iloc[:150, :5], CANCER.target.iloc[:150]
IRIS_X, IRIS_Y = load_iris(return_X_y=True)


def fitted(y: Any = Y) -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)


def booster(objective: str, **parameters: Any) -> xgboost.Booster:
    options = {"objective": objective, "nthread": 1, **parameters}
    return xgboost.train(options, xgboost.DMatrix(X, Y), 3)


@pytest.mark.parametrize("labels", [Y, Y.map({0: "malignant", 1: "benign"}), Y == 1, Y + 1])
def test_a_pipeline(labels: Any) -> None:
    model = fitted(labels)
    output = model_predictions(model, X)
    found = read_predictions(labels, output.proba, classes=output.classes)
    assert output.pred is None
    called = np.array(found.classes)[found.called]
    assert called.tolist() == [label_name(label) for label in model.predict(X)]
    column = [label_name(label) for label in model.classes_]
    p = model.predict_proba(X)[:, column.index(found.classes[1])]
    np.testing.assert_allclose(found.p, p, atol=1e-15)


def test_three_classes() -> None:
    model = RandomForestClassifier(10, random_state=0).fit(IRIS_X, IRIS_Y)
    output = model_predictions(model, IRIS_X)
    found = read_predictions(IRIS_Y, output.proba, classes=output.classes)
    assert found.called.tolist() == model.predict(IRIS_X).tolist()


def test_without_probabilities() -> None:
    model = LinearSVC().fit(IRIS_X, IRIS_Y)
    output = model_predictions(model, IRIS_X)
    assert output.proba is None
    assert "only its calls" in output.notes[0]
    found = read_predictions(IRIS_Y, pred=output.pred, classes=output.classes)
    assert found.called.tolist() == model.predict(IRIS_X).tolist()


def test_a_regressor() -> None:
    output = model_predictions(LinearRegression().fit(X, Y), X)
    assert output.proba is None
    assert output.classes is None
    assert output.notes == ()
    assert len(output.pred) == len(X)


def test_functions_and_foreign_objects() -> None:
    class Foreign:
        def predict_proba(self, rows: Any) -> list[list[float]]:
            return [[0.4, 0.6]] * len(rows)

    assert model_predictions(Foreign(), X).proba == [[0.4, 0.6]] * 150
    assert model_predictions(lambda rows: np.full(len(rows), 0.3), X).proba.tolist() == [0.3] * 150


@pytest.mark.parametrize("rows", [X, X.to_numpy(), xgboost.DMatrix(X)])
@pytest.mark.parametrize(
    ("objective", "parameters", "shape"),
    [
        ("binary:logistic", {}, (150,)),
        ("reg:logistic", {}, (150,)),
        ("multi:softprob", {"num_class": 3}, (150, 3)),
    ],
)
def test_boosters_with_probabilities(
    rows: Any, objective: str, parameters: Any, shape: Any
) -> None:
    output = model_predictions(booster(objective, **parameters), rows)
    assert output.proba.shape == shape
    assert output.pred is None


@pytest.mark.parametrize(
    ("objective", "parameters", "noted"),
    [("multi:softmax", {"num_class": 2}, True), ("binary:hinge", {}, True),
     ("reg:squarederror", {}, False)],
)  # fmt: skip
def test_boosters_without_probabilities(objective: str, parameters: Any, noted: bool) -> None:
    output = model_predictions(booster(objective, **parameters), X)
    assert output.proba is None
    assert len(output.pred) == 150
    assert bool(output.notes) == noted


def test_xgboost_classifier() -> None:
    model = xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(X, Y)
    output = model_predictions(model, X)
    assert output.classes == (0, 1)
    np.testing.assert_array_equal(output.proba, model.predict_proba(X))


def test_given_probabilities_take_the_place_of_the_models_own() -> None:
    """The original paired recalibrated probabilities with the calls of the model."""
    model = xgboost.XGBClassifier(n_estimators=20, n_jobs=1).fit(X, Y)
    output = model_predictions(model, X, y_prob=np.full(150, 0.1))
    assert output.pred is None
    found = read_predictions(Y, output.proba, classes=output.classes)
    assert not found.called.any()
    assert found.correct.mean() == np.mean(Y == 0)


def test_predictions_without_a_model() -> None:
    assert model_predictions(None, None, y_prob=[0.2]).proba == [0.2]
    output = model_predictions(None, None, y_pred=[1])
    assert output.pred == [1]
    assert output.classes is None


def boom(rows: Any) -> Any:
    raise RuntimeError("out of cheese")


@pytest.mark.parametrize(
    ("model", "rows", "parts"),
    [
        (None, X, ("model: is missing", "y_prob")),
        (fitted(), None, ("X: is missing",)),
        (LogisticRegression, X, ("model: is the class LogisticRegression", "fitted")),
        (LogisticRegression(), X, ("X: cannot be predicted", "not fitted")),
        (fitted(), X.iloc[:, :3], ("X: has 3 columns", "trained with 5", "'mean radius'")),
        (fitted(), X.to_numpy()[:, :3], ("X: has 3 columns", "trained with 5")),
        (fitted(), X.astype(str) + "x", ("X: cannot be predicted", "could not convert")),
        (boom, X, ("X: cannot be predicted", "out of cheese")),
        (lambda rows: np.zeros(3), X, ("model: answers with 3 rows for the 150 rows of X",)),
        (3, X, ("model: is a int, which cannot predict",)),
        (booster("binary:logitraw"), X, ("binary:logitraw", "scores, no probabilities")),
        (booster("rank:pairwise"), X, ("rank:pairwise", "scores, no probabilities")),
        (booster("binary:logistic"), X.iloc[:, :3], ("X: cannot be predicted", "feature")),
        (
            MultiOutputClassifier(DecisionTreeClassifier()).fit(X, np.c_[Y, 1 - Y]),
            X,
            ("model: predicts 2 outcomes at once",),
        ),
    ],
)
def test_refusals(model: Any, rows: Any, parts: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        model_predictions(model, rows)
    for part in parts:
        assert part in caught.value.message
