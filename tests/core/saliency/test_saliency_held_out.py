"""Accuracy and shares on films that were not trained on."""

from __future__ import annotations

import numpy as np

from core.saliency.ground_truth import REGIMES, SEEDS
from core.saliency.ground_truth.held_out import measure
from core.saliency.ground_truth.scenes import decided
from core.saliency.networks.network import Network
from core.saliency.schema import Access

START = SEEDS["validation"].start


def answering(forward) -> Network:
    return Network(
        key="stub",
        title="Stub",
        labels=("normal", "consolidation", "ground glass", "nodules"),
        size=96,
        access=frozenset({Access.LOGITS}),
        layers=(),
        grey=(0.0, 1.0),
        forward=forward,
    )


def lettered(images):
    """Say ground glass where a corner holds lead, and normal elsewhere."""
    bent = 2 * images[:, 2:22, 1:-1] - images[:, 2:22, :-2] - images[:, 2:22, 2:]
    lead = np.maximum(bent[:, :, :17].max(axis=(1, 2)), bent[:, :, -17:].max(axis=(1, 2))) - 0.38
    return np.stack([0 * lead, 0 * lead - 9, 20 * lead, 0 * lead - 9], axis=1)


def test_an_answer_that_never_changes_has_no_shares():
    found = measure(
        answering(lambda x: np.tile([0.0, 3.0, 0.0, 0.0], (len(x), 1))), "decoy", START, 40, 6
    )
    shown = [decided(seed, REGIMES["decoy"])[0] for seed in range(START, START + 40)]
    assert found.right == found.right_unlinked == shown.count(1)
    assert found.undefined == found.pairs == 6
    record = found.to_dict()
    assert record["lesion"] is None
    assert record["shortcut"] is None
    assert record["films"] == 40


def test_a_reader_of_letters_is_found_out():
    found = measure(answering(lettered), "shortcut", START, 30, 8)
    assert found.undefined == 0
    assert found.shortcut > 0.99
    assert found.right >= 27
    linked = measure(answering(lettered), "confounded", START, 60, 4)
    assert linked.right_unlinked < linked.right
