"""The shortcut study: folds without leaks, heads, probes, and the whole of it on made-up films."""

# ruff: noqa: E402
# The imports below need torch, which not every environment has.

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the study needs requirements-train.txt")

from core.respiratory.audit.study import from_dict
from core.respiratory.prepare import CANVAS, LUNGS, Recipe
from core.respiratory.schema import LABELS, Label
from core.respiratory.training import study, study_border, study_marks, study_probes, study_recipes
from core.respiratory.training.collection import COHEN, Collection, Film
from core.respiratory.training.study_augment import disturbed
from core.respiratory.training.study_features import Shelf, extract
from core.respiratory.training.study_folds import (
    BIMCV,
    FOLDS,
    KERMANY,
    NIH,
    RSNA,
    in_source_rows,
    rows_of,
)
from core.respiratory.training.study_heads import Fitting, Sample, equal_groups, fit

CELLS = (
    (BIMCV, Label.COVID),
    (RSNA, Label.NORMAL),
    (KERMANY, Label.NORMAL),
    (KERMANY, Label.VIRAL),
    (NIH, Label.NORMAL),
    (NIH, Label.OPACITY),
)
SPLITS = ("train", "train", "train", "val", "test", "test")


def films() -> list[Film]:
    found = [
        Film(f"{source}-{label}-{n}.jpg", label, SPLITS[n % 6], source, "", f"{label}{n}")
        for source, label in CELLS
        for n in range(18)
    ]
    for n in range(60):
        label = (Label.COVID, Label.COVID, Label.NORMAL, Label.VIRAL, Label.OPACITY)[n % 5]
        found.append(Film(f"cohen-{n}.jpg", label, "cohen", COHEN, "", str(n // 2)))
    return found


@pytest.fixture(scope="module")
def collection():
    """Films whose border says the hospital and whose middle says COVID-19."""
    rng = np.random.default_rng(0)
    named = tuple(films())
    pixels = rng.integers(80, 120, (len(named), CANVAS, CANVAS)).astype(np.uint8)
    names = sorted({film.source for film in named})
    for image, film in zip(pixels, named, strict=True):
        image[: 6 + 3 * names.index(film.source)] = 0
        if film.label is Label.COVID:
            image[100:140, 60:160] += 60
    return Collection(named, pixels)


def encode(batch):
    """Twelve means of each film's rows and columns."""
    cut = batch[:, :138, :138]
    rows, columns = (
        part.reshape(len(batch), 6, -1).mean(2) for part in (cut, np.swapaxes(cut, 1, 2))
    )
    return np.concatenate([rows, columns], axis=1).astype(np.float32)


def test_no_held_out_film_and_no_test_patient_is_trained_on(collection):
    for fold in FOLDS:
        rows = rows_of(fold, collection)
        used = np.concatenate([rows.train, rows.val])
        assert not np.isin(collection.sources[used], fold.held_out).any()
        assert np.isin(collection.sources[rows.test], fold.held_out).all()
        assert not set(collection.patients[used]) & set(collection.patients[rows.test])
        assert not set(rows.train) & set(rows.val)
        assert (rows.positive == (collection.targets[rows.test] == 0)).all()
        assert {0 < share < 1 for share in (rows.positive.mean(),)} == {True}


def test_the_single_protocol_is_the_training_of_fold_a(collection):
    single = in_source_rows(collection, inside=False)
    first = rows_of(FOLDS[0], collection)
    np.testing.assert_array_equal(single.train, first.train)
    np.testing.assert_array_equal(single.val, first.val)


def test_cohen_patients_of_the_multi_protocol_are_in_one_part_only(collection):
    rows = in_source_rows(collection, inside=True)
    parts = [set(collection.patients[part]) for part in (rows.train, rows.val, rows.test)]
    cohen = [{name for name in part if name.startswith(COHEN)} for part in parts]
    assert all(cohen)
    assert not cohen[0] & cohen[1] | cohen[0] & cohen[2] | cohen[1] & cohen[2]


def sample(seed, n=240):
    """Two sources with findings 0 and 1; feature 0 is the finding, feature 1 the source."""
    rng = np.random.default_rng(seed)
    sources = (rng.random(n) < 0.8).astype(np.int64)
    y = np.where(rng.random(n) < 0.9, sources, 1 - sources).astype(np.int64)
    x = rng.normal(size=(n, 6))
    x[:, 0] += 1.5 * y
    x[:, 1] += 4.0 * sources
    return Sample(x, y, sources * 2 + y, sources)


@pytest.mark.parametrize("fitting", list(Fitting))
def test_every_head_learns_and_returns_probabilities(fitting):
    proba = fit(fitting, sample(0), sample(1))(sample(2).x)
    assert proba.shape == (240, len(LABELS))
    np.testing.assert_allclose(proba.sum(1), 1, atol=1e-5)
    assert (proba.argmax(1) == sample(2).y).mean() > 0.6


def worst_group(fitting):
    held = sample(2, 2000)
    called = fit(fitting, sample(0), sample(1))(held.x).argmax(1)
    return min((called == held.y)[held.groups == group].mean() for group in range(4))


def test_balanced_robust_and_blind_heads_protect_the_rare_groups():
    plain = worst_group(Fitting.PLAIN)
    for fitting in (Fitting.BALANCED, Fitting.ROBUST, Fitting.BLIND):
        assert worst_group(fitting) > plain + 0.1


def test_equal_groups_have_equal_sums():
    weights = equal_groups(sample(0))
    sums = np.bincount(sample(0).groups, weights)
    np.testing.assert_allclose(sums, sums[0])
    assert weights.mean() == pytest.approx(1)


def test_a_blind_head_ignores_how_sources_differ():
    train = sample(0)
    head = fit(Fitting.BLIND, train, sample(1))
    own = train.y == 0
    gap = train.x[own & (train.sources == 1)].mean(0) - train.x[own & (train.sources == 0)].mean(0)
    moved = sample(2)
    np.testing.assert_allclose(head(moved.x), head(moved.x + 3 * gap), atol=1e-9)


def test_disturbed_films_keep_the_middle_of_the_lungs_and_change_the_ring():
    film = np.full((CANVAS, CANVAS), 0.5, dtype=np.float32)
    changed = np.zeros((CANVAS, CANVAS))
    for seed in range(200):
        found = disturbed(film, np.random.default_rng(seed))
        assert found.dtype == np.float32
        assert 0 <= found.min() <= found.max() <= 1
        changed += found != film
    assert not (film != 0.5).any()
    ring = np.ones_like(changed, dtype=bool)
    ring[LUNGS.top : LUNGS.bottom, LUNGS.left : LUNGS.right] = False
    assert changed[ring].mean() > 5 * changed[~ring].mean()
    assert changed[90:130, 90:130].mean() < 0.005 * 200  # the end of a long word, now and then


def test_a_film_is_disturbed_the_same_way_by_the_same_seed():
    film = np.full((CANVAS, CANVAS), 0.5, dtype=np.float32)
    first, again, other = (disturbed(film, np.random.default_rng(s)) for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_border_alone_says_nothing_of_the_lungs():
    rng = np.random.default_rng(0)
    film = rng.random((64, 64)).astype(np.float32)
    other = film.copy()
    other[7:54, 7:57] = rng.random((47, 50))
    np.testing.assert_array_equal(study_marks.border_only(film), study_marks.border_only(other))
    seen = study_marks.border_only(film)
    border = np.ones((64, 64), dtype=bool)
    border[6:55, 6:58] = False
    assert seen[border].mean() == pytest.approx(0, abs=1e-5)
    assert seen[border].std() == pytest.approx(1, abs=1e-5)
    assert not seen[~border].any()


def test_markers_are_found_where_they_are():
    film = np.full((CANVAS, CANVAS), 0.3, dtype=np.float32)
    assert not study_marks.markers(film).any()
    film[10:20, 200:206] = 1
    found = study_marks.markers(film)
    corner = found[:16].reshape(8, 2)[2]  # row by row without the middle: the upper right
    np.testing.assert_allclose(corner, np.log1p([1, 60]))
    np.testing.assert_allclose(found[-4:], np.log1p([1, 10, 1, 60]), rtol=1e-6)
    assert np.count_nonzero(found) == 6


def test_a_bright_spot_in_the_lungs_is_no_marker():
    film = np.full((CANVAS, CANVAS), 0.3, dtype=np.float32)
    film[100:110, 100:106] = 1
    assert not study_marks.markers(film).any()


def test_a_blurred_film_has_a_steeper_spectrum():
    from scipy.ndimage import gaussian_filter

    film = np.random.default_rng(0).random((CANVAS, CANVAS)).astype(np.float32)
    white, soft = (study_marks.sharpness(one)[-1] for one in (film, gaussian_filter(film, 2)))
    assert white == pytest.approx(0, abs=0.1)
    assert soft < -2
    np.testing.assert_allclose(
        study_marks.sharpness(film), study_marks.sharpness(0.5 * film + 0.2)[:], atol=1e-4
    )


def test_the_grey_histogram_by_hand():
    film = np.array([[0.0, 0.0], [0.5, 1.0]], dtype=np.float32)
    found = study_marks.grey_histogram(film)
    assert (found[0], found[16], found[31]) == (0.5, 0.25, 0.25)
    assert found.sum() == 1


def test_the_threshold_keeps_the_recall_on_validation_films(collection):
    rng = np.random.default_rng(0)
    proba = rng.random((len(collection.films), 4))
    val = np.arange(len(collection.films))
    cut = study_recipes.threshold(collection, proba, val)
    own = proba[collection.targets == 0, 0]
    assert (own >= cut).mean() >= 0.99
    assert (own > cut).mean() < 1


def test_accuracy_leaves_lung_opacity_out():
    targets = np.array([0, 1, 2, 3])
    proba = np.array([[0.2, 0.1, 0.1, 0.6]] * 4)
    found = study_recipes.accuracy(targets, proba)
    assert (found.estimate, found.n) == (pytest.approx(1 / 3), 3)


def test_features_of_films_not_asked_for_are_nan(collection):
    rows = np.array([3, 7])
    found = extract(collection.pixels, Recipe.PLAIN, encode, rows=rows)
    whole = extract(collection.pixels, Recipe.PLAIN, encode)
    np.testing.assert_allclose(found[rows], whole[rows])
    assert np.isnan(np.delete(found, rows, axis=0)).all()


def test_the_shelf_makes_a_thing_once_and_remembers_how_long_it_took(tmp_path):
    shelf, made = Shelf(tmp_path / "new"), []

    def make():
        made.append(1)
        return np.arange(3)

    np.testing.assert_array_equal(shelf.get("a", make), shelf.get("a", make))
    assert made == [1]
    assert shelf.seconds() >= 0


def test_the_small_network_learns_the_same_from_the_same_seed():
    rng = np.random.default_rng(0)
    films, y = rng.normal(size=(64, 64, 64)).astype(np.float32), np.arange(64) % 2
    films[y == 1, :10] += 2
    runs = [
        study_border.small_proba(study_border.train_small(films, y, 3, seed=1), films)
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*runs)
    assert (runs[0][:, 1] > runs[0][:, 0])[y == 1].mean() > 0.9


def test_the_whole_study_on_made_up_films(collection, tmp_path, monkeypatch):
    monkeypatch.setattr(study_recipes, "RESAMPLES", 40)
    monkeypatch.setattr(study_probes, "EPOCHS", 2)
    monkeypatch.setattr(study_probes, "PERMUTATIONS", 4)
    trials = (
        study.BASE,
        study.Trial(Recipe.CROP),
        study.Trial(Recipe.PLAIN, Fitting.BALANCED, copies=1),
    )
    monkeypatch.setattr(study, "TRIALS", trials)
    monkeypatch.setattr(study, "RECIPES", (Recipe.PLAIN, Recipe.CROP))
    told = []
    found = study.run_study(
        collection, encode, Shelf(tmp_path), datetime.date(2026, 11, 29), told.append
    )
    assert found.created == "2026-11-29"
    assert told[:3] == [trial.name for trial in trials]
    means = [one.mean.estimate for one in found.variants]
    assert means == sorted(means, reverse=True)
    assert found.chosen == found.variants[0].name
    plain = found.named(found.base)
    assert (plain.advantage.estimate, plain.advantage.low) == (0, 0)
    named = next(one for one in found.probes if one.code == "source-normal")
    assert named.probe.estimate > 0.9
    codes = {one.probe for one in found.effects if one.recipe == Recipe.CROP}
    assert codes == {"source-normal", "histogram", "sharpness", "border"}
    assert {one.fold for one in found.nested} == {"A", "B", "C"}
    stored = found.to_dict()
    assert from_dict(stored).to_dict() == stored
    again = study.run_study(
        collection, encode, Shelf(tmp_path), datetime.date(2026, 11, 29), told.append
    )
    assert dataclasses.replace(again, seconds=found.seconds) == found
