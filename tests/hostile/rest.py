"""The routes of the API, and what is asked of each: a sound answer, or a problem in one form."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
from fastapi.testclient import TestClient

from apps.api.errors import ErrorBody
from tests.hostile.doors import DOCUMENTS, TABLES, Verdict, require, scored_rows, unhelpful
from tests.hostile.made import Hostile

JSON = "application/json"
DOCUMENTED_LATER = 503


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """A route that takes files.

    Attributes
    ----------
    path : str
        Where a file is sent.
    groups, likes, every
        As of :class:`tests.hostile.doors.Door`.
    kind : str
        Content type; empty for a form with one file.
    check : callable, optional
        Holds an answer to what it promises.
    wrap : str
        JSON around the file, with ``@`` in its place.
    """

    path: str
    groups: tuple[str, ...]
    likes: tuple[str, ...]
    kind: str = JSON
    check: Callable[[Any], None] | None = None
    every: int = 1
    wrap: str = "@"

    @property
    def name(self) -> str:
        """How reports call it."""
        return f"POST {self.path}"

    def takes(self, file: Hostile) -> bool:
        """Whether a file of this kind may be sent here."""
        return file.group in self.groups and (not file.like or file.like in self.likes)

    def send(self, client: TestClient, file: Hostile) -> Any:
        """Send a file and return the response."""
        if not self.kind:
            return client.post(self.path, files={"file": ("file.bin", file.content)})
        before, _, after = self.wrap.encode().partition(b"@")
        kind = self.kind
        if kind == "text/csv" and file.content.startswith(b"PAR1"):
            kind = "application/vnd.apache.parquet"
        body = before + file.content + after
        return client.post(self.path, content=body, headers={"Content-Type": kind})


def put(client: TestClient, route: Route, file: Hostile) -> Verdict:
    """Send a file; anything but a sound answer or a problem in the API's form is a failure."""
    try:
        answered = _judged(route, route.send(client, file))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"[:1500]
        return Verdict(route.name, file.id, file.group, "failed", text)
    return Verdict(route.name, file.id, file.group, "answered" if answered else "refused")


def _judged(route: Route, response: Any) -> bool:
    status = response.status_code
    require(b"Traceback" not in response.content, "a traceback was sent")
    if 200 <= status < 300:
        if route.check is not None:
            route.check(response)
        return True
    require(400 <= status < 500 or status == DOCUMENTED_LATER, f"{status}: {response.text[:600]}")
    error = ErrorBody.model_validate(response.json()).error
    require(not unhelpful(error.message), unhelpful(error.message))
    require(error.problems, "a refusal without a problem")
    require(len(response.content) < 100_000, "a refusal longer than its request")
    return False


def _table(name: str, reasons: str) -> Callable[[Any], None]:
    def check(response: Any) -> None:
        rows = pd.read_csv(io.BytesIO(response.content), dtype=str, keep_default_na=False)
        headers = response.headers
        told = int(headers["X-Rows-Scored"]) + int(headers["X-Rows-Refused"])
        require(told == len(rows) > 0, "rows were lost")
        estimates = pd.to_numeric(rows[name], errors="coerce")
        scored_rows(rows["decision"], estimates, rows[reasons])

    return check


def _estimate(response: Any) -> None:
    require(0 <= _strict(response)["p"] <= 1, "no probability")


def _review(response: Any) -> None:
    found = _strict(response)
    require((found["status"] == "complete") == (not found["gaps"]), "a gap passes for complete")
    require(found["orders"] or found["gaps"], "nothing was checked, and nothing says so")


def _readings(response: Any) -> None:
    for one in _strict(response)["readings"]:
        if one["status"] != "ok":
            require(
                one["probabilities"] is None and not one["decision"], "a finding without a film"
            )
            require(not unhelpful(one["reason"]), unhelpful(one["reason"]))


def _gate(response: Any) -> None:
    found = _strict(response)
    require(not found["refused"] or not unhelpful(found["reason"]), "refused without a reason")


def _strict(response: Any) -> Any:
    def no_number(text: str) -> Any:
        raise AssertionError(f"{text} in an answer")

    return json.loads(response.content, parse_constant=no_number)


CSV = "text/csv"
ROUTES = (
    Route(
        "/v1/cardiosense/batch", TABLES, ("cardiosense",), CSV, _table("p_disease", "reasons"), 4
    ),
    Route(
        "/v1/breast-cancer/batch",
        TABLES,
        ("breast-cancer",),
        CSV,
        _table("p_malignant", "flags"),
        4,
    ),
    Route("/v1/breast-cancer/drift", TABLES, ("breast-cancer",), CSV, _strict, 80),
    Route("/v1/trust/audit", TABLES, ("predictions",), CSV, _strict, 4),
    Route(
        "/v1/trust/compare?prob=probability&prob_other=outcome",
        TABLES,
        ("predictions",),
        CSV,
        _strict,
        12,
    ),
    Route("/v1/trust/original", TABLES, ("predictions",), CSV, _strict, 40),
    Route("/v1/trust/checklist?kind=claim_2024", TABLES, ("predictions",), CSV, _strict, 40),
    Route("/v1/apple-sales/inspect", TABLES, ("sales",), CSV, _strict, 12),
    Route("/v1/apple-sales/best-within", TABLES, ("sales",), CSV, _strict, 60),
    Route("/v1/apple-sales/structure?most=2", TABLES, ("sales",), CSV, _strict, 30),
    Route("/v1/apple-sales/density", TABLES, ("sales",), CSV, _strict, 12),
    Route(
        "/v1/apple-sales/contrasts?group=region&value=units", TABLES, ("sales",), CSV, _strict, 12
    ),
    Route(
        "/v1/apple-sales/forecast?period=period&value=units", TABLES, ("sales",), CSV, _strict, 12
    ),
    Route(
        "/v1/cardiosense/batch", TABLES, ("cardiosense",), "", _table("p_disease", "reasons"), 16
    ),
    Route("/v1/cardiosense/score", DOCUMENTS, ("cardiosense",), JSON, _estimate),
    Route(
        "/v1/cardiosense/path",
        DOCUMENTS,
        ("prevention",),
        JSON,
        _strict,
        2,
        '{"layer": "prevention", "target": 0.05, "patient": @}',
    ),
    Route("/v1/breast-cancer/score", DOCUMENTS, ("breast-cancer",), JSON, _estimate),
    Route("/v1/guardian/check", ("list", "foreign"), ("guardian",), JSON, _review, 2),
    Route(
        "/v1/guardian/check",
        ("fhir", "foreign"),
        ("guardian",),
        JSON,
        _review,
        2,
        '{"fhir_bundle": @}',
    ),
    Route("/v1/guardian/leaflet", ("list", "foreign"), ("guardian",), JSON, _strict, 12),
    Route("/v1/guardian/narrative", ("list", "foreign"), ("guardian",), JSON, _strict, 12),
    Route("/v1/guardian/export", ("list", "foreign"), ("guardian",), JSON, _strict, 12),
    Route(
        "/v1/guardian/override",
        ("list", "foreign"),
        ("guardian",),
        JSON,
        _strict,
        12,
        '{"rule_id": "ddi-warfarin-sulfonamide", "reason": "will-monitor", "case": @}',
    ),
    Route(
        "/cds-services/guardian-order-sign", ("hook", "foreign"), ("guardian",), JSON, _strict, 2
    ),
    Route(
        "/cds-services/guardian-order-sign/feedback",
        ("feedback", "foreign"),
        ("guardian",),
        JSON,
        _strict,
    ),
    Route(
        "/v1/apple-sales/plan?checks=false",
        ("problem", "foreign"),
        ("apple-sales",),
        JSON,
        _strict,
        4,
    ),
    Route(
        "/v1/apple-sales/value?constraint=capacity&points=3",
        ("problem", "foreign"),
        ("apple-sales",),
        JSON,
        _strict,
        12,
    ),
    Route(
        "/v1/trust/audit",
        ("record", "problem", "foreign"),
        ("cardiosense", "apple-sales"),
        JSON,
        _strict,
        4,
    ),
    Route(
        "/v1/respiratory/predict?model=cnn",
        ("image", "archive", "foreign"),
        ("respiratory",),
        "",
        _readings,
        4,
    ),
    Route("/v1/respiratory/gate", ("image", "foreign"), ("respiratory",), "", _gate, 16),
    Route(
        "/v1/saliency/explain?network=cnn&test=false",
        ("image", "foreign"),
        ("respiratory",),
        "",
        _strict,
        40,
    ),
    Route(
        "/v1/respiratory/explain?model=cnn", ("image", "foreign"), ("respiratory",), "", _strict, 60
    ),
)
