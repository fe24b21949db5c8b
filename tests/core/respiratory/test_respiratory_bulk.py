"""Batches in parts: the bytes of one reading after the other, wherever the parts are made."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError, SuiteError
from core.phantoms import draw, render
from core.respiratory import bulk, readings, write_csv
from core.respiratory.films import films
from core.respiratory.images import archive, expand
from core.scale.run import Progress
from tests.core.respiratory.film_files import saved, zipped
from tests.respiratory_films import BAD, CAT

MODEL = "cnn"


def phantom(seed: int) -> bytes:
    return saved((255 * render(draw(seed), 96)).astype(np.uint8))


FILMS = [phantom(seed) for seed in range(3)]
COLOURED = saved(
    Image.fromarray(np.tile(np.arange(192, dtype=np.uint8).reshape(8, 8, 3), (9, 9, 1)))
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Films, refusals and rubbish, loose and in an archive of more than one part."""
    place = tmp_path / "films"
    (place / "inner").mkdir(parents=True)
    inside = {f"{i:02d}.png": FILMS[i % 3] for i in range(bulk.FILMS)}
    contents = {
        "=1+1.png": FILMS[0],
        "a.png": BAD,
        "b.zip": zipped({**inside, "w.png": BAD, "../x.png": FILMS[1], "z.png": CAT}),
        "c.zip": b"PK\x03\x04 cut short",
        "d.zip": zipped({}),
        "inner/cat.png": COLOURED,
        os.fsdecode(b"z\xff.png"): FILMS[2],
        ".hidden.png": FILMS[0],
    }
    for name, content in contents.items():
        (place / name).write_bytes(content)
    return place


def one_by_one(*paths: Path) -> bytes:
    """The table of `respiratory predict --csv`."""
    out = io.BytesIO()
    write_csv(readings(films(paths), MODEL), out)
    return out.getvalue()


def test_rows_are_those_of_single_readings(folder: Path, tmp_path: Path) -> None:
    out, paths = tmp_path / "out", [folder, tmp_path / "none.png", folder / "a.png"]
    report = bulk.batch(paths, out, MODEL)
    expected = one_by_one(*paths)
    assert (out / bulk.READINGS).read_bytes() == expected
    rows = list(csv.DictReader(expected.decode().splitlines()))
    rejects = list(csv.DictReader((out / bulk.REJECTS).read_text().splitlines()))
    lost = [row for row in rows if row["status"] != "ok"]
    assert rejects == [{name: row[name] for name in bulk.REJECT_COLUMNS} for row in lost]
    assert {row["status"] for row in lost} == {"refused", "error"}
    assert all(row["reason"] for row in rejects)
    names = [row["file"] for row in rows]
    assert f"{folder}/z\ufffd.png" in names
    assert any(name.endswith("/w.png") for name in names)
    assert report == json.loads((out / bulk.REPORT).read_text())
    assert report["films"] == len(rows)
    assert report["read"] + report["refused"] + report["not_readable"] == len(rows)
    assert report["covid_alerts"] == sum(row["covid_alert"] == "true" for row in rows)
    assert report["decided"] == sum(bool(row["decision"]) for row in rows)
    assert report["files"][bulk.READINGS] == hashlib.sha256(expected).hexdigest()
    assert len(list((out / bulk.PARTS).glob("*.parquet"))) == 6


def test_a_name_that_is_a_formula_stays_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("=1+1.png").write_bytes(BAD)
    bulk.batch([Path("=1+1.png")], Path("out"), MODEL)
    for name in (bulk.READINGS, bulk.REJECTS):
        assert (Path("out") / name).read_text().splitlines()[1].startswith("'=1+1.png,error,")


@pytest.mark.parametrize("place", ["a worker process", "a cluster"])
def test_the_place_changes_no_byte(
    folder: Path, tmp_path: Path, place: str, request: pytest.FixtureRequest
) -> None:
    where = (
        {"workers": 1}
        if place == "a worker process"
        else {"scheduler": request.getfixturevalue("scheduler")}
    )
    paths = [folder / "b.zip", folder / "=1+1.png", folder / os.fsdecode(b"z\xff.png")]
    report = bulk.batch(paths, tmp_path / "out", MODEL, **where)
    assert (tmp_path / "out" / bulk.READINGS).read_bytes() == one_by_one(*paths)
    assert report["not_readable"] == 2


def stopping(after: int) -> tuple[Progress, Callable[[], bool]]:
    told: list[int] = []
    return lambda done, _: told.append(done), lambda: len(told) >= after


def test_a_stopped_batch_goes_on(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    progress, stop = stopping(2)
    with pytest.raises(SuiteError, match=r"reading of films was stopped after \d of 6 parts"):
        bulk.batch([folder], out, MODEL, on_progress=progress, should_stop=stop)
    assert not (out / bulk.READINGS).exists()
    made = {path: path.stat().st_mtime_ns for path in (out / bulk.PARTS).glob("*.parquet")}
    assert made
    bulk.batch([folder], out, MODEL)
    assert made == {path: path.stat().st_mtime_ns for path in made}
    assert (out / bulk.READINGS).read_bytes() == one_by_one(folder)


def test_films_network_and_names_decide_what_a_folder_may_hold(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, out = folder / "a.png", tmp_path / "out"
    bulk.batch([path], out, MODEL)
    monkeypatch.chdir(folder)
    for paths, model in (([path], "vit"), ([path, path], MODEL), ([Path("a.png")], MODEL)):
        with pytest.raises(InputError, match="holds parts of other work"):
            bulk.batch(paths, out, model)
    with monkeypatch.context() as patch:
        patch.setattr(bulk, "versions", lambda: {"pillow": "0.1"})
        with pytest.raises(InputError, match="holds parts of other work"):
            bulk.batch([path], out, MODEL)
    path.write_bytes(BAD + b".")
    with pytest.raises(InputError, match="holds parts of other work"):
        bulk.batch([path], out, MODEL)


@pytest.mark.parametrize("name", ["a.png", "b.zip"])
def test_a_film_that_changes_meanwhile_ends_the_batch(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def late(*_: object) -> str:
        (folder / name).write_bytes(zipped({"other.png": FILMS[0]}))
        return "0" * 64

    monkeypatch.setattr(bulk, "_digest", late)
    with pytest.raises(SuiteError, match=f"{name} changed while the batch was read"):
        bulk.batch([folder / name], tmp_path / "out", MODEL)
    assert not (tmp_path / "out" / bulk.READINGS).exists()


def test_a_film_that_is_gone_meanwhile_is_no_unreadable_film(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object) -> str:
        (folder / "a.png").unlink()
        return "0" * 64

    monkeypatch.setattr(bulk, "_digest", late)
    with pytest.raises(SuiteError, match=r"a\.png: there is no such file"):
        bulk.batch([folder / "a.png"], tmp_path / "out", MODEL)


def test_a_folder_that_cannot_be_used_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lies in the folder of films"):
        bulk.batch([folder], folder / "inner" / "out", MODEL)
    with pytest.raises(InputError, match="holds other files"):
        bulk.batch([folder / "a.png"], folder, MODEL)
    with pytest.raises(InputError, match="'gpt' is not a network"):
        bulk.batch([folder], tmp_path / "out", "gpt")
    assert not (tmp_path / "out").exists()


def unpacked(content: bytes, n: int) -> list[tuple[str, bytes | str]]:
    """What the parts of an archive give, one after the other."""
    stream = io.BytesIO(content)
    return [
        (name, item.message if isinstance(item, InputError) else item)
        for first, last in archive.parts(stream, n)
        for name, item in archive.entries("x.zip", stream, first, last)
    ]


@pytest.mark.parametrize("n", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "limits", [{}, {"MAX_ENTRIES": 4}, {"MAX_UNPACKED": 3}, {"MAX_UNPACKED": 8}, {"MAX_BYTES": 1}]
)
def test_parts_of_an_archive_give_the_whole(
    monkeypatch: pytest.MonkeyPatch, n: int, limits: dict[str, int]
) -> None:
    for name, value in limits.items():
        monkeypatch.setattr(archive, name, value)
    content = zipped({"a": b"1", ".b": b"2", "c": b"33", "/d": b"4", "e": zipped({}), "f": b"55"})
    whole = [
        (name, item.message if isinstance(item, InputError) else item)
        for name, item in expand([("x.zip", content)])
    ]
    assert unpacked(content, n) == whole


def test_a_failing_disk_is_no_damaged_archive(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(zipfile.ZipExtFile, "read", failing)
    with pytest.raises(SuiteError, match="Input/output error"):
        bulk.batch([folder / "b.zip"], tmp_path / "out", MODEL)
