"""PNG, JPEG and the other everyday formats, at the image door."""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.errors import InputError
from core.respiratory.images import MAX_PIXELS, limits, read_image, scale
from tests.core.respiratory.film_files import film, ramp, saved, zipped


def pixels(content: bytes) -> np.ndarray:
    return read_image("film", content).pixels


def said(content: bytes, name: str = "film.png") -> str:
    with pytest.raises(InputError) as caught:
        read_image(name, content)
    assert caught.value.message.startswith(name)
    return caught.value.message


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF"])
def test_grey_of_a_lossless_format_is_the_stored_value(kind):
    content = saved(ramp(), kind)
    found = read_image("a b.png", content)
    np.testing.assert_allclose(found.pixels, ramp() / 255, atol=1e-6)
    assert found.pixels.dtype == np.float32
    assert (found.file, found.kind, found.colour, found.notes) == ("a b.png", kind, 0.0, ())
    assert (found.width, found.height) == (80, 60)
    assert found.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("kind", "options"), [("JPEG", {"quality": 95}), ("WEBP", {})])
def test_a_lossy_format_comes_close(kind, options):
    smooth = np.tile(np.arange(80, dtype=np.uint8) * 2, (60, 1))
    found = read_image("film.png", saved(smooth, kind, **options))
    assert found.kind == kind
    assert np.abs(found.pixels - smooth / 255).mean() < 0.01


def test_the_name_does_not_decide():
    assert read_image("film.jpg", saved(ramp(), "PNG")).kind == "PNG"
    assert read_image("film.png", film()).kind == "DICOM"


def test_grey_and_its_colour_copy_are_the_same_also_when_reduced():
    tall = np.kron(ramp(), np.ones((30, 10), np.uint8))
    grey = read_image("g", saved(tall))
    colour = read_image("c", saved(Image.fromarray(tall).convert("RGB")))
    np.testing.assert_array_equal(grey.pixels, colour.pixels)
    assert grey.colour == colour.colour == 0.0


def test_luma_follows_bt_601_and_colour_is_measured():
    image = np.full((10, 10, 3), 100, np.uint8)
    image[:5] = (200, 100, 50)
    image[5, 0] = (110, 100, 100)  # apart by less than 8 % of full scale
    found = read_image("c", saved(image))
    assert found.colour == 0.5
    luma = (0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 255
    assert found.pixels[0, 0] == pytest.approx(luma, abs=0.5 / 255)


def test_transparent_pixels_are_black_and_noted():
    image = np.full((10, 10, 4), 255, np.uint8)
    image[:2, :, 3] = 0
    image[2:4, :, 3] = 51
    found = read_image("a", saved(image))
    assert found.pixels[0, 0] == 0
    assert found.pixels[3, 0] == pytest.approx(0.2, abs=0.01)
    assert found.pixels[9, 9] == 1
    assert found.notes == ("40.0% of it is transparent and shown on black.",)


def test_opaque_alpha_changes_nothing():
    found = read_image("a", saved(Image.fromarray(ramp()).convert("LA")))
    np.testing.assert_allclose(found.pixels, ramp() / 255, atol=1e-6)
    assert found.notes == ()


def test_a_palette_is_looked_up_with_its_transparency():
    image = Image.new("P", (4, 1))
    image.putpalette([0, 0, 0, 255, 255, 255, 255, 0, 0, 90, 90, 90])
    image.putdata([0, 1, 2, 3])
    found = read_image("p", saved(image, transparency=1))
    np.testing.assert_allclose(found.pixels[0], [0, 0, 76 / 255, 90 / 255], atol=0.003)
    assert found.colour == 0.25


def test_cmyk_and_one_bit_are_read():
    found = read_image("c", saved(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "TIFF"))
    assert found.pixels.min() == 1
    assert found.notes == ("Its colours are stored as CMYK.",)
    one = pixels(saved(Image.fromarray(ramp() > 128)))
    np.testing.assert_array_equal(one, ramp() > 128)


def test_sixteen_bits_that_use_their_range_match_eight():
    deep = read_image("d", saved(ramp().astype(np.uint16) * 257))
    np.testing.assert_allclose(deep.pixels, ramp() / 255, atol=1e-6)
    assert deep.notes == ("Values are scaled by their full range, 0 to 65,535.",)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_twelve_bits_in_sixteen_are_windowed_by_percentiles(kind):
    raw = np.random.default_rng(0).integers(100, 4000, (90, 90)).astype(np.uint16)
    found = read_image("d", saved(raw, kind))
    low, high = np.percentile(raw, (0.5, 99.5))
    np.testing.assert_allclose(found.pixels, ((raw - low) / (high - low)).clip(0, 1), atol=1e-5)
    assert "0.5th and 99.5th percentile" in found.notes[0]


def test_float_and_32_bit_tiff_are_read_and_what_is_no_number_is_black():
    values = np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10)
    np.testing.assert_allclose(pixels(saved(values, "TIFF")), values, atol=1e-6)
    values[0, 5] = np.nan
    assert pixels(saved(values, "TIFF"))[0, 5] == 0
    wide = pixels(saved((values[1:] * 1e6).astype(np.int32), "TIFF"))
    assert (wide.min(), wide.max()) == (0, 1)
    assert "no value that is a number" in said(saved(np.full((4, 4), np.nan, np.float32), "TIFF"))


def test_values_all_alike_are_black_not_an_error():
    assert pixels(saved(np.full((5, 5), 900, np.uint16))).max() == 0


def test_sixteen_bit_tiff_with_white_as_zero_is_inverted_back():
    raw = ramp().astype(np.uint16) * 257
    plain = saved(raw, "TIFF")
    # tag 262 (photometric), type short, one value: 1 is black-is-zero, 0 white-is-zero
    entry = struct.pack("<HHIHH", 262, 3, 1, 1, 0)
    assert plain.count(entry) == 1
    found = read_image("w", plain.replace(entry, struct.pack("<HHIHH", 262, 3, 1, 0, 0)))
    np.testing.assert_allclose(found.pixels, 1 - ramp() / 255, atol=1e-6)
    assert any("white as 0" in note for note in found.notes)


def test_sixteen_bit_colour_says_what_is_lost():
    def chunk(tag: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    row = b"\x00" + struct.pack(">3H", 65535, 0, 0) * 2
    content = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row))
        + chunk(b"IEND", b"")
    )
    found = read_image("c", content)
    assert found.colour == 1.0
    assert found.notes == ("Of the 16 bits a channel the upper 8 are read.",)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_exif_orientation_is_applied_as_pillow_does(kind, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    content = saved(ramp(), kind, exif=exif.tobytes(), lossless=True)
    found = read_image("e", content)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content)).convert("L"))
    np.testing.assert_allclose(found.pixels, np.asarray(expected) / 255, atol=1e-6)
    assert (found.width, found.height) == (80, 60)
    assert len(found.notes) == (orientation != 1)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF", "WEBP"])
def test_of_several_images_the_first_is_read(kind):
    frames = [Image.fromarray(np.full((20, 20), grey, np.uint8)) for grey in (200, 10, 90)]
    content = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    found = read_image("several", content)
    assert found.pixels.mean() == pytest.approx(200 / 255, abs=0.02)
    assert found.notes[0] == "The file holds several images; only the first is read."


def test_a_single_pixel_is_read():
    found = read_image("dot.png", saved(np.array([[255]], np.uint8)))
    assert found.pixels.shape == (1, 1)
    assert found.pixels[0, 0] == 1


@pytest.mark.parametrize(("height", "width"), [(3000, 1500), (1025, 40), (1, 5000)])
def test_large_images_are_averaged_down(height, width):
    stripes = np.tile(np.array([0, 255], np.uint8), (height, width // 2))
    found = read_image("s", saved(stripes))
    assert max(found.pixels.shape) == 1024
    assert (found.width, found.height) == (stripes.shape[1], height)
    assert found.pixels.mean() == pytest.approx(0.5, abs=0.01)


def test_reducing_by_a_whole_factor_is_the_mean_of_blocks():
    raw = np.random.default_rng(1).random((2048, 1024)).astype(np.float32)
    expected = raw.reshape(1024, 2, 512, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(scale.reduced(raw), expected, atol=1e-5)


def test_a_large_jpeg_is_close_to_its_full_decoding():
    smooth = np.add.outer(np.arange(2400), np.arange(2100)) * 255 / 4498
    content = saved(smooth.astype(np.uint8), "JPEG", quality=90)
    full = np.asarray(
        Image.open(io.BytesIO(content)).resize((896, 1024), Image.Resampling.BOX), dtype=float
    )
    assert np.abs(pixels(content) - full / 255).max() < 0.02


def test_ten_thousand_by_ten_thousand_is_refused_from_the_header():
    text = said(saved(Image.new("L", (10_000, 10_000))))
    assert "10,000 x 10,000" in text
    assert f"{MAX_PIXELS:,}" in text


@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_the_largest_image_stays_within_600_megabytes(mode):
    script = (
        "import io, resource; from PIL import Image; out = io.BytesIO()\n"
        f"Image.new({mode!r}, (10000, {MAX_PIXELS} // 10000)).save(out, 'PNG', compress_level=1)\n"
        f"Image.new({mode!r}, (10000, 10000)).save(big := io.BytesIO(), 'PNG', compress_level=1)\n"
        "from core.errors import InputError\n"
        "from core.respiratory.images import read_image\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "before = used()\n"
        "assert read_image('a', out.getvalue()).pixels.shape == (410, 1024)\n"
        "try: read_image('b', big.getvalue())\n"
        "except InputError: print(used() - before)\n"
    )
    root = Path(__file__).resolve().parents[3]
    run = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True)
    assert run.stderr == ""
    assert int(run.stdout) < 600


def png_that_declares(width: int, height: int) -> bytes:
    header = struct.pack(">II", width, height) + b"\x08\x00\x00\x00\x00"
    content = bytearray(saved(ramp()))
    content[16:29] = header
    content[29:33] = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return bytes(content)


@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (1, 2**30)]
)
def test_decompression_bombs_are_refused_without_a_warning(width, height):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        said(png_that_declares(width, height))
    assert not seen


def test_a_webp_that_declares_too_much_is_refused():
    vp8x = b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + b"\xff\x2f\x00" + b"\xff\x2f\x00"
    said(b"RIFF" + struct.pack("<I", len(vp8x) + 4) + b"WEBP" + vp8x)


def test_an_image_without_height_is_refused():
    said(png_that_declares(10, 0))


def test_a_jpeg_with_endless_scans_is_refused():
    content = saved(ramp(), "JPEG")
    start = content.index(b"\xff\xda")
    text = said(
        content[:start] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 500 + content[start:]
    )
    assert "scans" in text


def test_empty_and_oversized_files_say_so(monkeypatch):
    assert "0 bytes" in said(b"")
    monkeypatch.setattr(limits, "MAX_BYTES", 20)
    assert "a file may have 20 bytes" in said(saved(ramp()))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_half_a_file_is_refused(kind):
    content = saved(ramp(), kind)
    text = said(content[: len(content) // 2])
    assert kind in text
    assert "cut short" in text


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"hello, this is a text", "not an image"),
        (b"\x00" * 500, "not an image"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
        (b"8BPS" + b"\x00" * 100, "Photoshop"),
        (b"icns" + b"\x00" * 100, "icon"),
        (b"\x00\x00\x01\x00" + b"\x00" * 100, "icon"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "mark-up"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"\x93NUMPY\x01", "NumPy"),
        (b"\x00" * 344 + b"n+1\x00", "NIfTI"),
        (zipped({"a.png": b"1"}), "zip"),
    ],
)
def test_what_is_no_image_is_named(content, word):
    assert word in said(content, "upload.png")


def test_formats_pillow_could_read_but_that_are_not_on_the_list_are_refused():
    for kind in ("PPM", "TGA", "ICO", "PCX", "SGI", "JPEG2000"):
        said(saved(Image.fromarray(ramp()).convert("RGB"), kind))


def test_a_name_is_shown_on_one_line_and_not_endless():
    with pytest.raises(InputError) as caught:
        read_image("a\nb\u202egnp.exe" + "x" * 500, b"")
    assert caught.value.message.startswith("a?b?gnp.exe")
    assert len(caught.value.message) < 250
    assert "\n" not in caught.value.message
