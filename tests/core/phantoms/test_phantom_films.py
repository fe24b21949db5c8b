"""Pictures: range, determinism, anatomy in its place, what lies where."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import phantoms
from core.errors import InputError
from core.phantoms import Acquisition, Finding, Marker, Phantom, Shortcut
from core.phantoms.space import space

SIZE = 96
SEEDS = st.integers(0, 2**63 - 1)
FINDINGS = st.sampled_from(list(Finding))
SHORTCUTS = st.sampled_from(list(Shortcut))
EXACT = Acquisition(electronic=0.0, dose=1e12, blur=0.0)


@settings(max_examples=40)
@given(SEEDS, FINDINGS, SHORTCUTS)
def test_every_film_is_finite_and_in_range(seed, finding, shortcut):
    film = phantoms.render(phantoms.draw(seed, finding, shortcut), SIZE)
    assert film.shape == (SIZE, SIZE)
    assert film.dtype == np.float32
    assert np.isfinite(film).all()
    assert film.min() >= 0
    assert film.max() <= 1
    assert film.std() > 0.1


@settings(max_examples=40)
@given(SEEDS)
def test_lungs_are_darker_than_heart_and_belly_and_lighter_than_air(seed):
    phantom = phantoms.draw(seed, Finding.NORMAL, Shortcut.NONE)
    film = phantoms.render(phantom, SIZE)
    lung = film[phantoms.lung_mask(phantom, SIZE)].mean()
    assert lung < film[phantoms.heart_mask(phantom, SIZE)].mean() - 0.1
    assert lung < film[-8:, 40:56].mean() - 0.1
    assert lung > film[:4, :4].mean() + 0.1


@settings(max_examples=40)
@given(SEEDS)
def test_lungs_are_two_and_of_plausible_size(seed):
    phantom = phantoms.draw(seed)
    mask = phantoms.lung_mask(phantom, SIZE)
    assert 0.18 <= mask.mean() <= 0.45
    at = space(SIZE, phantom.acquisition)
    assert mask[at.x < -0.1].any()
    assert mask[at.x > 0.1].any()
    assert not mask[np.abs(at.x) < 0.05].any()


@settings(max_examples=40)
@given(SEEDS)
def test_the_heart_lies_to_the_left_of_the_patient(seed):
    phantom = phantoms.draw(seed)
    at = space(SIZE, phantom.acquisition)
    assert at.x[phantoms.heart_mask(phantom, SIZE)].mean() > 0.02


@settings(max_examples=25)
@given(SEEDS, FINDINGS)
def test_the_same_seed_gives_the_same_bytes(seed, finding):
    first = phantoms.render(phantoms.draw(seed, finding), SIZE)
    assert first.tobytes() == phantoms.render(phantoms.draw(seed, finding), SIZE).tobytes()


def test_another_process_gives_the_same_bytes():
    code = (
        "import hashlib; from core import phantoms; "
        "films = [phantoms.render(phantoms.draw(seed), 64).tobytes() for seed in range(8)]; "
        "print(hashlib.sha256(b''.join(films)).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert len(runs[0].stdout.strip()) == 64


def test_other_seeds_give_other_films():
    films = {phantoms.render(phantoms.draw(seed), 64).tobytes() for seed in range(20)}
    assert len(films) == 20


def test_films_of_two_sizes_show_the_same_patient():
    phantom = phantoms.draw(4, Finding.CONSOLIDATION)
    small = phantoms.render(phantom, 112)
    large = phantoms.render(phantom, 224).reshape(112, 2, 112, 2).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.98


@settings(max_examples=20)
@given(SEEDS)
def test_the_marker_tells_right_from_left(seed):
    phantom = phantoms.draw(seed, Finding.NORMAL, Shortcut.MARKER)
    _, columns = np.nonzero(phantoms.marker_mask(phantom, SIZE))
    assert phantom.marker.text == ("R" if columns.mean() < SIZE / 2 else "L")


def test_letters_are_drawn_upright_and_in_order():
    marker = Marker("L", x=0.0, y=0.0, height=0.5)
    lone = Phantom(marker=marker, acquisition=EXACT)
    bright = phantoms.render(lone, 224) - phantoms.render(
        dataclasses.replace(lone, marker=None), 224
    )
    rows, columns = np.nonzero(bright > 0.05)
    assert bright[rows.max() - 2, columns.min() : columns.max()].min() > 0.05
    assert bright[rows.min() + 2, (columns.min() + columns.max()) // 2] == 0


def test_a_letter_that_is_not_drawn_is_named():
    with pytest.raises(InputError, match=r"'Q' cannot be drawn. Use letters of A, L, P, R."):
        phantoms.render(Phantom(marker=Marker("Q")), SIZE)
    with pytest.raises(InputError, match=r"'' cannot be drawn"):
        phantoms.render(Phantom(marker=Marker("")), SIZE)


@pytest.mark.parametrize("size", [0, 31, 1025, -5])
def test_sizes_out_of_range_are_refused(size):
    sentence = rf"size: {size} is out of range. Choose a side from 32 to 1024 pixels."
    with pytest.raises(InputError, match=sentence):
        phantoms.render(Phantom(), size)
    with pytest.raises(InputError, match=sentence):
        phantoms.marker_mask(Phantom(), size)
    with pytest.raises(InputError, match=sentence):
        phantoms.hand(0, size)


def test_beer_and_lambert_hold_without_noise_and_blur():
    from core.phantoms.film import develop

    attenuation = np.full((32, 32), np.log(2), dtype=np.float32)
    assert develop(attenuation, EXACT) == pytest.approx(0.5, abs=1e-4)
    assert develop(2 * attenuation, EXACT) == pytest.approx(0.75, abs=1e-4)
    assert develop(0 * attenuation, EXACT) == pytest.approx(0.0, abs=1e-4)


def test_noise_has_the_spread_it_is_given():
    from core.phantoms.film import develop

    how = Acquisition(dose=1000, electronic=0.01, blur=0.0, seed=3)
    film = develop(np.full((256, 256), np.log(2), dtype=np.float32), how)
    assert film.std() == pytest.approx(np.sqrt(0.5 / 1000 + 0.01**2), rel=0.02)


def test_the_picture_follows_the_pose():
    straight = dataclasses.replace(
        phantoms.draw(2, Finding.NORMAL, Shortcut.NONE), acquisition=EXACT
    )
    moved = dataclasses.replace(EXACT, shift_x=0.25, rotation=0.0)
    masks = [
        phantoms.lung_mask(p, 96)
        for p in (straight, dataclasses.replace(straight, acquisition=moved))
    ]
    assert np.array_equal(masks[0][:, :-12], masks[1][:, 12:])


def test_other_films_are_finite_and_alike_for_a_seed():
    for maker in (phantoms.hand, phantoms.lateral):
        film = maker(1, SIZE)
        assert np.isfinite(film).all()
        assert 0 <= film.min() <= film.max() <= 1
        assert film.tobytes() == maker(1, SIZE).tobytes()
        assert film.tobytes() != maker(2, SIZE).tobytes()


def test_parameters_leave_as_plain_data():
    import json

    content = json.loads(json.dumps(phantoms.draw(5, Finding.NODULES, Shortcut.MARKER).to_dict()))
    assert content["lesion"]["finding"] == "nodules"
    assert content["border"] is None
    assert phantoms.draw(5, Finding.NORMAL).finding is Finding.NORMAL
