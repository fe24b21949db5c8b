"""Saliency over HTTP says what the verbs say: studies, maps of films and of phantoms."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from apps.api import create_api
from apps.api.saliency_schemas import MapExplanationAnswer
from core.audit.log import AuditLog
from core.respiratory import example
from core.runtime.settings import Settings
from core.saliency import (
    LABELS,
    METHODS,
    NETWORKS,
    Options,
    audit_original,
    benchmark_table,
    explain,
    film_subject,
    leaderboard,
    metric_validity,
    phantom,
    phantom_subject,
    phantoms,
    scene,
    stored_arguments,
    stored_border,
    stored_original,
    stored_paradox,
)
from tests.respiratory_films import CAT

V1 = "/v1/saliency"
API = TestClient(create_api(Settings(allowed_hosts=("testserver",))))
NAME, FILM = example("drawn-consolidation")
QUICK = "method=gradcam&test=false"
PNG = {"Content-Type": "image/png"}


def plain(result: Any) -> Any:
    """What JSON makes of a result; refuses NaN."""
    return json.loads(json.dumps(result, allow_nan=False))


def got(path: str) -> dict[str, Any]:
    response = API.get(f"{V1}/{path}")
    assert response.status_code == 200, response.text
    return {key: value for key, value in response.json().items() if key != "request_id"}


def refused(response: Any, field: str) -> str:
    assert response.status_code == 422, response.text
    error = response.json()["error"]
    assert field in {one["field"] for one in error["problems"]}, error
    return str(error["message"])


def test_the_studies_are_those_that_are_stored() -> None:
    assert got("paradox") == plain(stored_paradox().to_dict())
    assert got("arguments") == plain({"arguments": [one.to_dict() for one in stored_arguments()]})
    assert got("border") == plain({"networks": [one.to_dict() for one in stored_border()]})
    study = stored_original()
    audit = [one.to_dict() for one in audit_original(study)]
    assert got("original") == plain({"study": study.to_dict(), "audit": audit})


def test_the_leaderboard_is_that_of_the_verb() -> None:
    expected = leaderboard(benchmark_table("films"), "gini", "", "vit").to_dict()
    assert got("leaderboard?profile=films&metric=gini&fill=&network=vit") == plain(expected)
    for query, field in (
        ("metric=none", "metric"),
        ("network=none", "network"),
        ("fill=none", "fill"),
        ("profile=none", "profile"),
    ):
        refused(API.get(f"{V1}/leaderboard?{query}"), field)


def test_methods_say_which_of_them_a_network_allows() -> None:
    rows = {one["key"]: one for one in got("methods?network=cnn")["methods"]}
    assert rows.keys() == METHODS.keys()
    assert rows["gradcam"]["refused"] == ""
    assert "attention" in rows["rollout"]["refused"]
    assert not any(one["refused"] for one in got("methods")["methods"])
    refused(API.get(f"{V1}/methods?network=none"), "network")


def test_networks_and_phantoms_are_listed() -> None:
    found = got("networks")["networks"]
    assert [one["key"] for one in found] == [*NETWORKS, *phantoms()]
    assert {one["reads"] for one in found} == {"films", "phantoms"}
    assert got("phantoms")["networks"].keys() == phantoms().keys()


def test_a_map_of_a_film_is_the_verbs() -> None:
    url = f"{V1}/explain?network=vit&method=rollout&seed=3&test=false"
    response = API.post(url, files={"file": (NAME, FILM)})
    assert response.status_code == 200, response.text
    content = response.json()
    MapExplanationAnswer.model_validate(content)
    assert content.pop("request_id") == response.headers["X-Request-ID"]
    content.pop("validity")
    expected = explain(
        film_subject(NAME, FILM, "vit"), "rollout", None, Options(seed=3), tested=False
    )
    assert content == plain(expected.to_dict())


def test_figures_come_with_their_record() -> None:
    response = API.post(f"{V1}/phantoms/explain?method=gradcam", json={"seed": 7})
    content = response.json()
    assert response.status_code == 200, response.text
    assert content["curves"]["random"]["n"] > 0
    badges = {one.metric: one for one in metric_validity()}
    assert {one["metric"] for one in content["validity"]} == badges.keys() & content["metrics"]
    assert {one["badge"] for one in content["validity"]} > {"invalid"}


def test_a_map_is_sent_as_a_picture_an_array_or_a_table() -> None:
    found = explain(film_subject(NAME, FILM, "cnn"), "gradcam", tested=False)
    url = f"{V1}/explain?{QUICK}"
    drawn = API.post(url, content=FILM, headers={**PNG, "Accept": "image/png"})
    assert drawn.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(drawn.content)).format == "PNG"
    sent = API.post(f"{url}&format=npy", content=FILM, headers=PNG)
    heat = np.load(io.BytesIO(sent.content), allow_pickle=False)
    assert np.array_equal(heat, found.attribution.pixels)
    table = API.post(f"{url}&format=csv", content=FILM, headers=PNG).text
    assert table.startswith("figure,value,reason\ngini,")


def test_a_picture_that_is_no_film_is_refused_as_on_the_page() -> None:
    response = API.post(f"{V1}/explain?{QUICK}", content=CAT, headers=PNG)
    assert response.status_code == 422
    assert "there is no answer to explain" in response.text
    response = API.post(f"{V1}/explain", content=b"no picture", headers=PNG)
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("method=none", "method"),
        ("method=rollout", "method"),
        ("network=none", "network"),
        ("method=gradcam&label=none", "label"),
        ("method=gradcam&layer=none", "layer"),
        ("samples=0", "samples"),
        ("format=gif", "format"),
    ],
)
def test_what_cannot_be_asked_is_named(query: str, field: str) -> None:
    response = API.post(f"{V1}/explain?test=false&{query}", content=FILM, headers=PNG)
    refused(response, field)


def test_a_map_of_a_phantom_is_the_verbs() -> None:
    asked = {"network": "cnn-decoy-0", "seed": 11, "finding": LABELS[2], "shortcut": True}
    response = API.post(f"{V1}/phantoms/explain?{QUICK}", json=asked)
    assert response.status_code == 200, response.text
    content = response.json()
    network = phantom("cnn-decoy-0")
    drawn = scene(11, "decoy", network.size, label=2, carries=True)
    expected = explain(phantom_subject(drawn, network), "gradcam", tested=False).to_dict()
    del content["request_id"], content["validity"]
    assert content == plain(expected)
    assert content["truth"]["shares"]["players"] == ["lesion", "shortcut"]


@pytest.mark.parametrize("field", ["network", "finding", "regime"])
def test_a_phantom_that_cannot_be_drawn_is_refused(field: str) -> None:
    refused(API.post(f"{V1}/phantoms/explain?{QUICK}", json={field: "none"}), field)


def test_the_log_keeps_no_pixel(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    chosen = Settings(allowed_hosts=("testserver",), audit_mode="hashes", audit_url=url)
    client = TestClient(create_api(chosen))
    assert client.post(f"{V1}/explain?{QUICK}", content=FILM, headers=PNG).status_code == 200
    (entry,) = AuditLog(url).entries()
    assert entry.event == "saliency_map"
    assert set(entry.data()) == {"file", "network", "method", "outcome"}
