"""How the gate's parameters are fitted, kept and applied."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from core.errors import ArtifactError
from core.respiratory.gate import judge
from core.respiratory.gate.features import distance, embed, score
from core.respiratory.gate.parameters import (
    ARRAYS,
    ARRAYS_FILE,
    KINDS,
    LEVELS_FILE,
    parameters,
    read,
    write,
)
from core.respiratory.schema import Radiograph
from core.respiratory.training import gate_fit as fitting
from core.respiratory.training import gate_others as others
from core.respiratory.training import gate_spoiled as spoiled
from core.respiratory.training.gate_sample import CHANGES, Sample, chosen, principal

D = 80  # features of the made-up sample
FILMS = 240


def made_up(seed=0):
    """Films in 8 directions around 0, each change a shift of its own, other pictures far away."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(8, D))
    sources = np.repeat(["kermany", "nih-cxr8", "cohen-ieee8023"], FILMS // 3)
    splits = np.tile(["train", "train", "train", "val", "test"], FILMS // 5)

    def films(n):
        return rng.normal(size=(n, 8)) @ directions + 0.1 * rng.normal(size=(n, D))

    shift = rng.normal(size=D)
    plain = films(FILMS) + np.where(sources == "kermany", 1.0, 0.0)[:, None] * shift
    changed = {}
    for name, (kind, _) in CHANGES.items():
        n = len(chosen(splits == "train", name))
        away = 0 if kind == "upright" else 3 * np.eye(D)[list(CHANGES).index(name)]
        changed[name] = (films(n) + away).astype(np.float32)
    far = {name: rng.normal(size=(30, D)).astype(np.float32) * 5 for name in ("a", "b")}
    sample = Sample(np.zeros(384), np.zeros((384, 24)), plain.astype(np.float32), changed, far)
    return fitting.Data(sample, splits, sources)


@pytest.fixture(scope="module")
def data():
    return made_up()


@pytest.fixture(scope="module")
def fitted(data):
    return fitting.fit(data)


def test_the_fit_is_deterministic(data, fitted):
    again, facts = fitting.fit(made_up())
    for name in ARRAYS:
        assert np.array_equal(getattr(again, name), getattr(fitted[0], name)), name
    assert again.levels == fitted[0].levels
    assert facts == fitted[1]


def test_the_test_split_is_not_touched(data, fitted):
    plain = data.sample.plain.copy()
    plain[data.splits == "test"] = 1e6
    spoilt = dataclasses.replace(data, sample=dataclasses.replace(data.sample, plain=plain))
    again, _ = fitting.fit(spoilt)
    assert np.array_equal(again.kind_weights, fitted[0].kind_weights)
    assert np.array_equal(again.calibration, fitted[0].calibration)
    assert again.levels == fitted[0].levels


def test_levels_are_those_the_worst_left_out_source_asks_for(data, fitted):
    asked = [fitting.left_out_levels(data, source) for source in np.unique(data.sources)]
    assert fitted[0].levels.ood_refuse == max(one["excess"] for one in asked)
    assert fitted[0].levels.frontal_refuse == min(0.5, *(one["frontal"] for one in asked))
    assert fitted[1]["left_out"]["kermany"]["films"] == FILMS // 3 * 4 // 5


def test_other_pictures_are_refused_and_held_out_films_are_not(data, fitted):
    parameters_, _ = fitted
    films = score(parameters_, data.sample.plain[data.splits == "test"])
    far = score(parameters_, data.sample.others["a"])
    assert fitting.judged(far, parameters_.levels).mean() > 0.95
    assert fitting.judged(films, parameters_.levels).mean() < 0.1


def test_the_child_head_learns_the_childrens_source(data, fitted):
    test = data.splits == "test"
    said = score(fitted[0], data.sample.plain[test]).child >= 0.5
    assert (said == (data.sources[test] == "kermany")).mean() > 0.9


def test_without_the_childrens_source_there_is_no_child_head(data):
    without = fitting.fit_arrays(data, data.sources != "kermany")
    assert not without.child.any()


def test_p_values_of_test_films_are_about_uniform(data, fitted):
    p = score(fitted[0], data.sample.plain[data.splits == "test"]).ood_p
    n = (data.splits == "val").sum()
    assert p.min() >= 1 / (n + 1)
    assert 0.3 < p.mean() < 0.7


def test_the_distance_is_the_log_of_what_the_basis_leaves():
    basis = np.eye(3)[:, :1]
    z = np.array([[5.0, 3.0, 4.0], [9.0, 0.0, 2.0]])
    assert distance(z, basis, 2.0) == pytest.approx([math.log(25 / 2), math.log(4 / 2)])


def test_scores_are_what_the_arrays_say(data, fitted):
    features = data.sample.plain[:5]
    z = (features.astype(float) - fitted[0].mean) / fitted[0].spread
    said = score(fitted[0], features)
    expected = softmax(z @ fitted[0].kind_weights + fitted[0].kind_bias, axis=1)
    assert said.kinds == pytest.approx(expected)
    at_least = (fitted[0].calibration[None] >= said.distance[:, None]).sum(axis=1)
    assert said.ood_p == pytest.approx((1 + at_least) / (len(fitted[0].calibration) + 1))


def test_excess_puts_the_median_at_0_and_the_99_percent_quantile_at_1(fitted):
    middle, high = np.quantile(fitted[0].calibration, [0.5, 0.99])
    assert fitted[0].excess(np.array([middle, high])) == pytest.approx([0, 1])


def test_features_are_class_token_mean_patch_and_places():
    rng = np.random.default_rng(0)
    tokens = rng.normal(size=(2, 50, 384)).astype(np.float32)
    basis = np.eye(384)[:, :24]
    features = embed(tokens, np.ones(384), basis)
    assert features.shape == (2, 384 + 384 + 49 * 24)
    assert features[:, :384] == pytest.approx(tokens[:, 0])
    assert features[:, 384:768] == pytest.approx(tokens[:, 1:].mean(axis=1), abs=1e-6)
    assert features[1, 768 : 768 + 24] == pytest.approx(tokens[1, 1, :24] - 1, abs=1e-6)


def test_principal_directions_ignore_what_every_film_shares():
    rng = np.random.default_rng(1)
    tokens = np.zeros((60, 50, 384), dtype=np.float32)
    tokens[:, 1:, 0] = np.linspace(-50, 50, 49)  # differs by place, not by film
    tokens[:, 1:, 7] = rng.normal(size=(60, 49))
    _, basis = principal(tokens)
    assert abs(basis[7, 0]) == pytest.approx(1, abs=1e-3)
    assert abs(basis[0, 0]) < 1e-3


def test_parameters_survive_the_files_unchanged(tmp_path, fitted):
    write(tmp_path, fitted[0], fitted[1])
    again = read(tmp_path / ARRAYS_FILE, tmp_path / LEVELS_FILE)
    for name in ARRAYS:
        assert np.array_equal(getattr(again, name), getattr(fitted[0], name)), name
    assert again.levels == fitted[0].levels
    assert again.rest == fitted[0].rest
    first = (tmp_path / ARRAYS_FILE).read_bytes()
    write(tmp_path, fitted[0], fitted[1])
    assert (tmp_path / ARRAYS_FILE).read_bytes() == first


def test_a_missing_or_incomplete_file_is_an_error_and_no_verdict(tmp_path, fitted):
    with pytest.raises(ArtifactError, match="no film is judged"):
        read(tmp_path / ARRAYS_FILE, tmp_path / LEVELS_FILE)
    write(tmp_path, fitted[0], {})
    stored = json.loads((tmp_path / LEVELS_FILE).read_text())
    del stored["levels"]["ood_refuse"]
    (tmp_path / LEVELS_FILE).write_text(json.dumps(stored))
    with pytest.raises(ArtifactError, match=r"gate\.json"):
        read(tmp_path / ARRAYS_FILE, tmp_path / LEVELS_FILE)
    write(tmp_path, fitted[0], {})
    np.savez(tmp_path / ARRAYS_FILE, mean=np.zeros(3))
    with pytest.raises(ArtifactError, match=r"gate\.npz"):
        read(tmp_path / ARRAYS_FILE, tmp_path / LEVELS_FILE)


def test_pickled_arrays_are_not_opened(tmp_path, fitted):
    write(tmp_path, fitted[0], {})
    held = {name: getattr(fitted[0], name) for name in ARRAYS}
    np.savez(tmp_path / ARRAYS_FILE, **(held | {"mean": np.array([{}], dtype=object)}))
    with pytest.raises(ArtifactError):
        read(tmp_path / ARRAYS_FILE, tmp_path / LEVELS_FILE)


def test_a_judge_without_its_model_folder_raises(monkeypatch):
    def gone():
        raise ArtifactError("There is no model folder respiratory.")

    monkeypatch.setattr("core.respiratory.runtime.artifact", gone)
    parameters.cache_clear()
    film = np.linspace(0, 1, 4900, dtype=np.float32).reshape(70, 70)
    with pytest.raises(ArtifactError, match="no model folder"):
        judge(Radiograph("a.png", "", film, "PNG", 70, 70))
    parameters.cache_clear()


FILM = np.random.default_rng(3).random((224, 224)).astype(np.float32)


@given(st.integers(0, 2**32 - 1))
def test_every_change_gives_a_film_of_grey_values(seed):
    for _, change in CHANGES.values():
        changed = change(FILM, np.random.default_rng(seed))
        assert changed.shape == (224, 224)
        assert changed.dtype == np.float32
        assert changed.min() >= 0
        assert changed.max() <= 1


@given(st.integers(0, 2**32 - 1))
def test_every_drawing_gives_grey_values(seed):
    for draw in others.DRAWN.values():
        picture = draw(np.random.default_rng(seed))
        assert picture.shape == (224, 224)
        assert picture.min() >= 0
        assert picture.max() <= 1


def test_four_quarter_turns_and_two_mirrors_change_nothing():
    turned = FILM
    for _ in range(4):
        turned = spoiled.turned(turned, 1)
    assert np.array_equal(turned, FILM)
    rng = np.random.default_rng(0)
    assert np.array_equal(spoiled.mirrored(spoiled.mirrored(FILM, rng), rng), FILM)


def test_a_jigsaw_keeps_the_pieces_and_moves_most_of_them():
    for seed in range(5):
        mixed = spoiled.jigsaw(FILM, np.random.default_rng(seed))
        assert (mixed != FILM).mean() > 0.4
        assert np.isin(mixed, FILM).all()


def test_a_change_is_made_of_every_second_training_film():
    train = np.array([True, False, True, True, True, False])
    names = list(CHANGES)
    assert list(chosen(train, names[0])) == [0, 3]
    assert list(chosen(train, names[1])) == [2, 4]


def test_kinds_cover_the_changes():
    assert {kind for kind, _ in CHANGES.values()} - {"mirrored"} == set(KINDS)
