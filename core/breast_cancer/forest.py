"""A random forest, stored as an XGBoost booster that gives the same probabilities.

scikit-learn's own file format for forests is pickle, which can run code when it is read. The trees
are therefore copied, split by split, into XGBoost's open format. Every leaf holds its share of
malignant training cases divided by the number of trees, so that the booster's sum is the forest's
mean, and every node holds its number of training cases, so that XGBoost's exact TreeSHAP explains
the forest's probability.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer.schema import FEATURES
from core.stats.platt import Calibration

if TYPE_CHECKING:
    import xgboost
    from sklearn.ensemble import RandomForestClassifier

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

BOOSTER_FILE, META_FILE = "forest.ubj", "forest.json"

_NO_PARENT = 2**31 - 1
_VERSION = [3, 2, 0]  # of the format written here; later releases of XGBoost read it


@dataclasses.dataclass(frozen=True)
class Forest:
    """A calibrated random forest.

    Attributes
    ----------
    booster : xgboost.Booster
        The trees; read-only.
    calibration : Calibration
        From the forest's raw probability to calibrated log-odds: a line, so that the exact shares
        of the raw probability are, times its slope, exact shares of the log-odds.
    tag : str
        Artefact and model name, shown beside results.
    """

    booster: xgboost.Booster
    calibration: Calibration
    tag: str = ""

    @functools.cached_property
    def trees(self) -> int:
        """Number of trees."""
        return int(self.booster.num_boosted_rounds())

    def raw(self, X: Floats) -> Floats:
        """Return the mean over the trees of the malignant share in the leaf reached.

        Parameters
        ----------
        X : ndarray, shape (n, 30)
            Values in the order of ``FEATURES``; a case with a missing value has no answer (NaN).

        Returns
        -------
        ndarray, shape (n,)
        """
        singles = np.asarray(X, dtype=np.float32)  # scikit-learn's trees see single precision
        total = self.booster.inplace_predict(singles).astype(np.float64)
        return np.where(np.isnan(singles).any(axis=1), np.nan, total / self.trees)

    def log_odds(self, X: Floats) -> Floats:
        """Return the calibrated log-odds of malignancy, shape (n,)."""
        return self.calibration(self.raw(X))

    def probability(self, X: Floats) -> Floats:
        """Return the calibrated probability of malignancy, shape (n,)."""
        p: Floats = expit(self.log_odds(X))
        return p

    @functools.cached_property
    def base(self) -> float:
        """Raw probability that the contributions start from: the mean over the training cases."""
        return float(self._shap(np.zeros((1, len(FEATURES.names))))[0, -1])

    def contributions(self, X: Floats) -> Floats:
        """Return each column's exact TreeSHAP share of the raw probability, shape (n, 30).

        ``base`` plus the sum of the shares of a complete case is its :meth:`raw` probability.

        References
        ----------
        Lundberg et al., Nature Machine Intelligence 2 (2020) 56-67, path-dependent TreeSHAP.
        """
        return self._shap(X)[:, :-1]

    def _shap(self, X: Floats) -> Floats:
        import xgboost

        matrix = xgboost.DMatrix(np.asarray(X, dtype=np.float32), nthread=1)
        total: Floats = self.booster.predict(matrix, pred_contribs=True).astype(np.float64)
        return total / self.trees

    def save(self, folder: Path) -> None:
        """Write the trees to ``BOOSTER_FILE``; :meth:`to_dict` holds the rest."""
        (folder / BOOSTER_FILE).write_bytes(bytes(self.booster.save_raw("ubj")))

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the trees as plain data, for JSON."""
        return {
            "kind": "forest",
            "name": "forest",
            "features": list(FEATURES.names),
            "trees": self.trees,
            "calibration": dataclasses.asdict(self.calibration),
        }

    @classmethod
    def load(cls, content: bytes, meta: Mapping[str, Any], tag: str = "") -> Forest:
        """Rebuild a forest from the bytes of its trees and from :meth:`to_dict`."""
        return cls(_booster(content), Calibration(**meta["calibration"]), tag)


def from_sklearn(forest: RandomForestClassifier, calibration: Calibration) -> Forest:
    """Copy a fitted scikit-learn forest of two classes, with its calibration.

    Parameters
    ----------
    forest : RandomForestClassifier
        Fitted on the columns of ``FEATURES`` with the classes 0 and 1.
    calibration : Calibration
        From the forest's probability to log-odds.
    """
    trees = [
        _tree(estimator.tree_, number, forest.n_features_in_)
        for number, estimator in enumerate(forest.estimators_)
    ]
    stored = _document(trees, forest.n_features_in_)
    return Forest(_booster(json.dumps(stored).encode()), calibration)


def _booster(content: bytes) -> xgboost.Booster:
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(content))
    booster.set_param({"nthread": 1})
    return booster


def _tree(tree: Any, number: int, features: int) -> dict[str, Any]:
    """Return one tree of scikit-learn in XGBoost's format."""
    order, left, parents = _siblings_together(tree)
    leaf, nodes = left == -1, tree.node_count
    share = (tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1))[order]
    return {
        "id": number,
        "left_children": left.tolist(),
        "right_children": np.where(leaf, -1, left + 1).tolist(),
        "parents": parents.tolist(),
        "split_indices": np.where(leaf, 0, tree.feature[order]).tolist(),
        "split_conditions": np.where(leaf, share, strict_bound(tree.threshold[order])).tolist(),
        "split_type": [0] * nodes,
        "default_left": [0] * nodes,
        "base_weights": share.tolist(),
        "loss_changes": [0.0] * nodes,
        "sum_hessian": tree.weighted_n_node_samples[order].tolist(),
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(features),
            "num_nodes": str(nodes),
            "size_leaf_vector": "1",
        },
    }


def _siblings_together(tree: Any) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Give the nodes numbers by level: XGBoost takes the right child to follow the left one.

    Returns
    -------
    order, left, parents : ndarray of int, each of shape (nodes,)
        For each new number: the node's old number, the new number of its left child (-1 for a
        leaf), and the new number of its parent.
    """
    order, parents = [0], [_NO_PARENT]
    left = np.full(tree.node_count, -1)
    for new in range(tree.node_count):
        old = order[new]
        if tree.children_left[old] != -1:
            left[new] = len(order)
            order += [tree.children_left[old], tree.children_right[old]]
            parents += [new, new]
    return np.array(order), left, np.array(parents)


def strict_bound(threshold: Floats) -> Floats:
    """Return s such that for every single-precision x, x < s exactly where x <= threshold.

    scikit-learn goes left where x <= threshold (in double precision), XGBoost where x < s (in
    single precision).
    """
    rounded = threshold.astype(np.float32)
    below = np.where(rounded > threshold, np.nextafter(rounded, np.float32(-np.inf)), rounded)
    bound: Floats = np.nextafter(below, np.float32(np.inf)).astype(np.float64)
    return bound


def _document(trees: list[dict[str, Any]], features: int) -> dict[str, Any]:
    """Return a model in XGBoost's format that answers the sum of the leaves reached."""
    return {
        "learner": {
            "attributes": {},
            "feature_names": [],
            "feature_types": [],
            "gradient_booster": {
                "name": "gbtree",
                "model": {
                    "cats": {"enc": [], "feature_segments": [], "sorted_idx": []},
                    "gbtree_model_param": {
                        "num_parallel_tree": "1",
                        "num_trees": str(len(trees)),
                    },
                    "iteration_indptr": list(range(len(trees) + 1)),
                    "tree_info": [0] * len(trees),
                    "trees": trees,
                },
            },
            "learner_model_param": {
                "base_score": "[0E0]",
                "boost_from_average": "0",
                "num_class": "0",
                "num_feature": str(features),
                "num_target": "1",
            },
            "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
        },
        "version": _VERSION,
    }
