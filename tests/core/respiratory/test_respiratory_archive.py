"""Archives in a batch: every entry comes out or says why not, and the rest goes on."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from core.errors import InputError
from core.respiratory.images import archive, expand, read_image
from tests.core.respiratory.film_files import film, ramp, saved, zipped

FILM = saved(ramp())


def opened(*files: tuple[str, bytes]) -> list[tuple[str, bytes | str]]:
    """Return what comes out, errors as their text."""
    return [
        (name, content.message if isinstance(content, InputError) else content)
        for name, content in expand(files)
    ]


def errors(content: bytes, name: str = "films.zip") -> dict[str, str]:
    found = {label: text for label, text in opened((name, content)) if isinstance(text, str)}
    assert all(text.startswith(label) and text.endswith(".") for label, text in found.items())
    return found


def names(content: bytes) -> list[str]:
    return [name for name, _ in opened(("films.zip", content))]


def test_plain_files_pass_through_unread():
    files = [("a.png", FILM), ("b.txt", b"text"), ("empty", b"")]
    assert opened(*files) == files


def test_a_zip_is_known_by_its_content_and_expanded_in_its_order():
    content = zipped({"z/film.png": FILM, "a.dcm": film(), "note.txt": b"hello"})
    found = opened(("first.png", FILM), ("upload.bin", content), ("last.png", FILM))
    assert [name for name, _ in found] == [
        "first.png",
        "upload.bin/z/film.png",
        "upload.bin/a.dcm",
        "upload.bin/note.txt",
        "last.png",
    ]
    assert found[1][1] == FILM
    assert read_image(*found[2]).kind == "DICOM"


def test_a_stored_zip_is_read_as_well():
    assert opened(("a", zipped({"f": FILM}, zipfile.ZIP_STORED))) == [("a/f", FILM)]


def test_folders_hidden_files_and_what_macos_adds_are_passed_over():
    content = zipped(
        {
            "films/": b"",
            "films/a.png": FILM,
            "films/.DS_Store": b"x",
            ".hidden/b.png": FILM,
            "__MACOSX/films/._a.png": b"x",
        }
    )
    assert names(content) == ["films.zip/films/a.png"]


@pytest.mark.parametrize("content", [zipped({}), zipped({"__MACOSX/a": b"1", "folder/": b""})])
def test_an_archive_without_files_says_so(content):
    assert "without files" in errors(content)["films.zip"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/../../b.png", "/etc/a.png", "C:\\film.png", "..\\film.png"]
)
def test_names_that_point_outside_are_refused_and_the_rest_goes_on(name):
    content = zipped({name: FILM, "good.png": FILM})
    found = opened(("films.zip", content))
    assert "points outside" in found[0][1]
    assert found[1] == ("films.zip/good.png", FILM)


def test_dots_inside_a_name_are_no_escape():
    assert names(zipped({"a..b/c...png": FILM})) == ["films.zip/a..b/c...png"]


def test_an_encrypted_entry_is_refused_and_the_rest_goes_on():
    content = bytearray(zipped({"secret.png": FILM, "good.png": FILM}))
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(marker) + offset] |= 1
    found = opened(("films.zip", bytes(content)))
    assert "is encrypted" in found[0][1]
    assert found[1] == ("films.zip/good.png", FILM)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused_by_number(method):
    assert f"method {method}" in errors(zipped({"a.png": FILM}, method))["films.zip/a.png"]


def test_an_archive_inside_an_archive_is_refused():
    content = zipped({"inner.zip": zipped({"a.png": FILM}), "b.png": FILM})
    assert "inside an archive" in errors(content)["films.zip/inner.zip"]
    assert names(content) == ["films.zip/inner.zip", "films.zip/b.png"]


def test_a_wrong_checksum_is_said_of_its_entry_only():
    content = bytearray(zipped({"bad.png": FILM, "good.png": FILM}, zipfile.ZIP_STORED))
    content[content.index(FILM) + 60] ^= 0xFF
    found = opened(("films.zip", bytes(content)))
    assert "damaged" in found[0][1]
    assert found[1] == ("films.zip/good.png", FILM)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_archive_is_one_sentence_and_the_batch_goes_on(part):
    content = zipped({f"{i}.png": FILM for i in range(5)})
    found = opened(("films.zip", content[: int(len(content) * part)]), ("b.png", FILM))
    assert "cut short or damaged" in found[0][1]
    assert found[1:] == [("b.png", FILM)]


def test_an_entry_that_declares_too_much_is_not_opened(monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    content = zipped({"large": b"ab" * 600, "small": b"cd"})
    assert "1,200 bytes" in errors(content)["films.zip/large"]
    assert names(content)[1] == "films.zip/small"


def test_a_lie_about_the_size_is_found_out():
    content = zipped({"a": bytes(range(256)) * 8}, zipfile.ZIP_DEFLATED)
    lying = content.replace(struct.pack("<I", 2048), struct.pack("<I", 100))
    assert "damaged" in errors(lying)["films.zip/a"]


def test_what_unpacks_beyond_any_film_is_a_bomb():
    content = zipped({"bomb": b"\x00" * 10 * 2**20, "film.png": FILM, "flat": b"\x00" * 2**20})
    assert "more than 200 for 1" in errors(content)["films.zip/bomb"]
    assert names(content) == ["films.zip/bomb", "films.zip/film.png", "films.zip/flat"]


def test_the_total_is_limited_by_what_comes_out(monkeypatch):
    monkeypatch.setattr(archive, "MAX_UNPACKED", 2500)
    entries = {f"{i}": np.random.default_rng(i).bytes(1000) for i in range(5)}
    found = opened(("films.zip", zipped(entries)), ("b.png", FILM))
    assert [name for name, _ in found] == [
        "films.zip/0",
        "films.zip/1",
        "films.zip/2",
        "films.zip",
        "b.png",
    ]
    assert "the rest of it is not read" in found[3][1]


def test_the_count_is_limited(monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 3)
    found = opened(("films.zip", zipped({f"{i}": b"x" for i in range(5)})))
    assert len(found) == 4
    assert "holds 5 files; of an archive the first 3 are read" in found[3][1]
    found = opened(("films.zip", zipped({f"{i}": b"x" for i in range(13)})))
    assert len(found) == 1
    assert "holds 13 files" in found[0][1]


def test_names_are_shown_printable():
    ((name, _),) = opened(("films.zip", zipped({"a\u202egnp.exe": FILM})))
    assert name == "films.zip/a?gnp.exe"


def test_an_entry_without_a_name_is_read():
    content = zipped({"\x01": FILM}).replace(b"\x01PK", b"\x00PK")  # in the directory
    assert opened(("films.zip", content))[0][0] == "films.zip/the file"


def test_never_two_entries_at_once():
    size = 8 * 2**20
    noise = np.random.default_rng(0)
    content = zipped({f"{i}": noise.bytes(size) for i in range(4)}, zipfile.ZIP_STORED)
    tracemalloc.start()
    total = 0
    for _, entry in expand([("films.zip", content)]):
        total += len(entry)
        del entry
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 4 * size
    assert peak < 2.5 * size  # an entry, and the buffer it grows in


def test_files_are_asked_for_one_by_one():
    asked = []

    def files():
        for i in range(3):
            asked.append(i)
            yield f"{i}.zip", zipped({"a.png": FILM})

    stream = expand(files())
    assert asked == []
    next(stream)
    assert asked == [0]


def test_a_spanned_archive_is_refused():
    assert "cut short or damaged" in errors(b"PK\x07\x08" + b"\x00" * 50)["films.zip"]


def test_the_central_directory_is_counted_before_it_is_read(monkeypatch):
    monkeypatch.setattr(zipfile, "ZipFile", None)  # would raise if it were called
    directory = b"PK\x01\x02" * 20_001
    assert "holds 20,001 files" in errors(b"PK\x03\x04" + directory)["films.zip"]
