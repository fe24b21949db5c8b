"""Taking one cause away changes the picture where that cause was, and nowhere else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import phantoms
from core.phantoms import Blob, Finding, Lesion, Phantom, Shortcut
from core.phantoms.space import space

SIZE = 96
SEEDS = st.integers(0, 2**63 - 1)
SICK = [Finding.CONSOLIDATION, Finding.GROUND_GLASS, Finding.NODULES]
OBJECTS = {
    Shortcut.MARKER: phantoms.marker_mask,
    Shortcut.ELECTRODE: phantoms.electrode_mask,
    Shortcut.BORDER: phantoms.border_mask,
}


def changed(first: Phantom, second: Phantom, size: int = SIZE) -> np.ndarray:
    return phantoms.render(first, size) != phantoms.render(second, size)


@settings(max_examples=40)
@given(SEEDS, st.sampled_from(SICK), st.sampled_from(list(Shortcut)))
def test_no_disease_changes_nothing_outside_the_support(seed, finding, shortcut):
    sick = phantoms.draw(seed, finding, shortcut)
    well = dataclasses.replace(sick, lesion=None)
    where = changed(sick, well)
    assert not where[~phantoms.lesion_support(sick, SIZE)].any()
    assert where.any()
    assert phantoms.lesion_support(sick, SIZE).mean() < 0.45


@pytest.mark.parametrize("size", [64, 128, 224])
@pytest.mark.parametrize("finding", SICK)
def test_locality_holds_at_every_size(size, finding):
    sick = phantoms.draw(13, finding)
    where = changed(sick, dataclasses.replace(sick, lesion=None), size)
    assert not where[~phantoms.lesion_support(sick, size)].any()


@settings(max_examples=40)
@given(SEEDS, st.sampled_from(list(OBJECTS)), st.sampled_from(list(Finding)))
def test_no_shortcut_changes_nothing_outside_its_mask(seed, shortcut, finding):
    film = phantoms.draw(seed, finding, shortcut)
    without = dataclasses.replace(film, **{shortcut.value: None})
    where = changed(film, without)
    assert where.any()
    assert not where[~OBJECTS[shortcut](film, SIZE)].any()


@settings(max_examples=25)
@given(SEEDS, st.sampled_from(SICK))
def test_streams_are_independent(seed, finding):
    sick = phantoms.draw(seed, finding, Shortcut.MARKER)
    well = phantoms.draw(seed, Finding.NORMAL, Shortcut.MARKER)
    assert dataclasses.replace(sick, lesion=None) == well
    bare = phantoms.draw(seed, finding, Shortcut.NONE)
    assert dataclasses.replace(sick, marker=None) == bare


@settings(max_examples=25)
@given(SEEDS, st.sampled_from(SICK))
def test_disease_and_shortcut_add_up_where_they_do_not_meet(seed, finding):
    both = phantoms.draw(seed, finding, Shortcut.MARKER)
    only_lesion = dataclasses.replace(both, marker=None)
    inside = phantoms.lesion_support(both, SIZE) & ~phantoms.marker_mask(both, SIZE)
    same = phantoms.render(both, SIZE) == phantoms.render(only_lesion, SIZE)
    assert same[inside].all()


@settings(max_examples=25)
@given(SEEDS, st.sampled_from(SICK))
def test_disease_lies_in_the_lungs_and_makes_them_lighter(seed, finding):
    sick = phantoms.draw(seed, finding, Shortcut.NONE)
    mask = phantoms.lesion_mask(sick, SIZE)
    assert mask.any()
    assert not (mask & ~phantoms.lesion_support(sick, SIZE)).any()
    at = space(SIZE, sick.acquisition)
    assert not mask[np.abs(at.x) < 0.05].any()
    well = phantoms.render(dataclasses.replace(sick, lesion=None), SIZE)
    gain = phantoms.render(sick, SIZE) - well
    assert gain[mask].mean() > 0.01
    assert gain.min() >= -1e-6


@settings(max_examples=25)
@given(SEEDS, st.sampled_from(SICK), st.floats(0.05, 0.5), st.floats(1.1, 2.0))
def test_more_severe_is_lighter_everywhere_in_the_mask(seed, finding, low, factor):
    drawn = phantoms.draw(seed, finding, Shortcut.NONE)
    mild, severe = (
        dataclasses.replace(drawn, lesion=dataclasses.replace(drawn.lesion, severity=s))
        for s in (low, low * factor)
    )
    gain = phantoms.render(severe, SIZE) - phantoms.render(mild, SIZE)
    assert gain.min() >= -1e-6
    assert gain[phantoms.lesion_mask(drawn, SIZE)].mean() > 0


def test_severity_nought_is_no_disease():
    drawn = phantoms.draw(3, Finding.CONSOLIDATION)
    none = dataclasses.replace(drawn, lesion=dataclasses.replace(drawn.lesion, severity=0.0))
    assert not changed(none, dataclasses.replace(drawn, lesion=None)).any()
    assert not phantoms.lesion_support(none, SIZE).any()


def test_consolidation_spares_the_other_lung():
    blob = Blob(x=0.4, y=0.1, radius=0.3, opacity=0.9)
    sick = Phantom(lesion=Lesion(Finding.CONSOLIDATION, (blob,)))
    _, columns = np.nonzero(phantoms.lesion_support(sick, SIZE))
    assert columns.min() > SIZE / 2
    assert blob.side == 1


@settings(max_examples=25)
@given(SEEDS)
def test_ground_glass_is_in_both_lungs(seed):
    sides = [blob.side for blob in phantoms.draw(seed, Finding.GROUND_GLASS).lesion.blobs]
    assert 2 <= sides.count(-1) <= 3
    assert 2 <= sides.count(1) <= 3


def test_a_bronchogram_is_darker_air_inside_a_consolidation():
    blob = Blob(x=-0.4, y=0.2, radius=0.3, opacity=0.9)
    plain = Phantom(lesion=Lesion(Finding.CONSOLIDATION, (blob,)))
    aired = dataclasses.replace(plain, lesion=dataclasses.replace(plain.lesion, bronchogram=True))
    darker = phantoms.render(plain, 224) - phantoms.render(aired, 224)
    assert darker.max() > 0.03
    assert darker.min() >= -1e-6


def test_without_a_cause_its_mask_is_empty():
    bare = phantoms.draw(1, Finding.NORMAL, Shortcut.NONE)
    for mask in (phantoms.lesion_mask, phantoms.lesion_support, *OBJECTS.values()):
        assert not mask(bare, SIZE).any()
    assert phantoms.lung_mask(bare, SIZE).any()


def test_a_shut_border_is_black():
    film = phantoms.draw(1, Finding.NORMAL, Shortcut.BORDER)
    shut = phantoms.border_mask(film, SIZE)
    assert not phantoms.render(film, SIZE)[shut].any()
    assert shut[0].all()
    assert not shut[SIZE // 2, SIZE // 2]


def test_what_is_kept_of_a_chest_cannot_be_written_to():
    from core.phantoms.chest import chest

    kept = chest(Phantom().anatomy, Phantom().acquisition, 64)
    with pytest.raises(ValueError, match="read-only"):
        kept.solid[0, 0] = 1
