"""Films over HTTP: many in, one reading each out, in order; nothing is dropped or kept."""

from __future__ import annotations

import csv
import datetime
import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount

from apps.api import create_api, respiratory, respiratory_films
from apps.api import respiratory_schemas as schemas
from apps.api.errors import ErrorBody
from core.audit.log import AuditLog
from core.respiratory.schema import LABELS, Network
from core.respiratory.table import COLUMNS
from core.runtime.settings import Settings
from tests.respiratory_films import (
    BAD,
    CAT,
    FILM,
    ZIP,
    archive,
    fake_explanation,
    fake_reading,
    fake_readings,
    needs_films,
    real_films,
)

HOST: dict[str, Any] = {"allowed_hosts": ("testserver",)}
V1 = "/v1/respiratory"
API = create_api(Settings(**HOST))
POSTS = ("predict", "explain", "report")


class FakeArtifact:
    tag = "respiratory/0 sha256:fake"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(respiratory_films, "readings", fake_readings)
    monkeypatch.setattr(respiratory, "artifact", FakeArtifact)
    monkeypatch.setattr(
        respiratory, "explain", lambda name, content, model, **how: fake_explanation(model, **how)
    )
    monkeypatch.setattr(respiratory, "film_report", lambda *film, **how: b"%PDF-1.4 %%EOF")


@pytest.fixture
def client(fakes: None) -> TestClient:
    return TestClient(API)


@pytest.fixture
def audited(fakes: None, tmp_path: Path) -> tuple[TestClient, AuditLog]:
    url = f"sqlite:///{tmp_path / 'audit.sqlite'}"
    settings = Settings(audit_url=url, audit_mode="hashes", **HOST)
    return TestClient(create_api(settings)), AuditLog(url)


def files(*named: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", one) for one in named]


def problem_of(response: Any) -> dict[str, Any]:
    error = response.json()["error"]
    assert error["request_id"] == response.headers["X-Request-ID"]
    ErrorBody.model_validate(response.json())
    problem: dict[str, Any] = error["problems"][0]
    return problem


def readings_of(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    content = response.json()
    schemas.ReadingsAnswer.model_validate(content)
    assert content["request_id"] == response.headers["X-Request-ID"]
    found: list[dict[str, Any]] = content["readings"]
    return found


def plain(result: Any) -> Any:
    return json.loads(json.dumps(result.to_dict(), allow_nan=False))


def test_every_file_comes_back_in_order(client: TestClient) -> None:
    sent = [("a.png", FILM), ("cat.png", CAT), ("b.png", BAD), ("a.png", FILM)]
    found = readings_of(client.post(f"{V1}/predict", files=files(*sent)))
    assert found == [plain(fake_reading(name, content, "ensemble")) for name, content in sent]
    assert [one["status"] for one in found] == ["ok", "refused", "error", "ok"]
    assert list(found[0]["probabilities"]) == list(LABELS)
    assert found[1]["probabilities"] is found[2]["probabilities"] is None
    assert found[2]["threshold"] is None


def test_an_archive_stands_for_its_files(client: TestClient) -> None:
    sent = files(("x.png", FILM), ("batch.zip", ZIP), ("y.png", FILM))
    found = readings_of(client.post(f"{V1}/predict", files=sent))
    assert [one["file"] for one in found] == [
        "x.png",
        "batch.zip/b.png",
        "batch.zip/a.png",
        "y.png",
    ]
    assert [one["status"] for one in found] == ["ok", "ok", "error", "ok"]


@pytest.mark.parametrize("kind", [*respiratory_films.IMAGES, "IMAGE/PNG; x=y"])
def test_a_single_film_may_be_the_body(client: TestClient, kind: str) -> None:
    response = client.post(f"{V1}/predict", content=FILM, headers={"Content-Type": kind})
    assert [one["file"] for one in readings_of(response)] == ["body"]
    zipped = client.post(f"{V1}/predict", content=ZIP, headers={"Content-Type": "application/zip"})
    assert [one["file"] for one in readings_of(zipped)] == ["body/b.png", "body/a.png"]


@pytest.mark.parametrize("model", [None, *Network])
def test_the_network_is_a_parameter(client: TestClient, model: str | None) -> None:
    query = {} if model is None else {"model": model}
    response = client.post(f"{V1}/predict", files=files(("a.png", FILM)), params=query)
    assert readings_of(response)[0]["model"] == (model or "ensemble")


@pytest.mark.parametrize(
    ("query", "accept"),
    [("format=csv", None), ("", "text/csv"), ("format=csv", "application/json")],
)
def test_readings_as_a_table(client: TestClient, query: str, accept: str | None) -> None:
    sent = files(("=a.png", FILM), ("b.png", BAD))
    headers = {} if accept is None else {"Accept": accept}
    response = client.post(f"{V1}/predict?{query}", files=sent, headers=headers)
    assert response.headers["Content-Type"].startswith("text/csv")
    assert "readings.csv" in response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows[0] == list(COLUMNS)
    assert [row[1] for row in rows[1:]] == ["ok", "error"]
    assert not rows[1][0].startswith("=")
    asked = client.post(f"{V1}/predict?format=json", files=sent, headers={"Accept": "text/csv"})
    assert len(readings_of(asked)) == 2


@pytest.mark.parametrize("verb", POSTS)
@pytest.mark.parametrize(
    "query",
    [
        "model=gpt",
        "model=VGG16",
        "model=",
        "model=cnn&model=vit",
        "models=cnn",
        "seed=-1",
        "seed=x",
        "label=Cat",
        "format=xml",
        "issued=2026-02-30",
        "issued=today",
    ],
)
def test_query_parameters_are_read_strictly(client: TestClient, verb: str, query: str) -> None:
    response = client.post(f"{V1}/{verb}?{query}", files={"file": ("a.png", FILM)})
    assert response.status_code == 422
    assert problem_of(response)["field"] == query.partition("=")[0]


@pytest.mark.parametrize("verb", POSTS)
@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (415, FILM, ""),
        (415, FILM, "application/octet-stream"),
        (415, FILM, "application/json"),
        (415, FILM, "image/svg+xml"),
        (415, FILM, "text/csv"),
        (400, FILM, "multipart/form-data"),
        (400, b"--b--\r\n", "multipart/form-data; boundary=b"),
        (400, b"--b\r\nContent-Disp", "multipart/form-data; boundary=b"),
    ],
)
def test_a_body_that_is_no_film_is_refused(
    client: TestClient, verb: str, status: int, content: bytes, kind: str
) -> None:
    response = client.post(f"{V1}/{verb}", content=content, headers={"Content-Type": kind})
    assert response.status_code == status
    assert problem_of(response)["field"] in {"body", "Content-Type"}
    assert "png" in problem_of(response)["fix"] or "form" in problem_of(response)["fix"]


@pytest.mark.parametrize("verb", ["explain", "report"])
def test_one_film_at_a_time_is_explained(client: TestClient, verb: str) -> None:
    two = client.post(f"{V1}/{verb}", files=files(("a.png", FILM), ("b.png", FILM)))
    assert (two.status_code, problem_of(two)["field"]) == (400, "body")
    zipped = client.post(f"{V1}/{verb}", content=ZIP, headers={"Content-Type": "application/zip"})
    assert zipped.status_code == 415


def test_the_number_of_files_is_limited(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(respiratory_films, "MAX_FILMS", 5)
    many = client.post(f"{V1}/predict", files=files(*(("a.png", FILM),) * 6))
    assert many.status_code == 400
    assert "5" in problem_of(many)["fix"]
    packed = archive(**{f"{i}.png": BAD for i in range(50)})
    zipped = client.post(f"{V1}/predict", files=files(("a.zip", packed)))
    assert (zipped.status_code, problem_of(zipped)["rule"]) == (422, "too-many-films")
    five = client.post(f"{V1}/predict", files=files(*(("a.png", FILM),) * 5))
    assert len(readings_of(five)) == 5


def test_a_batch_that_takes_too_long_is_given_up(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def slow(images: Any, model: Any) -> Iterator[Any]:
        for reading in fake_readings(images, model):
            read.append(reading.file)
            yield reading

    monkeypatch.setattr(respiratory_films, "readings", slow)
    monkeypatch.setattr(respiratory_films, "SECONDS", 0.0)
    sent = files(*((f"{i}.png", FILM) for i in range(20)))
    response = client.post(f"{V1}/predict", files=sent)
    assert response.status_code == 503
    assert f"only {respiratory_films.AT_ONCE} films" in problem_of(response)["message"]
    assert response.headers["Retry-After"]
    assert len(read) == respiratory_films.AT_ONCE


@pytest.mark.usefixtures("fakes")
def test_other_requests_are_answered_during_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def waiting(images: Any, model: Any) -> Iterator[Any]:
        begun.set()
        assert go_on.wait(30)
        yield from fake_readings(images, model)

    monkeypatch.setattr(respiratory_films, "readings", waiting)

    # Entered, the client asks everything in one event loop; mounted, the models are not warmed.
    with (
        TestClient(Starlette(routes=[Mount("/", API)])) as caller,
        ThreadPoolExecutor(1) as beside,
    ):
        sent = files(("a.png", FILM))
        batch = beside.submit(caller.post, f"{V1}/predict", files=sent)
        assert begun.wait(30)
        other = caller.get("/health")
        assert (other.status_code, batch.done()) == (200, False)
        go_on.set()
        assert batch.result(30).status_code == 200


def test_an_unexpected_failure_shows_no_film(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(images: Any, model: Any) -> Iterator[Any]:
        raise ZeroDivisionError("patient 4711")

    monkeypatch.setattr(respiratory_films, "readings", broken)
    response = client.post(f"{V1}/predict", files=files(("smith.png", FILM)))
    assert response.status_code == 500
    assert "smith" not in response.text
    assert "4711" not in response.text


def test_an_upload_above_the_limit_is_refused() -> None:
    small = TestClient(create_api(Settings(body_limit_bytes=2048, **HOST)))
    for verb in POSTS:
        assert small.post(f"{V1}/{verb}", files=files(("a.png", bytes(4096)))).status_code == 413


def test_films_larger_than_other_bodies_are_taken(client: TestClient) -> None:
    large = files(*(("a.png", FILM + bytes(100_000)),) * 3)
    assert len(readings_of(client.post(f"{V1}/predict", files=large))) == 3


def test_the_key_is_asked_for(fakes: None) -> None:
    key = "a-key-of-sufficient-length"
    guarded = TestClient(create_api(Settings(api_key=key, **HOST)))
    for verb in POSTS:
        assert guarded.post(f"{V1}/{verb}", files=files(("a.png", FILM))).status_code == 401
    for verb in ("models", "card", "audit"):
        assert guarded.get(f"{V1}/{verb}").status_code == 401
    headers = {"Authorization": f"Bearer {key}"}
    assert guarded.get(f"{V1}/models", headers=headers).status_code == 200


def test_nothing_of_an_upload_touches_the_disk(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    def none(*args: Any, **kwargs: Any) -> Any:
        pytest.fail("a temporary file was made")

    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, none)
    large = files(("a.png", FILM + bytes(5_000_000)), ("b.zip", ZIP))
    assert len(readings_of(client.post(f"{V1}/predict", files=large))) == 3


def test_explain_passes_its_question_on(client: TestClient) -> None:
    query = {"model": "vit", "label": "COVID-19", "seed": 7}
    response = client.post(f"{V1}/explain", files={"file": ("a.png", FILM)}, params=query)
    assert response.status_code == 200, response.text
    found = response.json()
    schemas.FilmExplanationAnswer.model_validate(found)
    expected = plain(fake_explanation("vit", "COVID-19", 7))
    assert {**expected, "request_id": found["request_id"]} == found
    assert "canvas" not in found


def test_report_is_a_file(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def made(*film: Any, **how: Any) -> bytes:
        asked.append((film, how))
        return b"%PDF-1.4 %%EOF"

    monkeypatch.setattr(respiratory, "film_report", made)
    query = {"model": "cnn", "issued": "2026-02-28"}
    response = client.post(
        f"{V1}/report", content=FILM, params=query, headers={"Content-Type": "image/png"}
    )
    assert response.headers["Content-Type"] == "application/pdf"
    assert "film-report.pdf" in response.headers["Content-Disposition"]
    ((film, how),) = asked
    assert film == ("body", FILM, "cnn")
    assert how["issued"].isoformat() == "2026-02-28"


def test_the_log_keeps_hashes_and_no_names(audited: tuple[TestClient, AuditLog]) -> None:
    client, log = audited
    client.post(f"{V1}/predict", files=files(("smith.png", FILM), ("jones.png", BAD)))
    client.post(f"{V1}/explain", files={"file": ("smith.png", FILM)})
    client.post(f"{V1}/report", files={"file": ("smith.png", FILM)})
    entries = list(log.entries())
    assert [one.event for one in entries] == ["films", "film_explanation", "film_report"]
    first = entries[0].data()
    assert [one["status"] for one in first["films"]] == ["ok", "error"]
    assert first["films"][0]["sha256"] == entries[1].data()["file"] == entries[2].data()["file"]
    assert not any(word in one.payload for one in entries for word in ("smith", "jones", ".png"))
    assert log.verify().ok


def test_a_request_id_stands_for_one_batch(audited: tuple[TestClient, AuditLog]) -> None:
    client, log = audited
    headers = {"X-Request-ID": "batch-1"}
    for status in (200, 409):
        sent = files(("a.png", FILM))
        response = client.post(f"{V1}/predict", files=sent, headers=headers)
        assert response.status_code == status
    assert len(list(log.entries())) == 1


def test_the_networks_are_listed(client: TestClient) -> None:
    found = client.get(f"{V1}/models").json()
    schemas.NetworksAnswer.model_validate(found)
    assert [one["key"] for one in found["models"]] == list(Network)
    assert (found["default"], found["artifact"]) == ("ensemble", FakeArtifact.tag)


def test_names_of_any_kind_come_back(client: TestClient) -> None:
    names = ["ä ö.png", "../../etc/passwd", "a;b.png", "𝕏.png", "x" * 300]
    found = readings_of(client.post(f"{V1}/predict", files=files(*((n, FILM) for n in names))))
    assert [one["file"] for one in found] == names


def test_real_films_are_answered_as_by_the_core() -> None:
    from core.respiratory.about import card
    from core.respiratory.audit import shortcut_audit
    from core.respiratory.predict import predict

    client = TestClient(API)
    sent = [("a.png", FILM), ("b.png", BAD), ("batch.zip", ZIP)]
    for model in ("cnn", "ensemble"):
        response = client.post(f"{V1}/predict?model={model}", files=files(*sent))
        assert readings_of(response) == [plain(one) for one in predict(sent, model)]
    assert client.get(f"{V1}/card").json()["card"] == json.loads(json.dumps(card()))
    audit = client.get(f"{V1}/audit").json()
    schemas.ShortcutAuditAnswer.model_validate(audit)
    assert {**plain(shortcut_audit()), "request_id": audit["request_id"]} == audit


@needs_films
def test_a_real_film_is_explained_and_printed() -> None:
    from core.respiratory.explain import explain
    from core.respiratory.report import film_report

    client = TestClient(API)
    (content,) = real_films(1)
    sent = {"file": ("film.jpeg", content)}
    found = client.post(f"{V1}/explain?model=cnn", files=sent).json()
    schemas.FilmExplanationAnswer.model_validate(found)
    expected = plain(explain("film.jpeg", content, "cnn"))
    assert {**expected, "request_id": found["request_id"]} == found
    query = {"model": "cnn", "issued": "2026-02-28"}
    report = client.post(f"{V1}/report", files=sent, params=query).content
    day = datetime.date(2026, 2, 28)
    assert report == film_report("film.jpeg", content, "cnn", issued=day)
    not_read = client.post(f"{V1}/report", files={"file": ("b.png", BAD)})
    assert (not_read.status_code, problem_of(not_read)["field"]) == (422, "body")
