"""Linear heads on frozen features: plain, source-balanced, group-robust, source-blind."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
CLASSES = 4
ROBUST_STEPS, ROBUST_RATE, GROUP_RATE = 300, 0.03, 0.05


class Fitting(enum.StrEnum):
    """How a head is fitted."""

    PLAIN = "every film counts the same"
    BALANCED = "every source and finding counts the same"
    ROBUST = "the worst source and finding counts most"
    BLIND = "source directions removed"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Films a head is fitted on or chosen by.

    Attributes
    ----------
    x : (n, d) array
        Features.
    y : (n,) array of int
        Findings.
    groups : (n,) array of int
        Number of the film's source and finding together.
    sources : (n,) array of int
        Number of the film's source.
    """

    x: Floats
    y: Rows
    groups: Rows
    sources: Rows


# A fitted head: features (n, d) to probabilities (n, 4).
Head = Callable[[Floats], Floats]


def fit(fitting: Fitting, train: Sample, val: Sample) -> Head:
    """Fit a head for every penalty and return the one with the lowest loss on validation films.

    The loss weighs validation films as the fitting weighs training films.
    """
    mean, spread = train.x.mean(0), train.x.std(0) + 1e-6
    basis = _blinding(train, mean, spread) if fitting is Fitting.BLIND else None
    weigh = equal_groups if fitting in (Fitting.BALANCED, Fitting.ROBUST) else _ones

    def scaled(x: Floats) -> Floats:
        z = (x - mean) / spread
        return np.asarray(z if basis is None else z - (z @ basis) @ basis.T)

    train = dataclasses.replace(train, x=scaled(train.x))
    inside = dataclasses.replace(val, x=scaled(val.x))
    if fitting is Fitting.ROBUST:
        heads = [_robust(train, penalty) for penalty in PENALTIES]
    else:
        heads = [_logistic(train, weigh(train), penalty) for penalty in PENALTIES]
    losses = [_loss(head(inside.x), inside, weigh(inside)) for head in heads]
    best = heads[int(np.argmin(losses))]
    return lambda x: best(scaled(x))


def equal_groups(sample: Sample) -> Floats:
    """Return weights of mean 1 under which every source and finding has the same sum."""
    counts = np.bincount(sample.groups)
    weights = 1 / counts[sample.groups]
    return np.asarray(weights / weights.mean(), dtype=np.float64)


def _ones(sample: Sample) -> Floats:
    return np.ones(len(sample.y))


def _loss(proba: Floats, sample: Sample, weights: Floats) -> float:
    own = proba[np.arange(len(sample.y)), sample.y]
    return float(np.average(-np.log(own.clip(1e-9)), weights=weights))


def _logistic(train: Sample, weights: Floats, penalty: float) -> Head:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=penalty, max_iter=1000, tol=1e-3)
    model.fit(train.x, train.y, sample_weight=weights)

    def head(x: Floats) -> Floats:
        full = np.zeros((len(x), CLASSES))
        full[:, model.classes_] = model.predict_proba(x)
        return full

    return head


def _robust(train: Sample, penalty: float) -> Head:
    """Fit by group distributionally robust optimisation (Sagawa et al., ICLR 2020).

    The whole sample is one batch; the groups' weights follow their losses by exponentiated
    gradient.
    """
    import torch
    from torch.nn import functional

    x, y = torch.tensor(train.x, dtype=torch.float32), torch.from_numpy(train.y)
    member = functional.one_hot(torch.from_numpy(train.groups)).float()
    present = member.sum(0) > 0
    member = member[:, present] / member[:, present].sum(0)
    share = torch.full((member.shape[1],), 1 / member.shape[1], dtype=torch.float32)
    weight = torch.zeros(x.shape[1], CLASSES, dtype=torch.float32, requires_grad=True)
    bias = torch.zeros(CLASSES, dtype=torch.float32, requires_grad=True)
    optimiser = torch.optim.Adam([weight, bias], lr=ROBUST_RATE)
    decay = 1 / (2 * penalty * len(y))
    for _ in range(ROBUST_STEPS):
        losses = functional.cross_entropy(x @ weight + bias, y, reduction="none") @ member
        share = share * torch.exp(GROUP_RATE * losses.detach())
        share = share / share.sum()
        optimiser.zero_grad()
        torch.autograd.backward(losses @ share + decay * weight.square().sum())
        optimiser.step()
    w, b = weight.detach().numpy(), bias.detach().numpy()
    return lambda z: _softmax(z @ w + b)


def _blinding(train: Sample, mean: Floats, spread: Floats) -> Floats:
    """Return an orthonormal basis (d, k) of how a finding's mean differs between sources.

    Removing it leaves no difference of means between the sources of one finding (the mean
    projection of Haghighatkhah et al., EMNLP 2022). Unlike centring by source it needs no source
    at prediction.
    """
    z = (train.x - mean) / spread
    found = []
    for label in np.unique(train.y):
        own = train.y == label
        groups = np.unique(train.groups[own])
        centres = np.stack([z[train.groups == group].mean(0) for group in groups])
        found.append((centres - centres[0])[1:])
    differences = np.concatenate(found)
    basis, size, _ = np.linalg.svd(differences.T, full_matrices=False)
    return np.asarray(basis[:, size > 1e-8 * max(size.max(initial=0), 1e-12)])


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(shifted / shifted.sum(1, keepdims=True))
