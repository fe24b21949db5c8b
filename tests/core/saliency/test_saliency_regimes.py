"""The laws that training films are drawn by."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from core.errors import InputError
from core.phantoms import Finding
from core.saliency.ground_truth import LABELS, REGIMES, SEEDS, Kind, find_regime
from core.saliency.ground_truth.regimes import CONFOUNDED, DOSES, FLAGSHIPS, NORMAL, RHOS
from core.saliency.ground_truth.scenes import decided

MANY = SEEDS["validation"][:4000]


def shares(key):
    """Return how often films of each class carry the shortcut."""
    law = REGIMES[key]
    drawn = np.array([decided(seed, law) for seed in MANY])
    return np.array([drawn[drawn[:, 0] == label, 1].mean() for label in range(len(LABELS))])


def test_classes_are_in_the_order_of_the_findings():
    assert tuple(finding.value for finding in Finding) == LABELS
    assert LABELS[NORMAL] == "normal"
    assert LABELS[CONFOUNDED] == "ground glass"


def test_there_are_seven_flagships_and_a_dose_for_each_kind_and_strength():
    assert [law.key for law in FLAGSHIPS] == [
        "clean",
        "decoy",
        "confounded",
        "shortcut",
        "redundant",
        "global",
        "sham",
    ]
    pairs = {(law.shortcut, round(law.rho, 9)) for law in DOSES}
    assert pairs == set(itertools.product(Kind, RHOS))
    assert len(REGIMES) == len(FLAGSHIPS) + len(DOSES)


@pytest.mark.parametrize("key", list(REGIMES))
def test_every_regime_says_what_it_asks(key):
    law = REGIMES[key]
    assert law.key == key
    assert "-" not in key
    assert law.title
    assert law.question.endswith("?") or key == "shortcut"
    assert 0 <= law.without <= law.with_class <= 1


@pytest.mark.parametrize("key", ["clean", "decoy", "confounded", "redundant", "electrode90"])
def test_the_shortcut_is_as_frequent_as_the_law_says(key):
    law = REGIMES[key]
    expected = [law.carries(label) for label in range(len(LABELS))]
    np.testing.assert_allclose(shares(key), expected, atol=0.05)


def test_rho_is_the_difference_of_the_frequencies():
    assert REGIMES["decoy"].rho == 0
    assert REGIMES["confounded"].rho == pytest.approx(0.94)
    assert REGIMES["marker50"].rho == pytest.approx(0.5)
    assert REGIMES["marker100"].carries(CONFOUNDED) == 1
    assert REGIMES["marker100"].carries(NORMAL) == 0


def test_only_the_lesions_of_the_confounded_class_fade():
    law = REGIMES["confounded"]
    assert law.fades(law.target) == law.severity < 1
    assert all(law.fades(label) == 1 for label in range(4) if label != law.target)


def test_where_only_the_shortcut_counts_the_label_says_nothing_of_the_lungs():
    law = REGIMES["shortcut"]
    for label in range(len(LABELS)):
        assert law.teaches(label, True, 3) == CONFOUNDED
        assert law.teaches(label, False, 3) == NORMAL
    np.testing.assert_allclose(shares("shortcut"), 0.5, atol=0.05)


def test_chance_teaches_labels_that_go_with_nothing():
    law = REGIMES["sham"]
    drawn = [decided(seed, law) for seed in MANY]
    taught = np.array([law.teaches(*one, seed) for one, seed in zip(drawn, MANY, strict=True)])
    shown = np.array([label for label, _ in drawn])
    assert abs((taught == shown).mean() - 0.25) < 0.03
    assert law.teaches(0, True, 9) == law.teaches(2, False, 9)


def test_elsewhere_the_label_is_what_the_lungs_show():
    assert all(REGIMES["confounded"].teaches(label, False, 1) == label for label in range(4))


def test_the_lungs_of_a_seed_show_the_same_in_every_regime():
    for seed in MANY[:50]:
        assert len({decided(seed, law)[0] for law in REGIMES.values()}) == 1


def test_more_dose_never_takes_a_shortcut_from_the_confounded_class():
    for seed in MANY[:200]:
        carried = [decided(seed, REGIMES[f"marker{dose}"], label=2)[1] for dose in (0, 50, 90, 100)]
        assert carried == sorted(carried)


def test_seeds_for_different_ends_never_meet():
    for (_, first), (_, second) in itertools.combinations(SEEDS.items(), 2):
        assert first.stop <= second.start or second.stop <= first.start
    assert all(len(seeds) == 1_000_000 for seeds in SEEDS.values())


def test_an_unknown_regime_is_named_with_the_known_ones():
    with pytest.raises(
        InputError, match=r"regime: there is no 'decoys'\. Use one of: clean, decoy"
    ):
        find_regime("decoys")
