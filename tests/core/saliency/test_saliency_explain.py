from __future__ import annotations

import json
import math

import numpy as np
import pytest

from core import respiratory
from core.errors import InputError
from core.saliency import (
    METHODS,
    Family,
    Outcome,
    Subject,
    explain,
    film_subject,
    phantom_subject,
    picture_subject,
    scene,
)
from core.saliency.save import FIGURE, NATIVE, NUMBERS, TABLE, UPSAMPLED, files
from core.saliency.subject import lung_box
from core.saliency.trial import panel
from tests.core.saliency import causes, toys

SIZE = 32


def needing(mask: np.ndarray) -> Subject:
    """A bright picture before a network whose first class is what a region shows."""
    network = toys.region(mask, strength=8.0)
    image = np.ones(mask.shape, dtype=np.float32)
    return Subject("picture", "picture", network, image, image)


def square(top: int = 4, left: int = 4, side: int = 12) -> np.ndarray:
    mask = np.zeros((SIZE, SIZE), dtype=bool)
    mask[top : top + side, left : left + side] = True
    return mask


def test_a_map_of_what_the_network_needs_passes():
    found = explain(needing(square()), "saliency")
    assert found.label == "first"
    assert found.verdict.faithfulness.outcome is Outcome.PASS
    assert found.curves.deletion.values[-1] < found.curves.deletion.values[0]
    assert found.metrics["abpc"].value == pytest.approx(found.verdict.faithfulness.value)


def test_a_map_of_what_the_network_does_not_need_does_not_pass():
    found = explain(needing(square()), "centre")
    assert found.verdict.faithfulness.outcome is not Outcome.PASS
    assert found.verdict.visual.outcome is Outcome.UNKNOWN
    assert "not known where" in found.verdict.visual.sentence


def test_without_a_test_nothing_is_claimed():
    found = explain(needing(square()), "saliency", tested=False)
    assert found.curves is None
    assert found.verdict.outcome is Outcome.UNKNOWN
    assert found.verdict.faithfulness.sentence == "Not tested on this image yet."
    assert "abpc" not in found.metrics


def test_a_blank_map_is_no_answer():
    subject = needing(square())
    flat = toys.linear(SIZE)
    flat = toys.Linear(size=SIZE, weights=0 * flat.weights, bias=flat.bias)
    found = explain(Subject("x", "picture", flat, subject.image, subject.canvas), "saliency")
    assert found.attribution.blank
    assert {one.outcome for one in found.verdict.findings} == {Outcome.UNKNOWN}
    assert all("no map" in one.sentence for one in found.verdict.findings)
    assert math.isnan(found.metrics["gini"].value)
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_class_can_be_chosen_and_must_exist():
    assert explain(needing(square()), "saliency", "second", tested=False).label == "second"
    with pytest.raises(InputError, match=r"no class 'secnd'\. Did you mean 'second'\?"):
        explain(needing(square()), "saliency", "secnd")


def test_the_same_question_gets_the_same_answer():
    subject = needing(square())
    first, again = (explain(subject, "smoothgrad").to_dict() for _ in range(2))
    assert first == again


def test_progress_goes_from_nothing_to_everything():
    told = []
    explain(
        needing(square()), "saliency", on_progress=lambda share, text: told.append((share, text))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(text for _, text in told)


@pytest.mark.parametrize("method", [key for key in METHODS if key != "rollout"])
def test_a_map_is_compared_with_methods_of_another_kind(method):
    network = toys.conv(SIZE)
    others = panel(network, method)
    assert method not in others
    assert others
    families = {METHODS[one].family for one in others}
    assert METHODS[method].family not in families or METHODS[method].family is Family.PERTURBATION


def test_a_phantom_comes_with_its_causes():
    film = causes.film()
    network = causes.additive(film, lesion=3.0, shortcut=1.0)
    found = explain(phantom_subject(film, network), "saliency", "first", tested=False)
    assert found.truth.shares.lesion == pytest.approx(0.75, abs=1e-6)
    assert found.truth.plausibility.defined
    record = found.to_dict()
    assert record["truth"]["shares"]["shares"] == pytest.approx([0.75, 0.25], abs=1e-6)


def test_a_phantom_of_another_size_is_refused():
    with pytest.raises(InputError, match="its side is 64 pixels and Toy takes 32"):
        phantom_subject(scene(1, "decoy", 64), toys.linear(32))


def test_a_film_that_may_not_be_judged_has_no_map():
    name, content = respiratory.example("hand")
    with pytest.raises(InputError, match="no answer to explain"):
        film_subject(name, content, "cnn")


def test_a_file_that_is_no_image_is_refused():
    with pytest.raises(InputError, match=r"notes\.txt"):
        film_subject("notes.txt", b"not an image", "cnn")


def test_a_film_is_explained_where_it_lies():
    name, content = respiratory.example("child-normal-1")
    found = explain(film_subject(name, content, "cnn"), "gradcam", tested=False)
    assert found.subject.canvas.shape == (224, 224)
    assert found.attribution.pixels.shape == (128, 128)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert found.verdict.visual.n == 19


def test_a_picture_is_put_on_the_scale_of_its_network():
    network = toys.linear(SIZE, grey=(-2.0, 2.0))
    name, content = respiratory.example("child-normal-1")
    subject = picture_subject(name, content, network)
    assert subject.image.min() >= -2
    assert subject.image.max() <= 2
    assert subject.image.max() - subject.image.min() > 1
    assert subject.lungs is None


@pytest.mark.parametrize("size", [96, 128, 140])
def test_the_lung_box_covers_the_same_part_at_every_size(size):
    box = lung_box(size)
    whole = respiratory.LUNGS
    area = (whole.bottom - whole.top) * (whole.right - whole.left) / respiratory.CANVAS**2
    assert box.mean() == pytest.approx(area, abs=0.02)


def test_an_explanation_can_be_taken_along():
    found = explain(needing(square()), "saliency")
    saved = files(found)
    assert set(saved) == {NATIVE, UPSAMPLED, FIGURE, NUMBERS, TABLE}
    assert saved[FIGURE][:4] == b"\x89PNG"
    assert json.loads(saved[NUMBERS])["verdict"]["outcome"] == "pass"
    assert saved[TABLE].startswith(b"figure,value,reason\n")
