"""Chest X-rays on the command line: one record an image, in order, whatever becomes of it."""

from __future__ import annotations

import csv
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from apps import cli
from apps.cli import respiratory_films
from core import respiratory
from core.respiratory.schema import LABELS, Network
from core.respiratory.table import COLUMNS
from tests.respiratory_films import (
    BAD,
    CAT,
    FILM,
    ZIP,
    fake_explanation,
    fake_reading,
    fake_readings,
    needs_films,
    real_films,
)

# The package exports functions under the names of some of these modules.
PREDICT, EXPLAIN, REPORT, FILMS = (
    importlib.import_module(f"core.respiratory.{name}")
    for name in ("predict", "explain", "report", "films")
)
KEYS = ["file", "status", "reason", "model", "probabilities", "set"]


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PREDICT, "readings", fake_readings)
    monkeypatch.setattr(
        EXPLAIN,
        "explain",
        lambda name, content, model, label, seed: fake_explanation(model, label, seed),
    )
    monkeypatch.setattr(
        REPORT,
        "film_report",
        lambda name, content, model, issued: f"%PDF {name} {model} {issued}".encode(),
    )


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.app, ["respiratory", *(str(word) for word in words)])


def run_json(*words: object, status: int = 0) -> Any:
    """The document of a run; a status other than 0 has its sentence on standard error."""
    result = run(*words, "--json")
    assert result.exit_code == status, result.output
    assert bool(result.stderr.strip()) == bool(status)
    return json.loads(result.stdout, parse_constant=lambda name: pytest.fail(name))


def refused(result: Result) -> str:
    """The sentence of a run that must have been refused."""
    assert result.exit_code == cli.EXIT_REFUSED, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
    return result.stderr


def plain(result: Any) -> Any:
    return json.loads(json.dumps(result.to_dict(), allow_nan=False))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {
        "b.png": FILM,
        "a.png": BAD,
        "inner/cat.png": CAT,
        "z.zip": ZIP,
        ".hidden.png": FILM,
        ".git/film.png": FILM,
    }.items():
        path = tmp_path / "films" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "films"


@pytest.mark.usefixtures("fakes")
def test_one_record_for_each_image_in_order(folder: Path) -> None:
    paths = [folder / "b.png", folder / "inner" / "cat.png", folder / "a.png", folder / "b.png"]
    found = run_json("predict", *paths)
    assert [one["file"] for one in found] == [str(path) for path in paths]
    assert [one["status"] for one in found] == ["ok", "refused", "error", "ok"]
    expected = [fake_reading(str(path), path.read_bytes(), "ensemble") for path in paths]
    assert found == [plain(one) for one in expected]
    assert set(KEYS) <= set(found[0])
    assert list(found[0]["probabilities"]) == list(LABELS)


@pytest.mark.usefixtures("fakes")
def test_folders_and_archives_stand_for_their_files(folder: Path) -> None:
    found = run_json("predict", folder / "b.png", folder)
    names = ["b.png", "a.png", "b.png", "inner/cat.png", "z.zip/b.png", "z.zip/a.png"]
    assert [one["file"] for one in found] == [str(folder / name) for name in names]


@pytest.mark.usefixtures("fakes")
def test_paths_are_named_as_they_were_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert [one["file"] for one in run_json("predict", "./b.png", "inner")] == [
        "b.png", "inner/cat.png"
    ]  # fmt: skip


@pytest.mark.usefixtures("fakes")
def test_what_cannot_be_had_is_a_record_too(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "empty").mkdir()
    missing = folder / "none.png"
    found = run_json("predict", missing, folder / "pipe", folder / "empty", folder / "b.png")
    assert [one["status"] for one in found] == ["error", "error", "error", "ok"]
    assert "no such file" in found[0]["reason"]
    assert "not a file" in found[1]["reason"]
    assert "no file" in found[2]["reason"]
    for one in found[:3]:
        assert one["file"] in one["reason"]
        assert (one["probabilities"], one["set"], one["ood_p"]) == (None, [], None)


@pytest.mark.usefixtures("fakes")
def test_a_file_without_permission_or_of_endless_size(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FILMS, "MAX_BYTES", len(FILM) - 1)
    (one,) = run_json("predict", folder / "b.png", status=2)
    assert "larger than" in one["reason"]
    monkeypatch.undo()

    def locked(path: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(PREDICT, "readings", fake_readings)
    monkeypatch.setattr(Path, "open", locked)
    (one,) = run_json("predict", folder / "b.png", status=2)
    assert "Permission denied" in one["reason"]


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize("name", ["a.png", "none.png"])
def test_status_2_when_no_image_was_decoded(folder: Path, name: str) -> None:
    (one,) = run_json("predict", folder / name, status=2)
    assert one["status"] == "error"
    spoken = run("predict", folder / name)
    assert spoken.exit_code == 2
    assert one["reason"] in spoken.stdout
    assert "could be read" in spoken.stderr


@pytest.mark.usefixtures("fakes")
def test_a_refused_image_was_handled(folder: Path) -> None:
    (one,) = run_json("predict", folder / "inner" / "cat.png")
    assert (one["status"], one["probabilities"]) == ("refused", None)
    said = run("predict", folder / "inner" / "cat.png").stdout
    assert "refused" in said
    assert not any(f"{label} " in said for label in LABELS)


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize("model", Network)
def test_every_network_can_be_asked(folder: Path, model: str) -> None:
    (one,) = run_json("predict", folder / "b.png", "--model", model)
    assert one["model"] == model


@pytest.mark.parametrize("verb", ["predict", "explain"])
def test_an_unknown_network_is_refused_by_name(folder: Path, verb: str) -> None:
    sentence = refused(run(verb, folder / "b.png", "--model", "gpt", "--json"))
    assert "gpt" in sentence
    assert all(network in sentence for network in Network)


def test_no_image_and_no_option_of_that_name() -> None:
    assert run("predict", "--json").exit_code == 2
    assert run("predict", "a.png", "--threshold", "0.5").exit_code == 2


@pytest.mark.usefixtures("fakes")
def test_readings_as_a_table(folder: Path) -> None:
    out = folder / "out.csv"
    found = run_json("predict", folder / "b.png", folder / "a.png", "--csv", out)
    rows = list(csv.reader(out.read_text().splitlines()))
    assert rows[0] == list(COLUMNS)
    assert [row[:2] for row in rows[1:]] == [[one["file"], one["status"]] for one in found]
    assert not list(folder.glob(".*.part"))
    assert ".csv" in refused(run("predict", folder / "b.png", "--csv", folder / "out.xlsx"))
    before = out.read_bytes()
    assert "input itself" in refused(run("predict", folder / "b.png", out, "--csv", out))
    assert out.read_bytes() == before
    assert "No such file" in refused(run("predict", folder / "b.png", "--csv", "/no/where/o.csv"))


def test_a_batch_gives_the_table_of_single_readings(folder: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "out", tmp_path / "readings.csv"
    words = (folder, folder / "none.png")
    found = run_json("batch", *words, out, "--model", "cnn")
    run_json("predict", *words, "--model", "cnn", "--csv", table)
    assert (out / "readings.csv").read_bytes() == table.read_bytes()
    assert found == {**json.loads((out / "report.json").read_text()), "out": str(out)}
    assert (found["films"], found["refused"], found["not_readable"]) == (6, 3, 3)
    said = run("batch", *words, out, "--model", "cnn")
    assert said.exit_code == 0, said.output
    assert "6 films: 0 read, 3 refused, 3 not readable." in said.stdout
    assert str(out / "rejects.csv") in said.stdout
    assert "not a diagnostic" in said.stdout


def test_a_batch_that_cannot_be_read_ends_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    found = run_json("batch", folder / "a.png", tmp_path / "out", "--model", "cnn", status=2)
    assert (found["films"], found["not_readable"]) == (1, 1)
    other = run("batch", folder, tmp_path / "out", "--model", "cnn")
    assert "holds parts of other work" in refused(other)
    assert "lies in the folder of films" in refused(run("batch", folder, folder / "out"))
    nobody = run("batch", folder, tmp_path / "new", "--model", "cnn", "--scheduler", "no address")
    assert "scheduler" in refused(nobody)


@pytest.mark.usefixtures("fakes")
def test_lines_for_people(folder: Path) -> None:
    said = run("predict", folder / "b.png", folder / "a.png").stdout
    assert f"{folder / 'b.png'}: Normal\n" in said
    assert "Viral Pneumonia 15 %" in said
    assert "COVID-19 alert not raised" in said
    assert "Warning: The image is small." in said
    assert "not a diagnostic" in said


@pytest.mark.usefixtures("fakes")
def test_names_that_cannot_be_printed(folder: Path) -> None:
    path = os.fsencode(folder) + b"/\xff\x1b[31m.png"
    Path(os.fsdecode(path)).write_bytes(FILM)
    (one,) = run_json("predict", os.fsdecode(path), "--csv", folder / "out.csv")
    assert one["status"] == "ok"
    assert one["file"] == f"{folder}/\ufffd\x1b[31m.png"
    assert "\ufffd" in (folder / "out.csv").read_text()
    said = run("predict", os.fsdecode(path)).stdout
    assert "\x1b" not in said
    assert "Normal" in said


@pytest.mark.usefixtures("fakes")
def test_files_are_read_one_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    read = FILMS.film

    def noted(path: Path) -> Any:
        events.append("read")
        return read(path)

    def answering(images: Any, model: Any, on_progress: Any = None) -> Any:
        for reading in fake_readings(images, model):
            events.append("answered")
            yield reading

    monkeypatch.setattr(FILMS, "film", noted)
    monkeypatch.setattr(PREDICT, "readings", answering)
    run_json("predict", *([folder / "b.png"] * 3))
    assert events == ["read", "answered"] * 3


@pytest.mark.parametrize(
    ("terminals", "shown", "told"),
    [((), False, 0), (("err",), False, 2), (("err",), True, 2), (("err", "out"), True, 0),
     (("err", "out"), False, 2), (("out",), False, 0)],
)  # fmt: skip
def test_progress_is_for_terminals_and_long_batches(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminals: tuple[str, ...],
    shown: bool,
    told: int,
) -> None:
    for stream in ("out", "err"):
        is_terminal = stream in terminals
        monkeypatch.setattr(getattr(sys, f"std{stream}"), "isatty", lambda at=is_terminal: at)
    with respiratory_films.progress(shown) as tell:
        for done in range(1, respiratory_films.QUIET + 3) if tell else ():
            tell(done, f"{done}\n.png")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("read, last") == told
    assert said.err.endswith(respiratory_films.WIPE if told else "")
    assert "\n" not in said.err


@pytest.mark.usefixtures("fakes")
def test_explain_prints_the_core_s_answer(folder: Path) -> None:
    words = ("explain", folder / "b.png", "--model", "vit", "--label", "COVID-19", "--seed", 3)
    found = run_json(*words)
    assert found == plain(fake_explanation("vit", "COVID-19", 3))
    said = run(*words).stdout
    assert "Explained: COVID-19" in said
    assert fake_explanation("vit").networks[0].deletion.sentence in said


@pytest.mark.usefixtures("fakes")
def test_report_is_written_whole_or_not_at_all(folder: Path) -> None:
    out = folder / "out.pdf"
    words = ("report", folder / "b.png", out, "--model", "cnn", "--issued", "2026-02-28")
    found = run_json(*words)
    assert found == {"out": str(out), "bytes": out.stat().st_size}
    assert out.read_bytes() == f"%PDF {folder / 'b.png'} cnn 2026-02-28".encode()
    assert ".pdf" in refused(run("report", folder / "b.png", folder / "out.txt"))
    assert "no such file" in refused(run("report", folder / "none.png", folder / "new.pdf"))
    assert "not a file" in refused(run("explain", folder))
    assert not (folder / "new.pdf").exists()


@pytest.mark.parametrize(
    ("verb", "module"), [(["train"], "train"), (["train-own", "vit_b_16"], "own")]
)
def test_training_without_torch_says_what_to_install(
    verb: list[str], module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, f"core.respiratory.training.{module}", raising=False)
    sentence = refused(run(*verb, "--data", tmp_path, "--out", tmp_path / "1"))
    assert "torch" in sentence
    assert "pip install -r requirements-train.txt" in sentence


@needs_films
def test_real_films_end_to_end(tmp_path: Path) -> None:
    for place, content in enumerate(real_films(4)):
        (tmp_path / f"{place}.jpg").write_bytes(content)
    (tmp_path / "bad.png").write_bytes(BAD)
    (tmp_path / "cut.jpg").write_bytes(real_films(1)[0][:800])
    found = run_json("predict", tmp_path, "--model", "cnn")
    assert [Path(one["file"]).name for one in found] == [
        "0.jpg", "1.jpg", "2.jpg", "3.jpg", "bad.png", "cut.jpg"
    ]  # fmt: skip
    for one in found[:4]:
        assert one["status"] == "ok"
        assert sum(one["probabilities"].values()) == pytest.approx(1)
        assert 0 <= one["ood_p"] <= 1
    assert [one["status"] for one in found[4:]] == ["error", "error"]


def test_audit_and_card_print_what_the_core_says() -> None:
    from core.respiratory.about import card, card_markdown
    from core.respiratory.audit import shortcut_audit

    assert run_json("audit") == plain(shortcut_audit())
    assert run("audit").stdout.strip()
    assert run_json("card") == json.loads(json.dumps(card()))
    assert run("card").stdout.strip() == card_markdown().strip()


def test_the_gate_admits_by_its_exit_status(tmp_path: Path) -> None:
    name, content = respiratory.example("drawn-normal")
    film, cat = tmp_path / name, tmp_path / "cat.png"
    film.write_bytes(content)
    cat.write_bytes(CAT)
    admitted = run("gate", film, "--json")
    assert admitted.exit_code == 0, admitted.stderr
    expected = respiratory.judge(respiratory.read_image(name, content))
    found = json.loads(admitted.stdout)
    assert [one["code"] for one in found["checks"]] == [one.code for one in expected.checks]
    assert not found["refused"]
    kept_out = run("gate", cat)
    assert kept_out.exit_code == cli.EXIT_REFUSED
    assert "cat.png: refused" in kept_out.stdout
    assert kept_out.stderr.strip()
    broken = tmp_path / "film.png"
    broken.write_bytes(b"nothing")
    assert run("gate", broken).exit_code == cli.EXIT_REFUSED


def test_the_checklist_is_printed_item_by_item() -> None:
    found = json.loads(run("claim", "--json").stdout)["items"]
    assert [one["number"] for one in found] == [one.number for one in respiratory.claim()]
    told = run("claim").stdout.splitlines()
    assert len(told) == len(found)
    assert f"{found[0]['number']} {found[0]['topic']}: {found[0]['status']}." in told[0]
