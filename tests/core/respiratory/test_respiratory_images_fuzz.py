"""Whatever the bytes, the image door gives a radiograph or a sentence."""

from __future__ import annotations

import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
)

from core.errors import InputError
from core.respiratory.images import expand, read_image
from core.respiratory.schema import Radiograph
from tests.core.respiratory.film_files import dataset, film, ramp, saved, written, zipped


def packed() -> bytes:
    data = dataset()
    data.compress(RLELossless, generate_instance_uid=False)
    return written(data, RLELossless)


def made() -> dict[str, bytes]:
    """Return one file of each kind, small enough that most bytes matter."""
    colour = Image.fromarray(np.stack([ramp(), ramp()[::-1], ramp()], axis=-1))
    several = {"save_all": True, "append_images": [Image.fromarray(ramp()[::-1])]}
    jpeg = encapsulate([saved(ramp(), "JPEG")])
    return {
        "PNG": saved(ramp()),
        "PNG of 16 bits": saved(ramp().astype(np.uint16) * 200),
        "PNG with palette": saved(colour.quantize(16)),
        "JPEG": saved(ramp(), "JPEG"),
        "JPEG in colour, progressive": saved(colour, "JPEG", progressive=True),
        "TIFF": saved(ramp(), "TIFF", compression="tiff_deflate"),
        "TIFF of floats": saved(ramp().astype(np.float32), "TIFF"),
        "GIF": saved(Image.fromarray(ramp()), "GIF", **several),
        "WebP": saved(colour, "WEBP"),
        "BMP": saved(ramp(), "BMP"),
        "DICOM": film(WindowCenter=2000, WindowWidth=3000, PixelPaddingValue=0),
        "DICOM, implicit": written(dataset(), ImplicitVRLittleEndian),
        "DICOM, deflated": written(dataset(), DeflatedExplicitVRLittleEndian),
        "DICOM with RLE": packed(),
        "DICOM with JPEG": written(dataset(ramp(), PixelData=jpeg), JPEGBaseline8Bit),
        "zip": zipped({"a.png": saved(ramp()), "b/c.dcm": film()}),
    }


FILES = made()


def judge(content: bytes) -> Radiograph | InputError:
    """Read a file and hold the result to what the door promises."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = read_image("film", content)
        except InputError as error:
            found = error
    if isinstance(found, InputError):
        assert found.message.startswith("film ")
        assert found.message.endswith(".")
        return found
    assert found.pixels.dtype == np.float32
    assert found.pixels.ndim == 2
    assert max(found.pixels.shape) <= 1024
    assert np.isfinite(found.pixels).all()
    assert found.pixels.min() >= 0
    assert found.pixels.max() <= 1
    assert 0 <= found.colour <= 1
    return found


def judge_all(content: bytes) -> int:
    """Return how many files of a batch could be read."""
    read = 0
    for _, entry in expand([("film", content)]):
        if isinstance(entry, InputError):
            assert entry.message.startswith("film")
        else:
            read += isinstance(judge(entry), Radiograph)
    return read


@pytest.mark.parametrize("kind", FILES)
def test_whole_files_are_read(kind):
    assert judge_all(FILES[kind]) == (2 if kind == "zip" else 1)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("twentieth", range(20))
def test_truncated_files(kind, twentieth):
    content = FILES[kind]
    judge_all(content[: len(content) * twentieth // 20])


@pytest.mark.parametrize("kind", FILES)
def test_flipped_bytes(kind):
    content = FILES[kind]
    rng = np.random.default_rng(len(content))
    for n in (1, 1, 1, 2, 5, 20) * 12:
        broken = bytearray(content)
        front = rng.random() < 0.7  # headers are where the trouble is
        for place in rng.integers(0, min(len(content), 600) if front else len(content), n):
            broken[place] = rng.integers(256)
        judge_all(bytes(broken))


@pytest.mark.parametrize("kind", FILES)
def test_extreme_numbers_in_the_header(kind):
    content = FILES[kind]
    for place in range(0, min(len(content), 700), 2):
        for extreme in (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xff\xff\xff\x7f"):
            judge_all(content[:place] + extreme + content[place + 4 :])


@given(st.sampled_from(sorted(FILES)), st.data())
@settings(max_examples=150)
def test_spliced_files(kind, data):
    content = FILES[kind]
    other = FILES[data.draw(st.sampled_from(sorted(FILES)))]
    cut = data.draw(st.integers(0, len(content)))
    start = data.draw(st.integers(0, len(other)))
    middle = data.draw(st.binary(max_size=20))
    judge_all(content[:cut] + middle + other[start:])


@given(st.binary(max_size=400), st.sampled_from(sorted(FILES)), st.integers(2, 200))
@settings(max_examples=150)
def test_noise_behind_a_true_beginning(noise, kind, kept):
    judge_all(FILES[kind][:kept] + noise)


@given(
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
    signed=st.booleans(),
    slope=st.floats(-1e30, 1e30, allow_nan=False),
    centre=st.floats(-1e30, 1e30, allow_nan=False),
    width=st.floats(-10, 1e30, allow_nan=False),
    function=st.sampled_from(["LINEAR", "LINEAR_EXACT", "SIGMOID", "OTHER"]),
    photometric=st.sampled_from(["MONOCHROME1", "MONOCHROME2"]),
    padding=st.integers(-40_000, 70_000),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_values_under_any_window(
    rows, columns, signed, slope, centre, width, function, photometric, padding, seed
):
    raw = np.random.default_rng(seed).integers(0, 2**16, (rows, columns)).astype(np.uint16)
    data = dataset(raw.view(np.int16) if signed else raw, BitsStored=16)
    data.PhotometricInterpretation, data.VOILUTFunction = photometric, function
    for keyword, value in {
        "RescaleSlope": slope,
        "RescaleIntercept": 1,
        "WindowCenter": centre,
        "WindowWidth": width,
    }.items():
        setattr(data, keyword, f"{value:.8g}")
    data.add_new("PixelPaddingValue", "SL", padding)
    judge(written(data))


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from(["L", "RGB", "RGBA", "LA", "1"]))
def test_any_size_and_mode(width, height, mode):
    found = judge(saved(Image.new(mode, (width, height), 1)))
    assert isinstance(found, Radiograph)
    assert found.pixels.shape == (height, width)
