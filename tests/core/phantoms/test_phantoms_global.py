"""The lines of a scatter grid: a shortcut without a place."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import phantoms
from core.phantoms import Finding, Phantom, Shortcut
from core.phantoms.film import LINES

SIZE = 96
SEEDS = st.integers(0, 2**63 - 1)


def gridded(phantom: Phantom, grid: float) -> Phantom:
    acquisition = dataclasses.replace(phantom.acquisition, grid=grid)
    return dataclasses.replace(phantom, acquisition=acquisition)


@settings(max_examples=25)
@given(SEEDS)
def test_no_drawn_film_has_a_grid(seed):
    assert phantoms.draw(seed).acquisition.grid == 0


def test_what_is_drawn_at_random_is_what_it_was():
    assert [kind.value for kind in Shortcut] == ["none", "marker", "electrode", "border"]


@settings(max_examples=20)
@given(SEEDS, st.sampled_from(list(Finding)))
def test_amplitude_nought_changes_no_byte(seed, finding):
    film = phantoms.draw(seed, finding)
    same = phantoms.render(gridded(film, 0.0), SIZE)
    assert same.tobytes() == phantoms.render(film, SIZE).tobytes()


@pytest.mark.parametrize("size", [64, 96, 224])
def test_its_lines_have_the_stated_frequency_and_are_upright(size):
    film = phantoms.draw(5, Finding.NORMAL, Shortcut.NONE)
    lines = phantoms.render(gridded(film, 0.1), size) - phantoms.render(film, size)
    along = np.abs(np.fft.rfft(lines.mean(axis=0)))
    assert abs(int(along.argmax()) / size - LINES) <= 1 / size
    columns = np.corrcoef(lines[size // 3 : size // 2])
    assert columns.min() > 0.8


@settings(max_examples=20)
@given(SEEDS)
def test_it_lies_over_the_whole_film(seed):
    film = phantoms.draw(seed, Finding.NORMAL, Shortcut.NONE)
    changed = phantoms.render(gridded(film, 0.1), SIZE) != phantoms.render(film, SIZE)
    lungs = phantoms.lung_mask(film, SIZE)
    assert changed[lungs].mean() > 0.9
    assert changed[~lungs].mean() > 0.5


@settings(max_examples=20)
@given(SEEDS, st.floats(0.02, 0.08))
def test_a_stronger_grid_changes_more(seed, grid):
    film = phantoms.draw(seed, Finding.NORMAL, Shortcut.NONE)
    plain = phantoms.render(film, SIZE)
    weak, strong = (
        np.abs(phantoms.render(gridded(film, share), SIZE) - plain).mean()
        for share in (grid, 2 * grid)
    )
    assert weak < strong


def test_the_lesion_is_still_all_that_a_lesion_changes():
    sick = gridded(phantoms.draw(13, Finding.CONSOLIDATION, Shortcut.NONE), 0.1)
    well = dataclasses.replace(sick, lesion=None)
    where = phantoms.render(sick, SIZE) != phantoms.render(well, SIZE)
    assert where.any()
    assert not where[~phantoms.lesion_support(sick, SIZE)].any()
