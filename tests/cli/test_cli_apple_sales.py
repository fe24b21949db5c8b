"""Apple sales on the command line: one document, one sentence, one status."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from apps import cli
from core import apple_sales as core
from tests.apple_problems import (
    PAIR,
    PAIR_X,
    changed,
    generated,
    impossible,
    many,
    with_cell,
    with_constraint,
)
from tests.demo_file import DEMO_FILE, needs_demo_file


def run(*words: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["apple-sales", *(str(word) for word in words)], input=stdin)


def run_json(*words: object, status: int = 0, stdin: bytes | None = None) -> Any:
    """The document of a run; a status other than 0 has its sentence on standard error."""
    result = run(*words, "--json", stdin=stdin)
    assert result.exit_code == status, result.output
    assert bool(result.stderr.strip()) == bool(status)
    return json.loads(result.stdout, parse_constant=lambda name: pytest.fail(name))


def refused(result: Result, status: int = cli.EXIT_REFUSED) -> str:
    """The sentence of a run that must have been refused."""
    assert result.exit_code == status, result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
    return result.stderr


def written(folder: Path, content: Any, name: str = "problem.json") -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def plain(result: Any) -> Any:
    return json.loads(json.dumps(result, allow_nan=False))


# plan


def test_without_a_file_the_default_problem_is_planned():
    found = run_json("plan")
    assert found == plain(core.plan(core.default_problem()).to_dict())
    assert len(found["x"]) == 25
    proof = found["certificate"]
    assert proof["status"] == "optimal"
    assert proof["fw_gap_rel"] <= 1e-6
    assert proof["kkt_residual"] <= 1e-5
    assert proof["second_solver_rel_diff"] <= 1e-6
    assert proof["solver"] != proof["second_solver"]
    assert found["objective"] > found["now"]["objective"]
    assert found["multipliers"]
    assert found["infeasibility"] is None


def test_a_problem_worked_by_hand(tmp_path: Path):
    found = run_json("plan", written(tmp_path, PAIR))
    assert found["x"] == pytest.approx(PAIR_X, abs=1e-6)
    (price,) = found["multipliers"]
    assert (price["name"], price["side"], price["verified"]) == ("Budget", "high", "yes")
    assert price["price"] == pytest.approx(2 / 4.8, rel=1e-6)


def test_standard_input_is_read_like_a_file(tmp_path: Path):
    found = run_json("plan", "-", stdin=json.dumps(PAIR).encode())
    assert found == run_json("plan", written(tmp_path, PAIR))


def test_without_checks_the_proof_stays(tmp_path: Path):
    file = written(tmp_path, PAIR)
    quick, full = run_json("plan", file, "--no-checks"), run_json("plan", file)
    assert quick["x"] == full["x"]
    assert quick["certificate"]["fw_gap_rel"] <= 1e-6
    assert quick["certificate"]["unit_scale_rel_diff"] is None
    assert {one["verified"] for one in quick["multipliers"]} == {"not checked"}


def test_an_impossible_problem_is_an_answer_with_its_reason(tmp_path: Path):
    file = written(tmp_path, impossible())
    found = run_json("plan", file, status=cli.EXIT_REFUSED)
    assert found["x"] is None
    assert found["certificate"]["status"] == "infeasible"
    why = found["infeasibility"]
    assert {one["name"] for one in why["conflict"]} == {"Budget", "Floor"}
    assert why["repairs"]
    spoken = run("plan", file)
    assert spoken.exit_code == cli.EXIT_REFUSED
    assert spoken.stderr.strip() == found["reason"]
    for one in (*why["conflict"], *why["repairs"], *why["shortfalls"]):
        assert one["sentence"] in spoken.stdout


def test_an_uncertified_plan_ends_with_its_own_status(tmp_path: Path, monkeypatch):
    file = written(tmp_path, PAIR)
    best = core.plan(core.read_problem(PAIR), checks=False)
    proof = dataclasses.replace(best.certificate, status="not certified")
    loose = dataclasses.replace(best, status="not certified", certificate=proof, reason="Loose.")
    monkeypatch.setattr(core, "plan", lambda *_, **__: loose)
    assert run_json("plan", file, status=cli.EXIT_NOT_ENOUGH)["status"] == "not certified"
    assert run("plan", file).stderr == "Loose.\n"


def test_people_read_gain_proof_prices_and_changes():
    best = core.plan(core.default_problem())
    text = run("plan").stdout
    assert f"{best.objective:,.6g}" in text
    assert f"{best.objective - best.now.objective:+,.4g}" in text
    assert best.reason in text
    assert "a better plan adds at most" in text
    assert "Clarabel differs by" in text
    for one in best.multipliers:
        assert one.name in text
    assert "Services | Americas" in text
    assert all(note in text for note in best.notes)


def test_people_read_that_today_is_outside_the_limits(tmp_path: Path):
    tight = changed(constraints=[{"name": "Budget", "high": 8}])
    assert "they are outside the limits" in run("plan", written(tmp_path, tight)).stdout
    free = changed(constraints=[])
    assert "north at most 10" in run("plan", written(tmp_path, free)).stdout


def test_no_limit_may_bind(tmp_path: Path):
    free = with_cell(cost=1, high=50)
    free["cells"][1] |= {"cost": 1, "high": 50}
    assert "No limit binds." in run("plan", written(tmp_path, free)).stdout


def test_reports_equal_the_core_s(tmp_path: Path):
    file = written(tmp_path, PAIR)
    out = {kind: tmp_path / f"o.{kind}" for kind in ("html", "pdf", "csv")}
    words = [word for kind, path in out.items() for word in (f"--{kind}", path)]
    assert run("plan", file, "--issued", "2026-01-02", *words).exit_code == 0
    problem = core.read_problem(PAIR)
    best, day = core.plan(problem), datetime.date(2026, 1, 2)
    assert out["html"].read_bytes() == core.plan_html(problem, best, issued=day)
    assert out["pdf"].read_bytes() == core.plan_pdf(problem, best, issued=day)
    assert out["csv"].read_bytes() == core.plan_csv(problem, best)


def test_a_report_does_not_replace_its_source_or_hide_its_kind(tmp_path: Path):
    file = written(tmp_path, PAIR, "same.html")
    assert "is the input itself" in refused(run("plan", file, "--html", file))
    assert "no known suffix" in refused(run("plan", file, "--pdf", tmp_path / "plan.doc"))
    assert refused(run("plan", "--csv", tmp_path / "none" / "plan.csv"))


# bad problems


NAN = '{"cells": [{"name": "a", "now": 1, "high": 2, "response": {"family": "log", "scale": 1,' \
    ' "shift": 1}}], "constraints": [{"name": "Supply", "high": %s}]}'  # fmt: skip
UNBOUNDED = changed(
    constraints=[],
    cells=[{"name": "a", "now": 1, "response": {"family": "linear", "scale": 2}}],
)
BAD: dict[str, tuple[Any, tuple[str, ...]]] = {
    "0 products": (changed(cells=[]), ("cells", "0 cells")),
    "no cells": ({}, ("cells",)),
    "contradictory bounds": (with_cell(low=8, high=3), ('cell "north", low', "contradict")),
    "contradictory limits": (with_constraint(low=9, high=1), ('"More", low', "contradict")),
    "NaN": (NAN % "NaN", ('constraint "Supply", high', "not a finite number")),
    "infinity": (NAN % "-Infinity", ('constraint "Supply", high', "not a finite number")),
    "NaN coefficient": (
        with_constraint(high=1, coefficients={"north": float("nan")}),
        ('"More", coefficients, north', "not a finite number"),
    ),
    "missing cell": (
        with_constraint(high=1, cells=["nort"]),
        ('"More", cells', 'no cell "nort"', 'Did you mean "north"?'),
    ),
    "missing product": (with_constraint(high=1, product="Pad"), ('"More", product', "Pad")),
    "unbounded": (UNBOUNDED, ('cell "a", high', "no end")),
    "negative amount": (with_cell(now=-1), ('cell "north", now', "-1")),
    "text for a number": (with_cell(now="five"), ('cell "north", now', '"five"')),
    "unknown family": (
        with_cell(response={"family": "logg", "scale": 1}),
        ('cell "north", response, family', 'Did you mean "log"?'),
    ),
    "unknown key": (with_cell(max=3), ('cell "north"', 'The key "max"', '"high"')),
    "no limit": (with_constraint(), ('constraint "More"', "no limit")),
    "twice": (with_constraint(name="Budget", high=3), ('constraint "Budget"', "same name")),
    "not JSON": ("{", ("problem.json", "not JSON")),
    "a list": ("[]", ("problem.json", "not a JSON object")),
    "empty": ("", ("problem.json", "not JSON")),
    "repeated key": ('{"cells": [], "cells": []}', ("cells", "more than once")),
    "deep": ("[" * 50 + "]" * 50, ("nested",)),
}  # fmt: skip


@pytest.mark.parametrize("verb", ["plan", "frontier", "stress"])
@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
def test_a_bad_problem_is_a_sentence_that_names_the_place(tmp_path, verb, content, words):
    said = refused(run(verb, written(tmp_path, content), "--json"))
    for word in words:
        assert word in said


def test_every_fault_is_named_at_once(tmp_path: Path):
    bad = with_cell(low=8, high=3, now=-1)
    bad["constraints"].append({"name": "Gone", "cells": ["nowhere"], "high": 1})
    said = refused(run("plan", written(tmp_path, bad)))
    assert len(said.strip().splitlines()) == 3


def test_ten_thousand_cells_are_planned_and_more_are_refused(tmp_path: Path):
    found = run_json("plan", written(tmp_path, many(10_000)), "--no-checks")
    assert len(found["x"]) == 10_000
    assert found["certificate"]["fw_gap_rel"] <= 1e-6
    assert "10,001" in refused(run("plan", written(tmp_path, many(10_001))))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch):
    file = tmp_path / "huge.json"
    with file.open("wb") as opened:
        opened.truncate(16 * 2**20 + 1)
    assert "larger than 16777216 bytes" in refused(run("plan", file))
    assert "No such file" in refused(run("plan", tmp_path / "none.json"))
    assert "directory" in refused(run("plan", tmp_path))


# problem, frontier, stress


def test_the_written_problem_is_planned_like_the_default(tmp_path: Path):
    out = tmp_path / "p.json"
    assert run_json("problem", out) == {"out": str(out), "cells": 25, "constraints": 6}
    assert core.read_problem(json.loads(out.read_text())) == core.default_problem()
    assert run_json("plan", out, "--no-checks") == run_json("plan", "--no-checks")


def test_the_problem_takes_its_assumptions(tmp_path: Path):
    out = tmp_path / "p.json"
    words = ("--goal", "revenue", "--tilt", 1.5, "--supply", 1.0, "--aversion", 0)
    assert run("problem", out, *words).exit_code == 0
    expected = core.default_problem(goal="revenue", tilt=1.5, supply=1.0, aversion=0.0)
    assert core.read_problem(json.loads(out.read_text())) == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--goal", "fame"), "goal: fame is not known"),
        (("--supply", "0"), "supply"),
        (("--supply", "nan"), "supply"),
        (("--supply", "1e308"), "--supply"),
        (("--aversion", "-1"), "aversion"),
        (("--tilt", "99"), "tilt"),
    ],
)
def test_an_assumption_out_of_range_is_named(tmp_path: Path, words, said):
    out = tmp_path / "p.json"
    assert said in refused(run("problem", out, *words))
    assert not out.exists()
    assert "no known suffix" in refused(run("problem", tmp_path / "p.txt"))


def test_the_frontier_is_the_core_s():
    found = run_json("frontier", "--points", 5)
    assert found == plain(core.frontier(core.default_problem(), 5).to_dict())
    text = run("frontier", "--points", 3).stdout
    assert text.count("\n") == 5
    assert "Today's amounts" in text
    assert "points" in refused(run("frontier", "--points", 1))


def test_stress_holds_robust_plan_regret_and_tornado():
    found = run_json("stress", "--draws", 20, "--seed", 3)
    problem = core.default_problem()
    assert found == plain(
        {
            "robust": core.robust(problem, draws=20, seed=3).to_dict(),
            "regret": core.regret(problem, draws=20, seed=3).to_dict(),
            "tornado": core.tornado(problem).to_dict(),
        }
    )
    text = run("stress", "--draws", 20).stdout
    assert "Robust plan" in text
    assert "Largest loss" in text
    assert "more elastic" in text
    assert "draws" in refused(run("stress", "--draws", 1))


def test_a_problem_without_elasticities_or_risk_has_no_stress(tmp_path: Path):
    file = written(tmp_path, PAIR)
    assert "elasticit" in refused(run("stress", file))
    safe = with_cell(own_risk=0)
    safe["cells"][1]["own_risk"] = 0
    assert "no risk" in refused(run("frontier", written(tmp_path, safe)))
    curved = with_cell(response={"family": "s-curve", "scale": 3, "shift": 2, "exponent": 2})
    assert "S-curve" in refused(run("frontier", written(tmp_path, curved)))


# inspect, structure


def table(n: int = 60, *, signal: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x, other = rng.uniform(1, 9, n), rng.uniform(1, 9, n)
    noise = rng.normal(0, 0.5, n)
    y = 2 * x + noise if signal else rng.uniform(1, 9, n)
    return pd.DataFrame({"spend": x, "stores": other, "revenue": y})


def csv(folder: Path, frame: pd.DataFrame, name: str = "in.csv") -> Path:
    file = folder / name
    frame.to_csv(file, index=False)
    return file


def sales(**changes: Any) -> str:
    """A file in the general schema with one changed row."""
    row = {"period": "2024-Q1", "unit": "USD million", "product": "Phone", "region": "North",
           "units": "5", "revenue": "9.5"}  # fmt: skip
    rows = [row | {"period": f"2024-Q{q}", "revenue": f"{9 + q}.5"} for q in (1, 2, 3)]
    rows.append(row | {"period": "2024-Q4"} | changes)
    return pd.DataFrame(rows).to_csv(index=False)


@pytest.fixture(scope="module")
def open_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, core.Inspection]:
    """The document of a file with a signal, and the inspection that the core returned for it."""
    file = csv(tmp_path_factory.mktemp("signal"), table(signal=True))
    returned: list[core.Inspection] = []
    verb = core.inspect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            core, "inspect", lambda *a, **k: returned.append(verb(*a, **k)) or returned[0]
        )
        found = run_json("inspect", file, "--target", "revenue")
    return found, returned[0]


@pytest.fixture
def opened(open_run: tuple[Any, core.Inspection]) -> core.Inspection:
    return open_run[1]


def test_an_open_gate(open_run):
    found, inspection = open_run
    assert found == plain(inspection.to_dict())
    assert found["gate"] == "open"
    assert found["cv_r2_ci"][0] > 0
    assert found["permutation_p"] < 0.01
    assert {one["name"] for one in found["columns"]} == {"spend", "stores", "revenue"}


def test_a_closed_gate_is_not_enough_evidence(tmp_path: Path, opened, monkeypatch):
    file = csv(tmp_path, table())
    closed = dataclasses.replace(opened, gate="closed", reason="Nothing here.")
    monkeypatch.setattr(core, "inspect", lambda *_, **__: closed)
    words = ("inspect", file, "--target", "revenue")
    found = run_json(*words, status=cli.EXIT_NOT_ENOUGH)
    assert found["gate"] == "closed"
    spoken = run(*words)
    assert spoken.exit_code == cli.EXIT_NOT_ENOUGH
    assert spoken.stderr == "Nothing here.\n"
    assert spoken.stdout.startswith("Gate closed. Nothing here.")
    monkeypatch.setattr(core, "inspect", lambda *_, **__: opened)
    assert run(*words).stdout.startswith("Gate open.")


@needs_demo_file
def test_the_gate_refuses_the_public_demo_s_file():
    found = run_json("inspect", DEMO_FILE, status=cli.EXIT_NOT_ENOUGH)
    assert found["gate"] == "closed"
    assert found["n"] == 1000
    assert found["cv_r2_ci"][0] <= 0


FILES: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "empty": ("", cli.EXIT_REFUSED, ("empty",)),
    "header only": ("State,Region\n", cli.EXIT_REFUSED, ("row",)),
    "one row": (
        sales().split("\n", 2)[0] + "\n" + sales().split("\n", 2)[1] + "\n",
        cli.EXIT_NOT_ENOUGH,
        ("1 usable row", "at least 2"),
    ),
    "wrong headers": ("a,b\n1,2\n3,4\n", cli.EXIT_REFUSED, ("column",)),
    "negative": (sales(revenue="-3"), cli.EXIT_REFUSED, ("Row 4", "revenue", "-3")),
    "text": (sales(revenue="many"), cli.EXIT_REFUSED, ("Row 4", "revenue", "many")),
    "mixed currencies": (sales(unit="EUR million"), cli.EXIT_REFUSED, ("unit", "EUR million")),
    "mixed units": (sales(unit="USD thousand"), cli.EXIT_REFUSED, ("unit", "USD thousand")),
    "percent margin": (
        "period,unit,product,region,units,revenue,margin\n2024,USD,a,b,1,2,38\n2023,USD,a,b,1,2,1\n",
        cli.EXIT_REFUSED,
        ("Row 1", "margin", "38"),
    ),
}


@pytest.mark.parametrize(("content", "status", "words"), FILES.values(), ids=FILES)
def test_a_bad_file_is_a_sentence_that_names_the_cell(tmp_path, content, status, words):
    said = refused(run("inspect", written(tmp_path, content, "in.csv"), "--json"), status)
    for word in words:
        assert word in said


def test_rows_with_bad_cells_can_be_left_out(tmp_path: Path, opened, monkeypatch):
    seen: list[tuple[core.SalesTable, int]] = []

    def judged(read: core.SalesTable, *, seed: int) -> core.Inspection:
        seen.append((read, seed))
        return opened

    monkeypatch.setattr(core, "inspect", judged)
    frame = table().astype(object)
    frame.loc[3, "spend"] = "broken"
    file = csv(tmp_path, frame)
    words = ("inspect", file, "--target", "revenue")
    assert "Row 4" in refused(run(*words))
    assert not seen
    run_json(*words, "--drop-bad", "--seed", 7)
    ((read, seed),) = seen
    assert (read.n, read.rows, seed) == (59, 60, 7)
    assert "nothing" in refused(run("inspect", file, "--target", "nothing"))


def test_structure_says_whether_there_are_groups(tmp_path: Path):
    rng = np.random.default_rng(0)
    centres = rng.choice([0.0, 50.0], 80)
    apart = pd.DataFrame(
        {"a": centres + rng.normal(size=80), "b": centres + rng.normal(size=80), "place": "x"}
    )
    file = csv(tmp_path, apart)
    found = run_json("structure", file, "--most", 4)
    assert (found["verdict"], found["k"]) == ("groups", 2)
    read = core.read_numbers(file.read_bytes(), file.name)
    expected = core.structure(read.frame, k_max=4).to_dict()
    assert found == plain({**expected, "notes": list(read.notes)})
    spoken = run("structure", file, "--most", 4, "--method", "agglomerative")
    assert "Group 2: stability" in spoken.stdout
    noise = csv(tmp_path, table(), "noise.csv")
    assert run_json("structure", noise, "--most", 3)["verdict"] == "no structure"
    words = written(tmp_path, "a,b\nx,y\nx,z\n", "words.csv")
    assert "no column of numbers" in refused(run("structure", words))


# the reported figures


def test_facts_are_the_core_s_for_every_year():
    for year in (2015, 2018, 2019, 2025):
        assert run_json("facts", "--year", year) == plain(core.facts(year).to_dict())
        assert f"FY{year}: " in run("facts", "--year", year).stdout
    assert "year: FY1999" in refused(run("facts", "--year", 1999))


def test_figures_are_written_with_their_sources(tmp_path: Path):
    out = tmp_path / "f.csv"
    found = run_json("figures", out)
    assert found["rows"] == len(core.figures())
    read = pd.read_csv(out)
    assert list(read.columns) == found["columns"]
    assert read["value"].tolist() == core.figures()["value"].tolist()
    assert "no known suffix" in refused(run("figures", tmp_path / "f.xlsx"))


def test_the_forecast_is_the_core_s():
    words = ("--series", "iPhone", "--horizon", 2, "--level", 0.8, "--model", "seasonal-naive")
    slug = next(slug for slug in core.FORECAST_MODELS if "naive" in slug)
    words = (*words[:-1], slug)
    expected = core.forecast("iPhone", 2, 0.8, slug)
    assert run_json("forecast", *words) == plain(expected.to_dict())
    text = run("forecast", *words).stdout
    assert all(one.period in text for one in expected.ahead)
    assert "nan" not in run("forecast").stdout
    for option, value in (("series", "Vision"), ("horizon", 9), ("level", 2), ("model", "oracle")):
        assert option in refused(run("forecast", f"--{option}", value))


def test_anomalies_are_the_core_s():
    found = run_json("anomalies", "--series", "Mac", "--rate", 0.2)
    assert found == plain(core.anomalies("Mac", 0.2).to_dict())
    assert "expected by chance" in run("anomalies").stdout
    assert "rate" in refused(run("anomalies", "--rate", 0.9))
    assert "series" in refused(run("anomalies", "--series", "Vision"))


def test_elasticities_and_contrasts_are_the_core_s():
    found = run_json("elasticities")
    assert found == plain({"elasticities": [one.to_dict() for one in core.elasticities()]})
    assert "Declared instead" in run("elasticities").stdout
    words = ("--source", "unit growth", "--correction", "Benjamini-Hochberg", "--alpha", 0.1)
    expected = core.contrasts_of("unit growth", correction="Benjamini-Hochberg", alpha=0.1)
    assert run_json("contrasts", *words) == plain(expected.to_dict())
    assert "adjusted p" in run("contrasts").stdout
    assert "source" in refused(run("contrasts", "--source", "rumours"))
    assert "correction" in refused(run("contrasts", "--correction", "Games-Howell"))
    assert "--correction" in refused(run("contrasts", "--correction", "none"))


def test_a_question_is_answered_with_its_cells():
    question = core.EXAMPLE_QUESTIONS[0]
    expected = core.ask(question)
    assert run_json("ask", question) == plain(expected.to_dict())
    text = run("ask", question).stdout
    assert expected.text in text
    assert expected.formula in text
    unknown = run_json("ask", "blorp", status=cli.EXIT_REFUSED)
    assert not unknown["understood"]
    assert all(one in run("ask", "blorp").stdout for one in unknown["suggestions"])
    assert "question" in refused(run("ask", " "))


@pytest.mark.parametrize("kind", ["sales", "demo"])
def test_a_template_is_what_inspect_reads(tmp_path: Path, kind: str):
    out = tmp_path / "t.csv"
    found = run_json("template", out, "--kind", kind)
    assert out.read_bytes() == core.sales_template(kind)
    assert found["columns"] == list(pd.read_csv(out).columns)
    assert core.read_sales(out).kind == kind
    assert "at least 10" in refused(run("inspect", out), cli.EXIT_NOT_ENOUGH)


def test_generated_problems_reach_every_verdict():
    statuses = {
        core.plan(core.read_problem(generated(seed)), checks=False).status for seed in range(30)
    }
    assert {"optimal", "infeasible"} <= statuses
