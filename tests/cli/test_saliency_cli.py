from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from apps.cli import app
from core import respiratory
from core.saliency import METHODS, METRICS, explain, phantom, phantom_subject, scene
from tests.core.saliency.onnx_files import classifier

RUN = CliRunner()


def run(*arguments):
    return RUN.invoke(app, ["saliency", *map(str, arguments)])


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    name, content = respiratory.example("child-normal-1")
    path = tmp_path_factory.mktemp("films") / name
    path.write_bytes(content)
    return path


def test_explain_prints_one_document_and_writes_the_files(film, tmp_path):
    out = tmp_path / "out"
    done = run(
        "explain", film, "--model", "cnn", "--method", "gradcam++", "--no-test", "--json",
        "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["map"]["method"] == "gradcam++"
    assert record["verdict"]["outcome"] == "not enough evidence"
    native = np.load(out / "map-native.npy", allow_pickle=False)
    assert np.array_equal(native, np.array(record["map"]["native"]))
    assert np.load(out / "map.npy", allow_pickle=False).shape == (128, 128)
    assert (out / "overlay.png").read_bytes()[:4] == b"\x89PNG"
    assert record["metrics"]["gini"]["value"] > 0


def test_the_exit_status_says_whether_the_evidence_suffices(film):
    done = run("explain", film, "--model", "cnn-decoy-0", "--method", "random", "--json")
    outcome = json.loads(done.stdout)["verdict"]["outcome"]
    assert done.exit_code == (3 if outcome == "not enough evidence" else 0)
    assert outcome != "pass"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--model", "resnet"), "there is no network 'resnet'"),
        (("--method", "gradcm"), "Did you mean 'gradcam'?"),
        (("--method", "rollout"), "does not let a method see"),
        (("--label", "Flu"), "has no class 'Flu'"),
        (("--layer", "conv9"), "has no layer 'conv9'"),
        (("--onnx", "nowhere.onnx"), "there is no such file"),
    ],
)
def test_a_question_that_cannot_be_answered_gets_a_sentence(film, arguments, sentence):
    done = run("explain", film, "--no-test", *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stdout == ""


def test_a_phantom_is_drawn_and_its_causes_are_known():
    done = run("explain", "--phantom", 7, "--no-test", "--json")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    network = phantom("cnn-confounded-0")
    expected = explain(
        phantom_subject(scene(7, "confounded", network.size), network), "gradcam++", tested=False
    )
    assert found["map"]["native"] == expected.to_dict()["map"]["native"]
    assert found["truth"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "give an image or --phantom SEED"),
        (("film.png", "--phantom", 1), "give an image or --phantom SEED"),
        (("--phantom", 1, "--model", "cnn"), "'cnn' was not trained on phantoms. Use one of"),
        (("--phantom", 1, "--onnx", "own.onnx"), "Give an image."),
    ],
)
def test_an_image_or_a_phantom_is_asked_for(arguments, sentence):
    done = run("explain", *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_no_image_gets_a_sentence(tmp_path):
    path = tmp_path / "film.png"
    path.write_bytes(b"nothing")
    done = run("explain", path)
    assert done.exit_code == 2
    assert "film.png" in done.stderr


def test_a_network_of_ones_own_is_asked_by_its_answers(film, tmp_path):
    path = tmp_path / "own.onnx"
    path.write_bytes(classifier())
    done = run("explain", film, "--onnx", path, "--method", "occlusion", "--no-test", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["kind"] == "picture"
    wrong = run("explain", film, "--onnx", path, "--scale", "percent")
    assert wrong.exit_code == 2
    assert "Use one of: unit, signed, bytes, imagenet." in wrong.stderr


def test_methods_are_listed_with_what_a_network_refuses():
    done = run("methods", "--model", "cnn", "--json")
    rows = json.loads(done.stdout)["methods"]
    assert [row["key"] for row in rows] == list(METHODS)
    refused = {row["key"] for row in rows if row["refused"]}
    assert {"rollout", "gradient-attention", "legrad"} <= refused
    assert "gradcam" not in refused


def test_metrics_are_listed_with_their_direction():
    rows = json.loads(run("metrics", "--json").stdout)["metrics"]
    assert [row["key"] for row in rows] == list(METRICS)
    assert all(row["direction"] for row in rows)


def test_the_quick_benchmark_goes_on_where_it_stopped(tmp_path):
    out = tmp_path / "bench"
    first = run("benchmark", "--profile", "quick", "--out", out, "--json")
    assert first.exit_code == 0, first.stderr
    table = out / "benchmark.parquet"
    before = table.read_bytes()
    again = run("benchmark", "--profile", "quick", "--out", out, "--json")
    assert json.loads(again.stdout) == json.loads(first.stdout)
    assert table.read_bytes() == before
    ranked = run("leaderboard", table, "--network", "cnn-confounded-0", "--fill", "mean")
    assert ranked.exit_code == 0, ranked.stderr
    assert "gradcam" in ranked.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--profile", "everything"), "there is no 'everything'"),
        (("--profile", "films"), "Give their folder with --films"),
        (("--profile", "films", "--films", "nowhere"), "holds no metadata.csv"),
        (("--scheduler", "no address"), "scheduler"),
    ],
)
def test_a_benchmark_that_cannot_be_run_gets_a_sentence(tmp_path, arguments, sentence):
    done = run("benchmark", "--out", tmp_path / "x", *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_the_stored_studies_can_be_read():
    board = run("leaderboard", "--json")
    assert board.exit_code == 0, board.stderr
    assert json.loads(board.stdout)["entries"]
    cells = run("paradox", "--json")
    assert cells.exit_code == 0, cells.stderr
    assert json.loads(cells.stdout)["cells"]
