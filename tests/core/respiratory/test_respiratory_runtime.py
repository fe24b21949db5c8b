from __future__ import annotations

import ast
import datetime
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core import artifacts
from core.errors import ArtifactError, InputError, SuiteError
from core.respiratory import runtime
from core.respiratory.prepare import prepare
from core.respiratory.runtime import networks
from core.respiratory.schema import SINGLE, Network
from core.runtime import onnx as engine
from core.runtime.settings import Settings
from tests.core.respiratory.fakes import film

ROOT = Path(__file__).resolve().parents[3]


def films(network, seeds=(0, 1, 2)):
    takes = runtime.intake(network)
    return np.stack([prepare(film(seed), takes.size, takes.recipe) for seed in seeds])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Serve a folder of our own, which a test may spoil; call it to seal and serve it."""
    place = tmp_path / "respiratory" / "1"
    place.mkdir(parents=True)
    caches = (networks._artifact, networks._opened, networks._read_positions, networks._intakes)

    def serve():
        artifacts.seal(place, {}, datetime.date(2026, 1, 2))
        monkeypatch.setattr(artifacts, "settings", lambda: Settings(models_root=tmp_path))
        for cache in caches:
            cache.cache_clear()
        return place

    yield place, serve
    for cache in caches:
        cache.cache_clear()


def describe(place, entry, recipe):
    described = {"recipe": recipe, "networks": dict.fromkeys(SINGLE, entry)}
    artifacts.write_json(place / networks.NETWORKS_FILE, described)


@pytest.mark.parametrize("network", SINGLE)
def test_a_logit_is_the_mean_of_its_map(network):
    answer = runtime.forward(network, films(network))
    n, labels, height, width = answer.evidence.shape
    assert (n, labels) == answer.logits.shape == (3, 4)
    assert answer.features.shape[2:] == (height, width)
    assert answer.evidence.mean((2, 3), dtype=np.float64) == pytest.approx(answer.logits, abs=1e-4)


@pytest.mark.parametrize("network", SINGLE)
def test_a_film_is_answered_alike_alone_and_in_company(network):
    together = films(network)
    answer = runtime.forward(network, together)
    for i in range(len(together)):
        alone = runtime.forward(network, together[i : i + 1])
        assert np.array_equal(alone.logits[0], answer.logits[i])
        assert np.array_equal(alone.evidence[0], answer.evidence[i])


@pytest.mark.parametrize("network", SINGLE)
def test_asking_prepares_as_the_network_wants_it(network):
    answer = runtime.ask(network, film(1))
    assert np.array_equal(answer.logits, runtime.forward(network, films(network, (1,))).logits)


@pytest.mark.parametrize("network", SINGLE)
def test_the_arithmetic_is_that_of_the_file_without_any_fusion(network):
    """The oracle runs the graph node by node, with the stored kernels turned into floats."""
    ort = engine.engine()
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1

    def node_by_node(file, feed):
        path = runtime.artifact().path(file).as_posix()
        session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        return session.run(None, feed)[0]

    inputs = films(network, (0,))[:, None]
    if network is Network.VIT:
        with np.load(runtime.artifact().path(networks.POSITIONS_FILE)) as stored:
            position = stored[f"side_{inputs.shape[-1]}"]
        tokens = node_by_node(networks.TRUNK_FILE, {"pixels": inputs, "position": position})
        expected = node_by_node(runtime.intake(network).file, {"tokens": tokens})
    else:
        expected = node_by_node(runtime.intake(network).file, {"pixels": inputs})
    given = runtime.forward(network, inputs[:, 0]).logits
    assert given == pytest.approx(expected, abs=2e-4)


def test_the_trunk_serves_both_sizes():
    for side in (98, 140):
        z = np.random.default_rng(side).normal(size=(2, side, side)).astype(np.float32)
        tokens = runtime.trunk_tokens(z)
        assert tokens.shape == (2, 1 + (side // 14) ** 2, 384)
        assert np.array_equal(runtime.trunk_tokens(z[1:])[0], tokens[1])


def test_the_ensemble_is_all_three():
    assert runtime.members(Network.ENSEMBLE) == SINGLE
    assert runtime.members(Network.CNN) == (Network.CNN,)


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (np.zeros((1, 96, 96), np.float32), "(1, 96, 96). Give at least one film: (n, 128, 128)."),
        (np.zeros((0, 128, 128), np.float32), "(0, 128, 128). Give at least one film"),
        (np.zeros((128, 128), np.float32), "(128, 128). Give at least one film"),
        (np.full((1, 128, 128), np.nan, np.float32), "a pixel is not a finite number"),
        (np.full((1, 128, 128), np.inf, np.float32), "a pixel is not a finite number"),
    ],
)
def test_films_that_no_network_takes_are_refused(spoilt, said):
    with pytest.raises(InputError) as caught:
        runtime.forward(Network.CNN, spoilt)
    assert said in caught.value.message


def test_tokens_of_another_size_are_refused():
    with pytest.raises(InputError, match=r"\(n, 98, 98\) or \(n, 140, 140\)"):
        runtime.trunk_tokens(np.zeros((1, 112, 112), np.float32))


def test_a_network_that_answers_nonsense_is_not_believed(monkeypatch):
    class Broken:
        def get_inputs(self):
            return [type("Input", (), {"name": "pixels"})]

        def run(self, names, feed):
            return [np.full((1, 4), np.nan), np.zeros((1, 4, 8, 8)), np.zeros((1, 2, 8, 8))]

    monkeypatch.setattr(networks, "_session", lambda file: Broken())
    with pytest.raises(SuiteError, match="nothing is said of the film"):
        runtime.forward(Network.CNN, films(Network.CNN, (0,)))


def test_visitors_at_once_share_one_opening(monkeypatch):
    networks._opened.cache_clear()
    opened, real, barrier = [], networks.open_session, threading.Barrier(4)
    monkeypatch.setattr(networks, "open_session", lambda p: opened.append(p.name) or real(p))
    inputs = films(Network.CNN, (0,))

    def visit(_):
        barrier.wait()
        return runtime.forward(Network.CNN, inputs).logits

    with ThreadPoolExecutor(4) as visitors:
        answers = list(visitors.map(visit, range(4)))
    assert opened == [runtime.intake(Network.CNN).file]
    assert all(np.array_equal(answers[0], answer) for answer in answers)


def test_an_altered_network_is_refused(folder):
    place, serve = folder
    (place / "cnn.onnx").write_bytes(b"one")
    serve()
    (place / "cnn.onnx").write_bytes(b"two")
    with pytest.raises(ArtifactError, match="was altered"):
        runtime.artifact()


def test_a_file_that_is_no_network_is_named(folder):
    place, serve = folder
    describe(place, {"files": ["cnn.onnx"], "size": 128}, "plain")
    (place / "cnn.onnx").write_bytes(b"this is no ONNX")
    serve()
    with pytest.raises(ArtifactError, match=r"The network file cnn\.onnx cannot be opened"):
        runtime.forward(Network.CNN, np.zeros((1, 128, 128), np.float32))


def test_what_a_choice_needs_is_opened_at_once(monkeypatch):
    opened = []
    monkeypatch.setattr(networks, "_session", opened.append)
    runtime.warm(Network.CNN)
    assert opened == [networks.TRUNK_FILE, runtime.intake(Network.CNN).file]


@pytest.mark.parametrize(
    ("entry", "recipe", "said"),
    [
        ({"files": ["cnn.onnx"]}, "plain", "'size' is missing"),
        ({"files": [], "size": 128}, "plain", "list index out of range is missing"),
        ({"files": ["cnn.onnx"], "size": 128}, "magic", "'magic' is not a valid Recipe"),
    ],
)
def test_a_folder_that_does_not_say_what_a_network_takes_is_refused(folder, entry, recipe, said):
    place, serve = folder
    describe(place, entry, recipe)
    serve()
    with pytest.raises(ArtifactError) as caught:
        runtime.intake(Network.CNN)
    assert said in caught.value.message


def test_running_a_network_writes_nothing_and_says_nothing(tmp_path):
    """The official builds would make a device identifier and a database in the home folder."""
    code = (
        "import numpy, json, os\n"
        "from core.respiratory import runtime\n"
        "from core.respiratory.schema import Network\n"
        "z = numpy.zeros((1, 128, 128), numpy.float32)\n"
        "runtime.forward(Network.CNN, z)\n"
        "print(json.dumps(os.environ['ORT_DISABLE_TELEMETRY']))\n"
    )
    environ = {k: v for k, v in os.environ.items() if k != engine.NO_TELEMETRY}
    places = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR", "APPDATA")
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=ROOT,
        env=environ | dict.fromkeys(places, str(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == "1"
    assert done.stderr == ""
    assert list(tmp_path.rglob("*")) == []


def test_only_the_engine_imports_onnxruntime():
    """An import elsewhere could come first, and then its telemetry is on."""
    importers = set()
    for top in ("core", "apps", "pages", "benchmarks"):
        for path in (ROOT / top).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if "onnxruntime" in text else ():
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if any(name.split(".")[0] == "onnxruntime" for name in names):
                    importers.add(path)
    assert {p.name for p in importers} == {"onnx.py"}
