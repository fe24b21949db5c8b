"""Switches that violate one hypothesis of a statement on derivatives of layers and networks."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from core.foundations.backpropagation import (
    blocks,
    breaks_training,
    chain_rule,
    counting,
    formulas,
    layers,
    network,
    numeric,
)
from core.foundations.compare import equal
from core.foundations.schema import Break, Kind, Reading

Floats = NDArray[np.float64]

TOTAL, ENTRY_MEAN, TINY = 2.5, 0.6, 1e-18


def _bottleneck(rng: np.random.Generator) -> list[int]:
    """Draw widths whose last hidden layer has a single unit, above a layer wider than the input."""
    first, hidden = rng.integers(4, 9, size=2)
    return [int(first), int(first + hidden), 1, 1]


def _mixed_cost(rng: np.random.Generator) -> Reading:
    inputs, hidden, *_ = widths = _bottleneck(rng)
    counter = counting.Counter()
    w1, w2, w3 = (
        counter.matrix(rng.normal(size=(after, before)))
        for before, after in itertools.pairwise(widths)
    )
    w3 @ (w2 @ w1)
    note = "counted: the last Jacobian joined last"
    return equal(hidden * inputs + inputs, counter.count, note)


def _size_of(rng: np.random.Generator) -> tuple[float, float]:
    """Return the derivative of the squared size of a quartic, true and by a complex step."""
    f = np.polynomial.Polynomial([*numeric.signed(rng, 1), 0.9, 0.0, 0.0, 0.2])
    x = float(rng.uniform(0.5, 1.0)) * float(np.sign(f.coef[0]))
    first = float(2 * f(x) * f.deriv()(x))
    step = numeric.IMAGINARY
    return first, float(np.imag(np.abs(f(x + 1j * step)) ** 2 + 0j) / step)


def _not_analytic(rng: np.random.Generator) -> Reading:
    first, found = _size_of(rng)
    return equal(first, found, "complex step through a size")


def _always_zero(rng: np.random.Generator) -> Reading:
    _, found = _size_of(rng)
    return equal(0.0, found, "complex step through a size", scale=1.0)


def _across(rng: np.random.Generator) -> Reading:
    z = numeric.signed(rng, 4) * layers.KINK_STEP / 3
    claimed = (1 + z / layers.KINK_STEP) / 2
    note = "share of the step right of the kink"
    return equal(claimed, layers.relu_difference(z), note, kind=Kind.DIFFERENCE)


def _weighted(rng: np.random.Generator) -> Reading:
    p, targets, measured = layers.cross_entropy_of(rng, TOTAL)
    return equal(TOTAL * p - targets, measured, "total times prediction minus target")


def _contributions(rng: np.random.Generator) -> Reading:
    features, weights, measured = blocks.network_maps(rng, pooled=False)
    parts = np.einsum("kij,kij->ij", weights, features) / 15
    return equal(parts, measured, "what each cell adds to the score, and Grad-CAM")


def _averaged(rng: np.random.Generator) -> Reading:
    features, weights, measured = blocks.network_maps(rng, pooled=False)
    means = weights.mean(axis=(1, 2))
    note = "Grad-CAM with the averages of the head's weights"
    return equal(formulas.grad_cam(features, means, 15), measured, note)


def _root(rng: np.random.Generator) -> Reading:
    _, measured, formula = network.root_of_mean(rng)
    return equal(formula, measured, "mean gradient of the squares over twice the root")


BREAKS = (
    Break(
        id="BP-4-b1",
        statement="BP-4",
        switch="A layer with a single unit",
        violates="The last hidden layer is one unit wide instead of at least two.",
        reason="A triangle with a corner of 1 costs less than its two sides. It is cheaper to "
        "multiply below the bottleneck first and to pass through it last.",
        check=lambda rng: chain_rule.scalar_cost(_bottleneck(rng)),
        outcome="Joining the last Jacobian last takes exactly the hidden width times the inputs, "
        "plus the inputs.",
        predicted=_mixed_cost,
    ),
    Break(
        id="BP-5-b1",
        statement="BP-5",
        switch="Take a complex number's size on the way",
        violates="The size of a number is not an analytic function.",
        reason="A size is real whatever the imaginary part was, so the imaginary part that carries "
        "the derivative is lost.",
        check=_not_analytic,
        outcome="The complex step returns 0, whatever the derivative is.",
        predicted=_always_zero,
    ),
    Break(
        id="BP-7-b1",
        statement="BP-7",
        switch="Let the step reach across the kink",
        violates="The kink of ReLU lies between the two places of the difference.",
        reason="One value is taken left of the kink, where the slope is 0, and one to the right, "
        "where it is 1. The difference mixes both.",
        check=layers.kink,
        outcome="The difference is the share of the step that lies right of the kink.",
        predicted=_across,
    ),
    Break(
        id="BP-9-b1",
        statement="BP-9",
        switch="Weigh the targets",
        violates="The targets sum to 2.5 instead of one.",
        reason="Log-sum-exp enters once for each unit of target, so the prediction counts as often "
        "as the targets sum to.",
        check=lambda rng: layers.cross_entropy(rng, total=TOTAL),
        outcome="The gradient is 2.5 times the prediction, minus the target.",
        predicted=_weighted,
    ),
    Break(
        id="BP-10-b1",
        statement="BP-10",
        switch="Hold mean and spread as constants",
        violates="The statistics no longer depend on the inputs, as with stored averages.",
        reason="Moving one input no longer moves mean and spread, so the two terms that come from "
        "them are missing in the true gradient.",
        check=lambda rng: layers.normalisation(rng, frozen=True),
        outcome="The true gradient is the gradient above divided by the spread.",
        predicted=layers.frozen_normalisation,
    ),
    Break(
        id="BP-11-b1",
        statement="BP-11",
        switch="Stride two",
        violates="The layer keeps only every second row and column.",
        reason="Outputs that lie side by side came from windows two pixels apart. The gradient "
        "must be spread out before it is convolved.",
        check=lambda rng: blocks.convolution(rng, stride=2),
        outcome="With zeros put between its entries the same formula is right again.",
        predicted=blocks.spread_out,
    ),
    Break(
        id="BP-12-b1",
        statement="BP-12",
        switch="Two equal maxima",
        violates="The largest entry of each window is not unique.",
        reason="Raising one of two equal maxima raises the maximum, lowering it does not. The "
        "derivative does not exist.",
        check=lambda rng: blocks.pooling(rng, ties=True),
        outcome="Central differences see half of the gradient at each of the two.",
        predicted=blocks.tied_pooling,
    ),
    Break(
        id="BP-14-b1",
        statement="BP-14",
        switch="Entries with a mean",
        violates="The entries of queries and keys have the mean 0.6 instead of 0.",
        reason="A product varies with either factor even where the other one stays at its mean. "
        "The mean square of an entry is no longer its variance.",
        check=lambda rng: blocks.score_variance(rng, mean=ENTRY_MEAN),
        outcome="The variance gains the squared mean times the sum of both variances.",
        predicted=lambda rng: blocks.score_variance_with_mean(rng, ENTRY_MEAN),
    ),
    Break(
        id="BP-15-b1",
        statement="BP-15",
        switch="A head that sees each cell",
        violates="The score weighs every cell by itself instead of the average of the map.",
        reason="Grad-CAM averages the gradient over the cells, so it cannot know where a feature "
        "counts. The map no longer says what each cell adds to the score.",
        check=_contributions,
        outcome="Grad-CAM is the map of a head with the averages of the weights.",
        predicted=_averaged,
    ),
    Break(
        id="BP-17-b1",
        statement="BP-17",
        switch="A gradient check with the step 1e-18",
        violates="The step is far below the spacing of numbers near the weights.",
        reason="A weight plus 1e-18 is the same weight in double precision. Both losses are equal.",
        check=lambda rng: network.gradient_check(rng, step=TINY),
        outcome="Every difference is exactly 0.",
        predicted=lambda rng: network.no_change(rng, TINY),
    ),
    Break(
        id="BP-18-b1",
        statement="BP-18",
        switch="Move the last use alone",
        violates="The copies of the weight no longer move together (the state is detached).",
        reason="Only one of the four terms of the sum is then a derivative of what is moved.",
        check=lambda rng: network.sharing(rng, tied=False),
        outcome="The derivative is the term of the last use.",
        predicted=network.last_use,
    ),
    Break(
        id="BP-19-b1",
        statement="BP-19",
        switch="Root mean square error",
        violates="The loss is a root of a mean, not a mean of losses of single samples.",
        reason="The root of the mean depends on all samples at once. Its gradient is not the mean "
        "of the gradients of each sample's own root.",
        check=network.coupled_batch,
        outcome="The gradient is that of the mean square, divided by twice the root.",
        predicted=_root,
    ),
    *breaks_training.BREAKS,
)
