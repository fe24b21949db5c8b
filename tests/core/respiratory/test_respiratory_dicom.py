"""DICOM files at the image door: values, windows, refusals, and no patient in sight."""

from __future__ import annotations

import logging
import struct
import traceback
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from core.errors import InputError
from core.respiratory.images import dicom, layout, read_image, stored, windows
from core.respiratory.schema import Radiograph
from tests.core.respiratory.film_files import (
    BIRTH,
    NAME,
    PATIENT_ID,
    dataset,
    film,
    ramp,
    saved,
    written,
)

SHIPPED = Path(pydicom.__file__).parent / "data"
FILES = sorted(
    path
    for folder in ("test_files", "charset_files", "palettes")
    for path in (SHIPPED / folder).rglob("*")
    if path.is_file()
)


def said(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_image("film.dcm", content)
    assert caught.value.message.startswith("film.dcm ")
    return caught.value.message


@pytest.fixture
def root_log() -> Iterator[list[logging.LogRecord]]:
    """Collect what reaches the root logger; caplog would also listen below it."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append
    logging.getLogger().addHandler(handler)
    yield records
    logging.getLogger().removeHandler(handler)


def outcome(name: str, content: bytes) -> Radiograph | InputError:
    try:
        return read_image(name, content)
    except InputError as error:
        return error


def deep(seed: int = 0, low: int = 0, high: int = 4096, dtype: str = "u2") -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (40, 50)).astype(dtype)


# --- what is shown ------------------------------------------------------------------------------


def test_a_film_says_what_it_is():
    found = read_image("film.dcm", film())
    assert (found.kind, found.modality, found.body_part, found.view) == (
        "DICOM",
        "DX",
        "CHEST",
        "PA",
    )
    assert (found.width, found.height, found.colour) == (80, 60, 0.0)


WINDOWS = [
    {"WindowCenter": 2000, "WindowWidth": 3000},
    {"WindowCenter": 100, "WindowWidth": 1},
    {"WindowCenter": [1500, 40], "WindowWidth": [2500, 80]},
    {"WindowCenter": 2000, "WindowWidth": 3000, "VOILUTFunction": "LINEAR_EXACT"},
    {"WindowCenter": 200, "WindowWidth": 0.5, "VOILUTFunction": "LINEAR_EXACT"},
    {"WindowCenter": 2000, "WindowWidth": 900, "VOILUTFunction": "SIGMOID"},
    {"WindowCenter": -30, "WindowWidth": 700, "RescaleSlope": 0.5, "RescaleIntercept": -900},
]


def shown_by_pydicom(data: Dataset) -> np.ndarray:
    """Return grey from 0 to 1 as the library's own steps give it."""
    values = apply_voi_lut(apply_modality_lut(pixel_array(data), data), data).astype(float)
    if data.get("VOILUTSequence"):
        return values / (2 ** data.VOILUTSequence[0].LUTDescriptor[2] - 1)
    signed = data.PixelRepresentation == 1
    ends = np.array([-(2.0 ** (data.BitsStored - 1)) if signed else 0.0, 0.0])
    ends[1] = ends[0] + 2.0**data.BitsStored - 1
    if data.get("ModalityLUTSequence"):
        ends = np.array([0.0, 2.0 ** data.ModalityLUTSequence[0].LUTDescriptor[2] - 1])
    elif "RescaleSlope" in data:
        ends = ends * data.RescaleSlope + data.RescaleIntercept
    return (values - ends[0]) / (ends[1] - ends[0])


@pytest.mark.parametrize("elements", WINDOWS)
@pytest.mark.parametrize("signed", [False, True])
def test_windows_match_pydicom(elements, signed):
    raw = deep(1, -2000, 2000, "i2") if signed else deep(1)
    data = dataset(raw, **elements)
    found = read_image("film.dcm", written(data))
    np.testing.assert_allclose(found.pixels, shown_by_pydicom(data), atol=2e-6)
    assert "Shown through the file's window" in found.notes[0]


def lut(entries: np.ndarray, first: int, bits: int) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(entries) % 65536, first, bits]
    item.LUTData = entries.astype("<u2").tobytes()
    item["LUTDescriptor"].VR = "US"
    item["LUTData"].VR = "OW"
    return item


@pytest.mark.parametrize("first", [0, 500])
def test_a_voi_table_comes_before_a_window_and_matches_pydicom(first):
    entries = (np.linspace(0, 1, 2000) ** 2 * 4095).round()
    data = dataset(deep(2), VOILUTSequence=[lut(entries, first, 12)], WindowCenter=5, WindowWidth=9)
    found = read_image("film.dcm", written(data))
    np.testing.assert_allclose(found.pixels, shown_by_pydicom(data), atol=1e-6)
    assert found.notes == ("Shown through the file's VOI table.",)


@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "f4"])
@pytest.mark.parametrize("first", [-300, 0, 300])
def test_a_table_may_begin_and_end_beyond_what_is_stored(kind, first):
    table = windows.Table(first, 16, np.arange(70_000, dtype=np.float32))
    found = table.apply(np.array([[1, 120]], dtype=kind))
    np.testing.assert_array_equal(found, [[max(0, 1 - first), max(0, 120 - first)]])


def test_a_modality_table_matches_pydicom():
    entries = np.sqrt(np.arange(4096)) * 60
    data = dataset(
        deep(3), ModalityLUTSequence=[lut(entries, 0, 16)], WindowCenter=1800, WindowWidth=2000
    )
    found = read_image("film.dcm", written(data))
    np.testing.assert_allclose(found.pixels, shown_by_pydicom(data), atol=2e-6)


@pytest.mark.parametrize("sequence", ["VOILUTSequence", "ModalityLUTSequence"])
def test_a_table_without_its_entries_is_refused(sequence):
    item = lut(np.arange(10), 0, 12)
    item.LUTDescriptor = [4096, 0, 12]
    assert "lookup table" in said(film(deep(), **{sequence: [item]}))


def test_without_a_window_the_percentiles_are_black_and_white():
    raw = deep(4)
    found = read_image("film.dcm", film(raw))
    low, high = np.percentile(raw, (0.5, 99.5))
    np.testing.assert_allclose(found.pixels, ((raw - low) / (high - low)).clip(0, 1), atol=1e-5)
    assert "names no window" in found.notes[0]


def test_eight_bits_without_a_window_are_shown_as_they_are():
    found = read_image("film.dcm", film(ramp()))
    np.testing.assert_allclose(found.pixels, ramp() / 255, atol=1e-6)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"WindowCenter": 10, "WindowWidth": 0}, "not a valid one"),
        ({"WindowCenter": 10, "WindowWidth": -5}, "not a valid one"),
        ({"WindowCenter": 10, "WindowWidth": 0.2}, "not a valid one"),
        ({"WindowCenter": 9, "WindowWidth": 9, "VOILUTFunction": "LOG"}, "of an unknown function"),
        ({"WindowCenter": 60000, "WindowWidth": 10}, "would show a single grey"),
        ({"WindowCenter": None, "WindowWidth": 10}, "names no window"),
    ],
)
def test_a_window_that_shows_nothing_is_replaced_with_a_note(elements, words):
    found = read_image("film.dcm", film(deep(), **elements))
    assert words in found.notes[0]
    assert found.pixels.std() > 0.2


def test_a_window_that_is_no_number_is_refused():
    content = film(deep(), WindowCenter=12345, WindowWidth=400).replace(b"12345", b"abcde")
    assert "broken" in said(content)


def test_monochrome1_is_inverted_back():
    window = {"WindowCenter": 2000, "WindowWidth": 3000}
    plain = read_image("a", film(deep(), **window))
    inverted = read_image("b", film(deep(), PhotometricInterpretation="MONOCHROME1", **window))
    np.testing.assert_allclose(inverted.pixels, 1 - plain.pixels, atol=1e-6)
    assert any("MONOCHROME1" in note for note in inverted.notes)


def test_contradicting_presentation_is_noted():
    found = read_image("a", film(deep(), PresentationLUTShape="INVERSE"))
    assert any("inverse" in note for note in found.notes)


def test_padding_is_black_and_does_not_move_the_window():
    raw = deep(5, 1000, 2000)
    expected = np.percentile(raw[:, 10:], (0.5, 99.5))
    raw[:, :10] = 4095
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        found = read_image(
            "a", film(raw, PixelPaddingValue=4095, PhotometricInterpretation=photometric)
        )
        assert (found.pixels[:, :10] == 0).all()
        assert f"{expected[0]:g} to {expected[1]:g}" in found.notes[0]
        assert found.notes[-1] == "Padding, 20.0% of the image, is shown black."


def test_padding_of_the_other_sign_and_as_a_range_is_understood():
    raw = deep(6, 0, 1000, "i2")
    raw[0] = -2000
    data = dataset(raw, WindowCenter=-500, WindowWidth=4000)
    data.add_new("PixelPaddingValue", "US", 65536 - 2000)
    assert (read_image("a", written(data)).pixels[0] == 0).all()
    raw[1] = -1999
    ranged = film(raw, WindowCenter=-500, WindowWidth=4000, PixelPaddingValue=-2000)
    assert read_image("a", ranged).pixels[1].min() > 0
    data = dataset(raw, WindowCenter=-500, WindowWidth=4000)
    data.PixelPaddingValue, data.PixelPaddingRangeLimit = -2000, -1999
    assert (read_image("a", written(data)).pixels[:2] == 0).all()


@pytest.mark.parametrize(
    ("elements", "shape"),
    [
        ({"PixelSpacing": [0.1, 0.2]}, (20, 50)),
        ({"ImagerPixelSpacing": [0.2, 0.1]}, (40, 25)),
        ({"PixelAspectRatio": [2, 1]}, (40, 25)),
        ({"PixelSpacing": [0.2, 0.2], "PixelAspectRatio": [2, 1]}, (40, 50)),
        ({"PixelSpacing": [0.2, 0]}, (40, 50)),
        ({"PixelSpacing": [50, 0.1]}, (40, 50)),
    ],
)
def test_pixels_become_square(elements, shape):
    found = read_image("a", film(deep(), **elements))
    assert found.pixels.shape == shape
    assert any("made square" in note for note in found.notes) == (shape != (40, 50))


def test_colour_is_measured():
    image = np.full((10, 10, 3), 100, np.uint8)
    image[:5] = (200, 100, 50)
    colours = {"SamplesPerPixel": 3, "PlanarConfiguration": 0, "PhotometricInterpretation": "RGB"}
    found = read_image("a", film(image, **colours))
    assert found.colour == 0.5
    assert found.pixels[9, 0] == pytest.approx(100 / 255)
    luma = {**colours, "PhotometricInterpretation": "YBR_FULL"}
    grey = np.full((10, 10, 3), 128, np.uint8)
    grey[..., 0] = ramp(10, 10)
    found = read_image("a", film(grey, **luma))
    assert found.colour == 0
    np.testing.assert_allclose(found.pixels, ramp(10, 10) / 255, atol=0.006)


# --- the other ways to store it -----------------------------------------------------------------


def rle(data: Dataset) -> bytes:
    data.compress(RLELossless, generate_instance_uid=False)
    return written(data, RLELossless)


def jpeg2000(data: Dataset) -> bytes:
    data.PixelData = encapsulate([saved(pixel_array(data), "JPEG2000", no_jp2=True)])
    return written(data, JPEG2000Lossless)


@pytest.mark.parametrize(
    "store",
    [
        lambda data: written(data, ImplicitVRLittleEndian),
        lambda data: written(data, DeflatedExplicitVRLittleEndian),
        rle,
        jpeg2000,
        lambda data: written(data)[132:],
        lambda data: written(data, ImplicitVRLittleEndian)[132:],
    ],
    ids=["implicit", "deflated", "RLE", "JPEG 2000", "no preamble", "no preamble, implicit"],
)
def test_every_storage_shows_the_same(store):
    window = {"WindowCenter": 30000, "WindowWidth": 50000, "BitsStored": 16}
    raw = deep(7, 0, 65536)
    expected = read_image("a", film(raw, **window))
    found = read_image("a", store(dataset(raw, **window)))
    np.testing.assert_allclose(found.pixels, expected.pixels, atol=1e-6)
    assert (found.kind, found.modality, found.view) == ("DICOM", "DX", "PA")


def test_big_endian_and_a_data_set_without_header():
    data = dataset(deep(), WindowCenter=2000, WindowWidth=3000)
    expected = read_image("a", written(data)).pixels
    data.PixelData = deep().astype(">u2").tobytes()
    np.testing.assert_array_equal(
        read_image("a", written(data, ExplicitVRBigEndian)).pixels, expected
    )
    content = written(dataset(deep(), WindowCenter=2000, WindowWidth=3000))
    bare = content[content.index(b"\x08\x00\x16\x00UI") :]
    np.testing.assert_array_equal(read_image("a", bare).pixels, expected)


def test_baseline_jpeg_is_read():
    grey = np.tile(np.arange(80, dtype=np.uint8) * 2, (60, 1))
    data = dataset(grey, PixelData=encapsulate([saved(grey, "JPEG", quality=95)]))
    found = read_image("a", written(data, JPEGBaseline8Bit))
    assert np.abs(found.pixels - grey / 255).mean() < 0.01


def test_stray_bits_above_those_stored_are_dropped():
    raw = deep(8)
    window = {"WindowCenter": 2000, "WindowWidth": 3000}
    expected = read_image("a", film(raw, **window)).pixels
    found = read_image("a", film(raw | np.uint16(0x8000), **window))
    np.testing.assert_array_equal(found.pixels, expected)


def test_of_a_film_with_several_frames_the_first_is_read():
    two = np.stack([deep(1), deep(2)])
    elements = {"Rows": 40, "Columns": 50, "NumberOfFrames": 2}
    found = read_image("a", film(two, **elements))
    np.testing.assert_array_equal(found.pixels, read_image("b", film(deep(1))).pixels)
    assert found.notes[0] == "The file holds 2 frames; only the first is read."


@pytest.mark.parametrize("modality", ["CT", "MR", "US", "NM"])
def test_a_stack_of_slices_is_refused(modality):
    two = np.stack([deep(1), deep(2)])
    text = said(film(two, Rows=40, Columns=50, NumberOfFrames=2, Modality=modality))
    assert f"2 frames of modality {modality}" in text
    assert read_image("a", film(deep(), Modality=modality)).modality == modality


# --- what cannot be read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"PixelData": None}, "without pixels (Digital X-Ray Image Storage - For Presentation"),
        ({"PixelData": b""}, "without pixels"),
        ({"Rows": None}, "lacks Rows"),
        ({"Columns": None}, "lacks Columns"),
        ({"Rows": 0}, "80 x 0"),
        ({"Rows": 65535, "Columns": 65535}, "65,535 x 65,535"),
        ({"Rows": 61}, "is cut short"),
        ({"Columns": 800}, "is cut short"),
        ({"NumberOfFrames": 900, "Modality": "DX"}, "is cut short"),
        ({"NumberOfFrames": 0}, "0 as NumberOfFrames"),
        ({"BitsAllocated": 12}, "12 as BitsAllocated"),
        ({"BitsStored": 17}, "17 as BitsStored"),
        ({"HighBit": 15}, "15 as HighBit of 12"),
        ({"PhotometricInterpretation": "HSV", "SamplesPerPixel": 3}, "HSV as Photometric"),
        ({"PhotometricInterpretation": None}, "no value as Photometric"),
        ({"SamplesPerPixel": 3}, "3 as SamplesPerPixel"),
        ({"Rows": [60, 60]}, "Rows that is not one whole number"),
        ({"RescaleSlope": 0, "RescaleIntercept": 5}, "broken"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "broken"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_is_missing_or_impossible_is_named(elements, words):
    assert words in said(film(**elements))


def test_a_frame_too_large_to_hold_is_refused_before_decoding(monkeypatch):
    monkeypatch.setattr(layout, "MAX_DECODED", 1000)
    assert "are the most" in said(film())


def test_a_transfer_syntax_without_a_decoder_is_named_with_the_way_out():
    text = said(written(dataset(PixelData=encapsulate([b"\xff\xd8\xff\xf7"])), JPEGLSLossless))
    assert "JPEG-LS Lossless" in text
    assert "dcmdjpls" in text
    assert "PNG" in text
    odd = dataset(PixelData=encapsulate([b"1234"]))
    content = written(odd, JPEGLSLossless).replace(b"10008.1.2.4.80", b"99999.1.2.4.80")
    assert "stores its pixels as 1.2.840.99999.1.2.4.80," in said(content)


def test_compressed_pixels_of_another_size_are_not_decoded():
    huge = saved(np.zeros((3000, 3000), np.uint8), "JPEG")
    data = dataset(ramp(), PixelData=encapsulate([huge]))
    assert "do not fit its header (80 x 60" in said(written(data, JPEGBaseline8Bit))


def test_a_run_length_bomb_is_counted_before_it_is_unpacked():
    plane = 60 * 80
    assert stored.unpacked(b"\x81\x00" * 10, 10_000) == 1280
    assert stored.unpacked(b"\x02abc\x80\xff9", 10_000) == 5
    assert stored.unpacked(b"\x81\x00" * 10**6, plane) <= plane + 128
    header = struct.pack("<16I", 1, 64, *[0] * 14)
    data = dataset(ramp(), PixelData=encapsulate([header + b"\x81\x00" * 10**6]))
    assert "damaged" in said(written(data, RLELossless))


def test_a_deflation_bomb_is_stopped(monkeypatch):
    monkeypatch.setattr(dicom, "MAX_BYTES", 10**5)
    text = said(written(dataset(np.zeros((1000, 1000), np.uint16)), DeflatedExplicitVRLittleEndian))
    assert "inflates to more than" in text


def test_a_deflation_within_a_deflation_is_refused():
    content = written(dataset(), DeflatedExplicitVRLittleEndian)
    start = 144 + struct.unpack("<I", content[140:144])[0]
    squeezed = zlib.compressobj(wbits=-15)
    body = squeezed.compress(content[132:]) + squeezed.flush()
    assert "two headers" in said(content[:start] + body)
    assert "damaged" in said(content[:start] + b"\xff" * 100)


def test_a_damaged_header_is_refused():
    assert said(b"\x00" * 128 + b"DICM")
    assert said(b"\x00" * 128 + b"DICM" + b"\xff" * 300)
    assert "none of its elements" in said(b"\x08\x00" + b"\x00" * 100)


# --- files that others made ---------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_file_that_pydicom_ships_is_read_or_refused_in_a_sentence(path, root_log, capfd):
    content = path.read_bytes()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        found = outcome(path.name, content)
    if isinstance(found, InputError):
        assert found.message.startswith(path.name)
        assert found.message.endswith(".")
    else:
        assert np.isfinite(found.pixels).all()
        assert found.pixels.min() >= 0
        assert found.pixels.max() <= 1
    assert not seen
    assert not root_log
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore")
def test_shipped_films_with_a_window_look_as_pydicom_shows_them():
    compared = 0
    for path in FILES:
        found = outcome(path.name, path.read_bytes())
        if isinstance(found, InputError) or not any("file's window" in n for n in found.notes):
            continue
        if any("made square" in n or "would show" in n for n in found.notes):
            continue
        data = pydicom.dcmread(path)
        grey = shown_by_pydicom(data)
        if data.PhotometricInterpretation == "MONOCHROME1":
            grey = 1 - grey
        kept = pixel_array(data) != data.get("PixelPaddingValue", 10**9)
        np.testing.assert_allclose(found.pixels[kept], grey[kept], atol=1e-5)
        compared += 1
    assert compared >= 30


def test_the_shipped_files_are_mostly_read():
    found = [outcome(path.name, path.read_bytes()) for path in FILES]
    read = sum(isinstance(one, Radiograph) for one in found)
    assert read >= 85


# --- the patient --------------------------------------------------------------------------------


def texts(found: Radiograph | InputError) -> str:
    """Return all the text that leaves the door, the log of an error included."""
    if isinstance(found, InputError):
        return "".join(traceback.format_exception(found)).lower()
    return " ".join(
        str(getattr(found, name)) for name in Radiograph.__slots__ if name != "pixels"
    ).lower()


def test_nothing_of_the_patient_reaches_the_radiograph():
    data = dataset(
        StudyDescription="Visit of Zyxwvut", AccessionNumber="ACC-99123", PatientAge="064Y"
    )
    found = read_image("film.dcm", written(data))
    for word in (NAME, "zyxwvut", PATIENT_ID, BIRTH, "ACC-99123"):
        assert word.lower() not in texts(found)


def test_the_patient_is_not_even_parsed():
    assert not any(tag.startswith("Patient") for tag in dicom.TAGS)
    assert "PatientName" not in dicom._parsed("film.dcm", film())


def test_nothing_of_the_patient_reaches_a_sentence():
    content = film(
        OtherPatientIDs=PATIENT_ID,
        PatientComments=f"{NAME} {BIRTH}",
    )
    rng = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(content)
        for place in rng.integers(132, 1200, 3):
            broken[place] = rng.integers(256)
        cut = bytes(broken[: rng.integers(100, len(broken))])
        for candidate in (bytes(broken), cut):
            found = outcome("film.dcm", candidate)
            shown = texts(found)
            for word in ("zyxwvut", "quintilia", "7731964", BIRTH):
                assert word not in shown


def test_a_name_in_the_wrong_place_is_dropped():
    data = dataset(BodyPartExamined="CHEST")
    data.add_new("BodyPartExamined", "LO", NAME)
    data.add_new("ViewPosition", "LO", "pa <script>" + "x" * 50)
    data.add_new("Modality", "LO", "dx\\ct")
    found = read_image("film.dcm", written(data))
    assert found.body_part == ""
    assert found.view == "PA SCRIPTXXXXXXX"
    assert len(found.modality) <= 16
