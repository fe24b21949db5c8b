"""Apple sales over HTTP: the core's answers, one form of refusal, limits and the trail."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from apps.api import apple_sales_schemas as schemas
from apps.api import create_api
from apps.api.errors import ErrorBody
from apps.api.security import JSON_LIMIT_BYTES
from apps.api.upload import CSV, PARQUET
from core import apple_sales as core
from core.audit.log import AuditLog
from core.runtime.settings import Settings
from tests.apple_problems import (
    PAIR,
    PAIR_X,
    changed,
    impossible,
    many,
    with_cell,
    with_constraint,
)

V1 = "/v1/apple-sales"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_api(Settings(allowed_hosts=("testserver",))))


def plain(result: Any) -> Any:
    return json.loads(json.dumps(result, allow_nan=False))


def answered(response: Any, model: Any) -> Any:
    """The result of an answer that keeps to its model, without the request's id."""
    assert response.status_code == 200, response.text
    found = response.json()
    model.model_validate(found)
    assert found.pop("request_id") == response.headers["X-Request-ID"]
    return found


def refused(response: Any, status: int = 422) -> Any:
    assert response.status_code == status, response.text
    return ErrorBody.model_validate(response.json()).error


def fields(error: Any) -> set[str]:
    return {problem.field for problem in error.problems}


# plan


def test_the_problem_that_is_given_out_is_planned_like_the_default(client: TestClient):
    written = client.get(f"{V1}/problem")
    assert written.status_code == 200
    schemas.ProblemBody.model_validate(written.json())
    assert core.read_problem(written.json()) == core.default_problem()
    found = answered(client.post(f"{V1}/plan", json=written.json()), schemas.PlanAnswer)
    assert found == plain(core.plan(core.default_problem()).to_dict())
    assert found["certificate"]["fw_gap_rel"] <= 1e-6


def test_the_problem_takes_its_assumptions(client: TestClient):
    chosen = {"goal": "revenue", "tilt": 1.5, "supply": 1.0, "aversion": 0.0}
    written = client.get(f"{V1}/problem", params=chosen).json()
    assert core.read_problem(written) == core.default_problem(**chosen)


@pytest.mark.parametrize(
    ("name", "value"),
    [("goal", "fame"), ("tilt", "9"), ("supply", "0"), ("supply", "nan"), ("supply", "1e308"),
     ("aversion", "-1"), ("aversion", "1e300"),
     ("aversion", "inf"), ("elasticity", "-2")],
)  # fmt: skip
def test_an_assumption_out_of_range_is_named(client: TestClient, name: str, value: str):
    assert fields(refused(client.get(f"{V1}/problem", params={name: value}))) == {name}


def test_a_problem_worked_by_hand(client: TestClient):
    found = answered(client.post(f"{V1}/plan", json=PAIR), schemas.PlanAnswer)
    assert found["x"] == pytest.approx(PAIR_X, abs=1e-6)
    quick = answered(client.post(f"{V1}/plan?checks=false", json=PAIR), schemas.PlanAnswer)
    assert quick["x"] == found["x"]
    assert {one["verified"] for one in quick["multipliers"]} == {"not checked"}


def test_an_impossible_problem_is_an_answer_with_its_reason(client: TestClient):
    found = answered(client.post(f"{V1}/plan", json=impossible()), schemas.PlanAnswer)
    assert (found["status"], found["x"], found["objective"]) == ("infeasible", None, None)
    assert {one["name"] for one in found["infeasibility"]["conflict"]} == {"Budget", "Floor"}
    assert found["infeasibility"]["repairs"]


def test_the_documented_example_is_answered_everywhere(client: TestClient):
    document = client.get("/openapi.json").json()
    for verb, model in (
        ("plan", schemas.PlanAnswer),
        ("frontier", schemas.FrontierAnswer),
        ("stress", schemas.StressAnswer),
    ):
        content = document["paths"][f"{V1}/{verb}"]["post"]["requestBody"]["content"]
        example = content["application/json"]["example"]
        schemas.ProblemBody.model_validate(example)
        answered(client.post(f"{V1}/{verb}", json=example), model)


# bad problems

LOG = '{"family": "log", "scale": 1, "shift": 1}'
NAN = '{"cells": [{"name": "a", "now": 1, "high": 2, "response": %s}], "constraints": [%s]}'
BAD: dict[str, tuple[Any, str]] = {
    "0 products": (changed(cells=[]), "cells"),
    "no cells": ({}, "cells"),
    "cells no list": (changed(cells={"north": 1}), "cells"),
    "contradictory bounds": (with_cell(low=8, high=3), 'cell "north", low'),
    "contradictory limits": (with_constraint(low=9, high=1), 'constraint "More", low'),
    "NaN": (NAN % (LOG, '{"name": "S", "high": NaN}'), 'constraint "S", high'),
    "infinity": (NAN % (LOG, '{"name": "S", "low": Infinity}'), 'constraint "S", low'),
    "overflow": (NAN % (LOG, '{"name": "S", "low": 1e999}'), 'constraint "S", low'),
    "long number": (NAN % (LOG, '{"name": "S", "low": %s}' % ("9" * 999)), 'constraint "S", low'),
    "missing cell": (with_constraint(high=1, cells=["gone"]), 'constraint "More", cells'),
    "missing coefficient": (
        with_constraint(high=1, coefficients={"gone": 1}), 'constraint "More", coefficients'
    ),
    "missing region": (with_constraint(high=1, region="West"), 'constraint "More", region'),
    "unbounded": (
        {"cells": [{"name": "a", "now": 1, "response": {"family": "linear", "scale": 1}}]},
        'cell "a", high',
    ),
    "negative": (with_cell(now=-1), 'cell "north", now'),
    "text": (with_cell(cost="dear"), 'cell "north", cost'),
    "true": (with_cell(weight=True), 'cell "north", weight'),
    "list": (with_cell(now=[1]), 'cell "north", now'),
    "unknown family": (with_cell(response={"family": "cubic"}), 'cell "north", response, family'),
    "no response": (with_cell(response=None), 'cell "north", response'),
    "unknown key": (with_cell(max=3), 'cell "north"'),
    "two selections": (with_constraint(high=1, product="a", region="b"), 'constraint "More"'),
    "unknown kind": (with_constraint(high=1, kind="ratio"), 'constraint "More", kind'),
    "share above 1": (with_constraint(high=40, kind="share"), 'constraint "More", high'),
    "no name": (changed(constraints=[{"high": 1}]), "constraint 1, name"),
    "same cell twice": (changed(cells=[PAIR["cells"][0]] * 2), 'cell "north"'),
    "bad aversion": (changed(aversion=-1), "aversion"),
    "bad notes": (changed(notes="x"), "notes"),
    "title no text": (changed(title=5), "title"),
    "half a character": (changed(title="\ud800"), "title"),
    "half a name": (with_cell(name="\ud800"), "cell 1, name"),
    "half a note": (changed(notes=["\ud800"]), "notes"),
    "half a shock": (with_cell(exposure={"\ud800": 1}), 'cell "north", exposure'),
    "half a constraint": (with_constraint(name="\ud800", high=1), "constraint 2, name"),
    "a list": ("[]", "body"),
    "a text": ('"plan"', "body"),
    "10,001 cells": (many(10_001), "cells"),
}  # fmt: skip


def sent(content: Any) -> bytes:
    return (content if isinstance(content, str) else json.dumps(content)).encode()


@pytest.mark.parametrize("verb", ["plan", "report", "frontier", "stress"])
@pytest.mark.parametrize(("content", "field"), BAD.values(), ids=BAD)
def test_a_bad_problem_is_refused_by_name(client: TestClient, verb, content, field):
    error = refused(client.post(f"{V1}/{verb}", content=sent(content), headers=JSON))
    assert field in fields(error)
    assert all(problem.message for problem in error.problems)


@pytest.mark.parametrize(
    "content",
    ["", "{", '{"cells": [}', '{"cells": [], "cells": []}', "[" * 40 + "]" * 40, "\ufeff",
     '{"cells": ' + '{"a": ' * 40 + "1" + "}" * 40 + "}"],
)  # fmt: skip
def test_what_is_no_json_document_is_refused_as_such(client: TestClient, content: str):
    error = refused(client.post(f"{V1}/plan", content=content.encode(), headers=JSON), 400)
    assert fields(error) <= {"body", "cells"}


def test_a_body_must_say_that_it_is_json(client: TestClient):
    for kind in (None, "text/csv", "application/json; charset=latin-1"):
        headers = {} if kind is None else {"Content-Type": kind}
        response = client.post(f"{V1}/plan", content=sent(PAIR), headers=headers)
        assert fields(refused(response, 415)) == {"Content-Type"}


def test_findings_are_listed_up_to_a_limit(client: TestClient):
    cells = [{"name": f"c{i}", "now": -1} for i in range(200)]
    error = refused(client.post(f"{V1}/plan", json={"cells": cells}))
    assert len(error.problems) == 50
    assert "more problems were found" in error.message


def test_ten_thousand_cells_fit(client: TestClient):
    body = json.dumps(many(10_000)).encode()
    assert len(body) > JSON_LIMIT_BYTES
    response = client.post(f"{V1}/plan?checks=false", content=body, headers=JSON)
    found = answered(response, schemas.PlanAnswer)
    assert len(found["x"]) == 10_000
    assert found["certificate"]["fw_gap_rel"] <= 1e-6


def test_the_limit_of_the_server_holds():
    small = TestClient(create_api(Settings(allowed_hosts=("testserver",), body_limit_bytes=2048)))
    for verb in ("plan", "report", "frontier", "stress", "inspect"):
        response = small.post(f"{V1}/{verb}", content=b" " * 2049, headers=JSON)
        assert fields(refused(response, 413)) == {"body"}


NUMBERS = [0, -1, 1e-30, 1e300, float("nan"), float("inf"), "1", "", None, True, [], {}, 10**400]


@pytest.mark.parametrize("place", ["now", "low", "high", "weight", "cost", "own_risk", "exposure"])
def test_any_value_of_a_cell_is_planned_or_refused_by_name(client: TestClient, place: str):
    for value in NUMBERS:
        body = sent(with_cell(**{place: value}))
        response = client.post(f"{V1}/plan?checks=false", content=body, headers=JSON)
        assert response.status_code in {200, 422}, (value, response.text)
        if response.status_code == 422:
            assert all("north" in field for field in fields(refused(response))), value


@pytest.mark.parametrize(
    "family", ["linear", "power", "log", "saturating", "s-curve", "isoelastic"]
)
@pytest.mark.parametrize("key", ["scale", "shift", "exponent", "elasticity", "revenue"])
def test_any_value_of_a_curve_is_planned_or_refused_by_name(client: TestClient, family, key):
    good = {"family": family, "scale": 2, "shift": 1, "exponent": 0.5}
    for value in NUMBERS:
        body = sent(with_cell(response={**good, key: value}))
        response = client.post(f"{V1}/plan?checks=false", content=body, headers=JSON)
        assert response.status_code in {200, 422}, (value, response.text)
        if response.status_code == 422:
            assert all('cell "north"' in field for field in fields(refused(response))), value


def test_half_built_bodies_are_refused_by_name(client: TestClient):
    """Every key of the problem, a cell and a constraint taken out or replaced by an odd value."""
    rng = np.random.default_rng(0)
    odd = [None, 1, "x", [], {}, [None], [1], {"a": 1}, True, -2.5]
    for _ in range(150):
        body = changed()
        target = [body, body["cells"][0], body["cells"][0]["response"], body["constraints"][0]]
        part = target[int(rng.integers(len(target)))]
        key = str(rng.choice(list(part)))
        if rng.random() < 0.3:
            del part[key]
        else:
            part[key] = odd[int(rng.integers(len(odd)))]
        response = client.post(f"{V1}/plan?checks=false", json=body)
        assert response.status_code in {200, 422}, (body, response.text)
        if response.status_code == 422:
            assert refused(response).problems


# report


def test_reports_are_the_core_s_files(client: TestClient):
    problem, day = core.read_problem(PAIR), datetime.date(2026, 1, 2)
    best = core.plan(problem)
    expected = {
        "html": ("text/html", core.plan_html(problem, best, issued=day)),
        "pdf": ("application/pdf", core.plan_pdf(problem, best, issued=day)),
        "csv": ("text/csv", core.plan_csv(problem, best)),
        "json": ("application/json", core.plan_json(problem, best)),
    }
    for kind, (media, content) in expected.items():
        params = {"format": kind, "issued": "2026-01-02"}
        response = client.post(f"{V1}/report", params=params, json=PAIR)
        assert response.headers["Content-Type"].partition(";")[0] == media
        assert f"apple-sales-plan.{kind}" in response.headers["Content-Disposition"]
        assert response.content == content


@pytest.mark.parametrize(
    ("name", "value"),
    [("format", "doc"), ("issued", "2026-02-30"), ("issued", "today"), ("checks", "perhaps"),
     ("colour", "red")],
)  # fmt: skip
def test_an_option_of_a_report_is_named(client: TestClient, name: str, value: str):
    response = client.post(f"{V1}/report", params={name: value}, json=PAIR)
    assert fields(refused(response)) == {name}


def test_without_a_plan_the_report_says_why(client: TestClient):
    response = client.post(f"{V1}/report", json=impossible())
    assert response.status_code == 200
    assert "Floor" in response.text
    why = client.post(f"{V1}/report?format=json", json=impossible()).json()["infeasibility"]
    for one in (*why["conflict"], *why["repairs"], *why["shortfalls"]):
        assert one["sentence"].replace('"', "&quot;") in response.text


# frontier, stress


def test_frontier_and_stress_are_the_core_s(client: TestClient):
    written, problem = client.get(f"{V1}/problem").json(), core.default_problem()
    found = answered(client.post(f"{V1}/frontier?points=4", json=written), schemas.FrontierAnswer)
    assert found == plain(core.frontier(problem, 4).to_dict())
    response = client.post(f"{V1}/stress?draws=20&seed=3", json=written)
    assert answered(response, schemas.StressAnswer) == plain(
        {
            "robust": core.robust(problem, draws=20, seed=3).to_dict(),
            "regret": core.regret(problem, draws=20, seed=3).to_dict(),
            "tornado": core.tornado(problem).to_dict(),
        }
    )


def test_what_cannot_be_stressed_is_said(client: TestClient):
    for verb, params in (
        ("frontier", "points=1"),
        ("frontier", "points=101"),
        ("stress", "draws=9"),
    ):
        error = refused(client.post(f"{V1}/{verb}?{params}", json=PAIR))
        assert fields(error) == {params.partition("=")[0]}
    assert "elasticit" in refused(client.post(f"{V1}/stress", json=PAIR)).message
    assert "elasticit" in refused(client.post(f"{V1}/stress", json=impossible())).message
    assert "no plan" in refused(client.post(f"{V1}/frontier", json=impossible())).message


# uploads


def noise(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame({name: rng.uniform(1, 9, n).round(3) for name in ("a", "b", "revenue")})


def test_csv_parquet_and_form_give_one_inspection(client: TestClient, tmp_path: Path):
    frame = noise()
    content = frame.to_csv(index=False).encode()
    expected = plain(core.inspect(core.read_sales(content, "body", target="revenue")).to_dict())
    response = client.post(
        f"{V1}/inspect?target=revenue", content=content, headers={"Content-Type": CSV}
    )
    assert answered(response, schemas.InspectionAnswer) == expected
    assert expected["gate"] == "closed"
    frame.to_parquet(tmp_path / "t.parquet")
    packed = (tmp_path / "t.parquet").read_bytes()
    response = client.post(
        f"{V1}/inspect?target=revenue", content=packed, headers={"Content-Type": PARQUET}
    )
    found = answered(response, schemas.InspectionAnswer)
    assert (found["cv_r2"], found["permutation_p"]) == (
        expected["cv_r2"], expected["permutation_p"]
    )  # fmt: skip
    response = client.post(f"{V1}/inspect?target=nothing", files={"file": ("s.csv", content)})
    assert "nothing" in refused(response).message


SALES = "period,unit,product,region,units,revenue\n"
ROW = "2024-Q1,USD million,Phone,North,5,9.5\n"
FILES: dict[str, tuple[str, str, str]] = {
    "empty": ("", "empty", "invalid-input"),
    "one row": (SALES + ROW, "1 usable row", "not-enough-data"),
    "wrong headers": ("a,b\n1,2\n3,4\n", "column", "invalid-input"),
    "negative": (SALES + ROW + ROW.replace("Q1", "Q2").replace("9.5", "-9.5"), "-9.5", ""),
    "text": (SALES + ROW + ROW.replace("Q1", "Q2").replace("9.5", "many"), "many", ""),
    "currencies": (SALES + ROW + ROW.replace("Q1", "Q2").replace("USD", "EUR"), "EUR", ""),
    "units": (SALES + ROW + ROW.replace("Q1", "Q2").replace("million", "billion"), "billion", ""),
}


@pytest.mark.parametrize(("content", "word", "kind"), FILES.values(), ids=FILES)
def test_a_bad_file_is_refused_with_its_cell(client: TestClient, content, word, kind):
    response = client.post(f"{V1}/inspect", content=content, headers={"Content-Type": CSV})
    error = refused(response)
    assert word in error.message
    assert error.type == (kind or "invalid-input")


def test_an_upload_of_another_kind_is_refused(client: TestClient):
    assert fields(refused(client.post(f"{V1}/inspect", json={}), 415)) == {"Content-Type"}
    headers = {"Content-Type": CSV}
    response = client.post(f"{V1}/inspect?seed=-1", content="a,b\n", headers=headers)
    assert fields(refused(response)) == {"seed"}


# the reported figures


def test_facts_and_figures_are_the_core_s(client: TestClient):
    for year in core.years():
        found = answered(client.get(f"{V1}/facts?year={year}"), schemas.FactsAnswer)
        assert found == plain(core.facts(year).to_dict())
    assert answered(client.get(f"{V1}/facts"), schemas.FactsAnswer)["year"] == core.years()[-1]
    assert fields(refused(client.get(f"{V1}/facts?year=1999"))) == {"year"}
    found = answered(client.get(f"{V1}/figures"), schemas.FiguresAnswer)
    assert found["figures"] == plain(core.figures().to_dict("records"))
    assert found["marks"] == dict(core.MARKS)
    assert found["sha256"] == core.SHA256


def test_forecast_anomalies_and_elasticities_are_the_core_s(client: TestClient):
    slug = next(slug for slug in core.FORECAST_MODELS if "naive" in slug)
    params = {"series": "iPhone", "horizon": 2, "level": 0.8, "model": slug}
    found = answered(client.get(f"{V1}/forecast", params=params), schemas.ForecastAnswer)
    assert found == plain(core.forecast("iPhone", 2, 0.8, slug).to_dict())
    found = answered(client.get(f"{V1}/anomalies?series=Mac&rate=0.2"), schemas.AnomaliesAnswer)
    assert found == plain(core.anomalies("Mac", 0.2).to_dict())
    found = answered(client.get(f"{V1}/elasticities"), schemas.ElasticitiesAnswer)
    assert found == plain({"elasticities": [one.to_dict() for one in core.elasticities()]})


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("forecast?series=Vision", "series"),
        ("forecast?horizon=9", "horizon"),
        ("forecast?level=nan", "level"),
        ("forecast?model=oracle", "model"),
        ("anomalies?series=Vision", "series"),
        ("anomalies?rate=1", "rate"),
        ("facts?month=1", "month"),
        ("elasticities?product=iPhone", "product"),
    ],
)
def test_a_question_that_has_no_answer_is_refused_by_name(client: TestClient, path, field):
    assert fields(refused(client.get(f"{V1}/{path}"))) == {field}


def test_questions_in_words(client: TestClient):
    for question in (core.EXAMPLE_QUESTIONS[0], "blorp"):
        response = client.post(f"{V1}/ask", json={"question": question})
        found = answered(response, schemas.QuestionAnswer)
        assert found["understood"] == (question != "blorp")
    for body in ({}, {"question": ""}, {"question": 5}, {"question": "x" * 501}):
        assert fields(refused(client.post(f"{V1}/ask", json=body))) == {"question"}
    half = client.post(f"{V1}/ask", content=b'{"question": "\\ud800"}', headers=JSON)
    assert fields(refused(half)) == {"question"}
    assert fields(refused(client.post(f"{V1}/ask", json={"question": "x", "y": 1}))) == {"y"}


# the gate and the trail


def test_the_key_is_asked_for():
    key = "a-key-of-sufficient-length"
    api = TestClient(create_api(Settings(allowed_hosts=("testserver",), api_key=key)))
    assert fields(refused(api.get(f"{V1}/facts"), 401)) == {"Authorization"}
    headers = {"Authorization": f"Bearer {key}"}
    assert api.get(f"{V1}/facts", headers=headers).status_code == 200


def test_the_trail_holds_hashes_and_verdicts_and_no_problem(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'audit.db'}"
    chosen = Settings(allowed_hosts=("testserver",), audit_mode="hashes", audit_url=url)
    client = TestClient(create_api(chosen))
    secret = changed(title="Secret plan")
    found = client.post(f"{V1}/plan", json=secret).json()
    client.post(f"{V1}/report?format=csv", json=impossible())
    client.post(f"{V1}/frontier?points=2", json=secret)
    kept = [(entry.event, entry.data()) for entry in AuditLog(url).entries()]
    assert [event for event, _ in kept] == ["apple_plan", "apple_plan", "apple_frontier"]
    assert [kept[0][1]["status"], kept[1][1]["status"]] == ["optimal", "infeasible"]
    assert set(kept[0][1]) == {"input", "cells", "checks", "status"}
    assert kept[0][1]["input"] == kept[2][1]["input"] == found["certificate"]["input_hash"]
    assert all(b"Secret" not in part.read_bytes() for part in tmp_path.iterdir())
