"""The 98.2 % that a predecessor published, recomputed, with what was wrong and how lucky it was.

The predecessor fitted a soft vote of four models on a stratified split (seed 42) and showed its
accuracy on another, unstratified split of the same seed: most of the cases shown had been trained
on. The fifteen features, moreover, were selected with the diagnoses of all cases. Its stored model
came from scikit-learn 1.4 and is not opened here: the recipe is fitted again, with every setting
that was not published left at scikit-learn's default, so single cases may fall otherwise than in
the stored model. ``SVC(probability=True)``, which the recipe used, is on its way out of
scikit-learn; its Platt scaling is done by ``CalibratedClassifierCV`` over five folds, as there.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer import data
from core.breast_cancer.schema import FEATURES
from core.stats.binary import auc
from core.stats.intervals import Interval, clopper_pearson

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Rows = NDArray[np.intp]

PUBLISHED_CORRECT, PUBLISHED_N = 112, 114
PUBLISHED_AUC = 0.9990
SEED = 42
TEST_SHARE = 0.2
KEPT = 15
LUCK_SPLITS = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """How the recipe does on a set of cases.

    Attributes
    ----------
    n, seen : int
        Cases, and those among them that the model was fitted on.
    true_negatives, false_positives, false_negatives, true_positives : int
        Calls at probability 0.5; positive means malignant.
    auc : float
        Area under the ROC curve.
    """

    n: int
    seen: int
    true_negatives: int
    false_positives: int
    false_negatives: int
    true_positives: int
    auc: float

    @property
    def accuracy(self) -> Interval:
        """Share correct, with its exact interval."""
        return clopper_pearson(self.true_negatives + self.true_positives, self.n)

    @property
    def sensitivity(self) -> Interval:
        """Share of cancers found, with its exact interval."""
        found = self.true_positives
        return clopper_pearson(found, found + self.false_negatives)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        return {
            **dataclasses.asdict(self),
            "accuracy": self.accuracy.to_dict(),
            "sensitivity": self.sensitivity.to_dict(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class CaseStudy:
    """One fit of the recipe, judged four ways.

    Attributes
    ----------
    features : tuple of str
        The fifteen selected.
    shown : Figures
        On the cases the predecessor's page showed.
    unseen : Figures
        On those of them that were not trained on.
    held_out : Figures
        On the cases that the fit had left out.
    training : Figures
        On the training cases.
    """

    features: tuple[str, ...]
    shown: Figures
    unseen: Figures
    held_out: Figures
    training: Figures

    def to_dict(self) -> dict[str, Any]:
        """Return the study as plain data."""
        parts = ("shown", "unseen", "held_out", "training")
        return {
            "features": list(self.features),
            **{name: getattr(self, name).to_dict() for name in parts},
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Luck:
    """Honest splits of the same recipe: features selected and models fitted on the training part.

    Attributes
    ----------
    n_test : int
        Cases tested in each split.
    correct : tuple of int
        Cases called right, split by split (seeds 0, 1, ...).
    aucs : tuple of float
        Areas under the ROC curve, split by split.
    """

    n_test: int
    correct: tuple[int, ...]
    aucs: tuple[float, ...]

    def percentile(self, correct: int) -> float:
        """Return the share of splits with fewer cases right, ties half; 0..100."""
        counts = np.array(self.correct)
        return float(100 * (np.mean(counts < correct) + 0.5 * np.mean(counts == correct)))

    def share_as_good(self, correct: int) -> float:
        """Return the share of splits with at least so many cases right; 0..1."""
        return float(np.mean(np.array(self.correct) >= correct))

    def to_dict(self, held_out: int) -> dict[str, Any]:
        """Return the distribution, with the published figure and the hold-out's placed in it.

        Parameters
        ----------
        held_out : int
            Cases called right on the original split's own hold-out.
        """
        shares = np.array(self.correct) / self.n_test
        low, high = np.quantile(shares, (0.025, 0.975))
        return {
            "splits": len(self.correct),
            "n_test": self.n_test,
            "correct": list(self.correct),
            "accuracy_mean": float(shares.mean()),
            "accuracy_sd": float(shares.std(ddof=1)),
            "accuracy_low": float(low),
            "accuracy_high": float(high),
            "auc_mean": float(np.mean(self.aucs)),
            "auc_sd": float(np.std(self.aucs, ddof=1)),
            "published_percentile": self.percentile(PUBLISHED_CORRECT),
            "published_share_as_good": self.share_as_good(PUBLISHED_CORRECT),
            "held_out_percentile": self.percentile(held_out),
        }


def case_study() -> CaseStudy:
    """Fit the recipe once as the predecessor did, and judge it as it did and as it should have."""
    cohort = data.wdbc()
    everyone = np.arange(cohort.n)
    columns = select(cohort.X, cohort.y)  # on all cases, as the predecessor did
    fitted_on, held_out = split(SEED, stratified=True)
    _, shown = split(SEED, stratified=False)
    p = fit_predict(cohort.X[:, columns], cohort.y, fitted_on, everyone)

    def judge(rows: Rows) -> Figures:
        return _figures(cohort.y[rows], p[rows], int(np.isin(rows, fitted_on).sum()))

    return CaseStudy(
        features=tuple(FEATURES.names[j] for j in columns),
        shown=judge(shown),
        unseen=judge(np.setdiff1d(shown, fitted_on)),
        held_out=judge(held_out),
        training=judge(fitted_on),
    )


def luck(splits: int = LUCK_SPLITS) -> Luck:
    """Fit and test the recipe on the stratified splits of the seeds 0 to ``splits`` - 1."""
    cohort = data.wdbc()
    correct, aucs = [], []
    for seed in range(splits):
        fitted_on, held_out = split(seed, stratified=True)
        columns = select(cohort.X[fitted_on], cohort.y[fitted_on])
        p = fit_predict(cohort.X[:, columns], cohort.y, fitted_on, held_out)
        truth = cohort.y[held_out]
        correct.append(int(np.sum((p >= 0.5) == (truth == 1))))
        aucs.append(auc(truth, p))
    return Luck(len(held_out), tuple(correct), tuple(aucs))


def split(seed: int, *, stratified: bool) -> tuple[Rows, Rows]:
    """Return the row numbers of four fifths and of one fifth of the cases, in drawn order."""
    from sklearn.model_selection import train_test_split

    y = data.wdbc().y
    parts = train_test_split(
        np.arange(len(y)),
        test_size=TEST_SHARE,
        random_state=seed,
        stratify=y if stratified else None,
    )
    return parts[0], parts[1]


def select(X: Floats, y: Labels) -> Rows:
    """Return the fifteen columns with the largest F statistic between the classes, ascending."""
    from sklearn.feature_selection import f_classif

    return np.sort(np.argsort(-f_classif(X, y)[0], kind="stable")[:KEPT])


def fit_predict(X: Floats, y: Labels, fitted_on: Rows, asked: Rows) -> Floats:
    """Fit scaling and the vote on some rows; return the probabilities of malignancy of others."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), _vote()).fit(X[fitted_on], y[fitted_on])
    p: Floats = model.predict_proba(X[asked])[:, 1]
    return p


def _vote() -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import (
        GradientBoostingClassifier,
        RandomForestClassifier,
        VotingClassifier,
    )
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import SVC

    members = [
        ("rf", RandomForestClassifier(n_estimators=100, random_state=SEED, n_jobs=1)),
        ("gb", GradientBoostingClassifier(random_state=SEED)),
        ("lr", LogisticRegression(max_iter=1000, random_state=SEED)),
        ("svc", CalibratedClassifierCV(SVC(), method="sigmoid", cv=5, ensemble=False)),
    ]
    return VotingClassifier(members, voting="soft")


def _figures(y: Labels, p: Floats, seen: int) -> Figures:
    called, malignant = p >= 0.5, y == 1
    return Figures(
        n=len(y),
        seen=seen,
        true_negatives=int(np.sum(~called & ~malignant)),
        false_positives=int(np.sum(called & ~malignant)),
        false_negatives=int(np.sum(~called & malignant)),
        true_positives=int(np.sum(called & malignant)),
        auc=auc(y, p),
    )
