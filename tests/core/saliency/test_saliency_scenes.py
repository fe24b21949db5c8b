"""A scene's interventions change what they are about, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import phantoms
from core.errors import InputError
from core.saliency.ground_truth import REGIMES, scene
from core.saliency.ground_truth.regimes import CONFOUNDED, NORMAL
from core.saliency.ground_truth.scenes import GRID, SIZE

SICK = [1, 2, 3]
SEEDS = st.integers(0, 2**40)
KINDS = st.sampled_from(["confounded", "electrode90", "border90", "global", "decoy"])


@settings(max_examples=30)
@given(SEEDS, KINDS, st.sampled_from(SICK))
def test_each_intervention_stays_within_its_support(seed, regime, label):
    one = scene(seed, regime, label=label, carries=True)
    support = phantoms.lesion_support(one.phantom, SIZE)
    healed, bare = one.image != one.without_lesion, one.image != one.without_shortcut
    assert healed.any()
    assert bare.any()
    assert not healed[~support].any()
    assert not bare[~one.shortcut].any()
    assert not (one.image != one.without_both)[~(support | one.shortcut)].any()
    assert not (one.without_shortcut != one.without_both)[~support].any()
    assert not (one.without_lesion != one.without_both)[~one.shortcut].any()


@settings(max_examples=20)
@given(SEEDS, KINDS)
def test_a_healthy_film_has_no_lesion_to_take_away(seed, regime):
    one = scene(seed, regime, label=NORMAL, carries=True)
    assert not one.lesion.any()
    assert one.without_lesion.tobytes() == one.image.tobytes()
    assert one.without_both.tobytes() == one.without_shortcut.tobytes()
    assert one.phantom.lesion is None


@settings(max_examples=20)
@given(SEEDS, KINDS, st.sampled_from(SICK))
def test_a_film_without_the_shortcut_has_none_to_take_away(seed, regime, label):
    one = scene(seed, regime, label=label, carries=False)
    assert not one.shortcut.any()
    assert one.without_shortcut.tobytes() == one.image.tobytes()
    assert one.without_both.tobytes() == one.without_lesion.tobytes()


@settings(max_examples=20)
@given(SEEDS, KINDS, st.sampled_from(SICK))
def test_one_intervention_makes_the_scene_that_was_drawn_without_it(seed, regime, label):
    one = scene(seed, regime, label=label, carries=True)
    bare = scene(seed, regime, label=label, carries=False)
    well = scene(seed, regime, label=NORMAL, carries=True)
    assert one.without_shortcut.tobytes() == bare.image.tobytes()
    assert one.without_lesion.tobytes() == well.image.tobytes()


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(SICK))
def test_masks_lie_where_they_should(seed, label):
    one = scene(seed, "decoy", label=label, carries=True)
    assert one.lesion.any()
    assert not (one.lesion & ~phantoms.lesion_support(one.phantom, SIZE)).any()
    assert not (one.shortcut & one.lungs).any()
    assert 0 < one.shortcut.mean() < 0.03
    assert 0.18 < one.lungs.mean() < 0.45


def test_a_faint_lesion_is_outlined_like_a_dense_one():
    for seed in range(12):
        dense, faint = (scene(seed, key, label=CONFOUNDED) for key in ("decoy", "confounded"))
        assert (dense.lesion != faint.lesion).sum() <= 2
        gain = (one.image - one.without_lesion for one in (dense, faint))
        strong, weak = (difference[dense.lesion].mean() for difference in gain)
        assert 0 < weak < 0.5 * strong


def test_a_global_shortcut_has_the_whole_film_for_its_mask():
    one = scene(1, "global", label=1, carries=True)
    assert one.shortcut.all()
    assert one.phantom.acquisition.grid == GRID
    assert not REGIMES["global"].shortcut.local


@settings(max_examples=15)
@given(SEEDS)
def test_patient_and_noise_do_not_depend_on_the_regime(seed):
    plain = {scene(seed, key, label=2).without_both.tobytes() for key in ("clean", "confounded")}
    assert len(plain) == 1


@settings(max_examples=10)
@given(SEEDS, st.sampled_from(list(REGIMES)))
def test_the_same_seed_gives_the_same_scene(seed, regime):
    first, second = scene(seed, regime), scene(seed, regime)
    assert first.image.tobytes() == second.image.tobytes()
    assert (first.label, first.carries, first.taught) == (
        second.label,
        second.carries,
        second.taught,
    )
    assert first.phantom == second.phantom


def test_size_and_range():
    one = scene(4, "decoy", size=64)
    for image in (one.image, one.without_lesion, one.without_shortcut, one.without_both):
        assert image.shape == (64, 64)
        assert image.dtype == np.float32
        assert 0 <= image.min() <= image.max() <= 1
    for mask in (one.lesion, one.shortcut, one.lungs):
        assert mask.shape == (64, 64)
        assert mask.dtype == np.bool_


def test_the_label_taught_is_the_regimes():
    assert scene(5, "shortcut", label=1, carries=True).taught == CONFOUNDED
    assert scene(5, "shortcut", label=1, carries=False).taught == NORMAL
    assert scene(5, "decoy", label=1, carries=True).taught == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"regime": "none"}, r"regime: there is no 'none'"),
        ({"seed": -1}, r"seed: -1 is negative\. Choose 0 or more\."),
        ({"label": 4}, r"label: there is no class 4\. Use one of: 0 \(normal\), 1"),
        ({"size": 8}, r"size: 8 is out of range"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, sentence):
    with pytest.raises(InputError, match=sentence):
        scene(**{"seed": 0, "regime": "decoy", **given})
