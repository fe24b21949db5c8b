"""Apple sales on the command line: plan with proof, stress the plan, read the reported figures."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli import apple_sales_lines as lines
from apps.cli.spoken import (
    EXIT_NOT_ENOUGH,
    EXIT_REFUSED,
    AsJson,
    Issued,
    day,
    end,
    group,
    print_result,
    record,
    require_output,
    write,
)

if TYPE_CHECKING:
    from core.apple_sales import Plan, Problem

MAX_SEED = 999_999
MAX_PROBLEM_BYTES = 16 * 2**20
"""Largest problem: 10,000 cells with their constraints fit."""

EXIT_OF = {"optimal": 0, "infeasible": EXIT_REFUSED, "not certified": EXIT_NOT_ENOUGH}

ProblemFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="[PROBLEM.json]",
        help="Problem as JSON; - reads standard input. By default that of FY2025's figures.",
    ),
]
Table = Annotated[Path, typer.Argument(metavar="IN.csv", help="Table, CSV or Parquet.")]
OutTable = Annotated[Path, typer.Argument(metavar="OUT.csv", help="Where to write it.")]
Seed = Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Seed of everything drawn at random.")]
Series = Annotated[str, typer.Option(help="Total, a category such as iPhone, or a segment.")]

app = group("Apple sales: a plan with its proof, on figures that Apple reported.")


class Kind(StrEnum):
    """Which of the two known tables a template is for."""

    SALES = "sales"
    DEMO = "demo"


class Correction(StrEnum):
    """How p values are adjusted for the number of pairs."""

    HOLM = "Holm"
    BENJAMINI_HOCHBERG = "Benjamini-Hochberg"
    GAMES_HOWELL = "Games-Howell"


class Method(StrEnum):
    """How rows are divided into groups."""

    K_MEANS = "k-means"
    AGGLOMERATIVE = "agglomerative"


@app.command()
def plan(
    source: ProblemFile = None,
    checks: Annotated[
        bool,
        typer.Option(
            "--checks/--no-checks", help="Solve again in other units and with limits moved."
        ),
    ] = True,
    html: Annotated[
        Path | None, typer.Option(metavar="OUT.html", help="Write the report as HTML.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option(metavar="OUT.pdf", help="Write the report as PDF.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="OUT.csv", help="Write the amounts, one row a cell.")
    ] = None,
    issued: Issued = None,
    as_json: AsJson = False,
) -> None:
    """Find the best amounts within the limits, with a proof that no others are better.

    Exit status 0: proven best; 2: no plan exists, with the limits that exclude each other, or the
    problem is refused; 3: a plan without proof. With --json the document is printed in all cases
    but a refusal.
    """
    from core.apple_sales import plan as verb

    for out, suffix in ((html, ".html"), (pdf, ".pdf"), (csv, ".csv")):
        if out is not None:
            require_output(out, source or Path(os.devnull), (suffix,))
    problem = _problem(source)
    found = verb(problem, checks=checks)
    for path, content in _files(problem, found, html, pdf, csv, day(issued)):
        write(path, content)
    print_result(found.to_dict(), lines.of_plan(problem, found), as_json)
    status = EXIT_OF[found.status]
    if status:
        end(found.reason, status)


@app.command()
def problem(
    out: Annotated[Path, typer.Argument(metavar="OUT.json", help="Where to write it.")],
    goal: Annotated[str, typer.Option(help="gross profit or revenue.")] = "gross profit",
    tilt: Annotated[
        float, typer.Option(help="Tilt of iPhone towards Greater China; 1 is none.")
    ] = 1.0,
    supply: Annotated[
        float | None, typer.Option(max=100, help="Most hardware, as a multiple of today's volume.")
    ] = None,
    aversion: Annotated[float | None, typer.Option(max=1e6, help="Price of variance.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the problem on the figures of FY2025, to change and plan with."""
    from core.apple_sales import default_problem

    require_output(out, Path(os.devnull), (".json",))
    given = {"supply": supply, "aversion": aversion}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    made = default_problem(goal=goal, tilt=tilt, **chosen)  # type: ignore[arg-type]  # it checks
    document = json.dumps(made.to_dict(), indent=1, allow_nan=False, ensure_ascii=False)
    write(out, document.encode())
    sizes = {"cells": len(made.cells), "constraints": len(made.constraints)}
    text = f"{made.title}: {sizes['cells']} cells, {sizes['constraints']} constraints in {out}"
    print_result({"out": str(out), **sizes}, [text], as_json)


@app.command()
def stress(
    source: ProblemFile = None,
    draws: Annotated[
        int, typer.Option(help="Draws of the elasticities for the robust plan.")
    ] = 1_000,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Ask what the plan is worth when its elasticities are wrong: robust plan, regret, tornado."""
    from core.apple_sales import regret, robust, tornado

    problem = _problem(source)
    best = robust(problem, draws=draws, seed=seed)
    losses = regret(problem, draws=draws, seed=seed)
    swings = tornado(problem)
    result = {
        "robust": best.to_dict(),
        "regret": losses.to_dict(),
        "tornado": swings.to_dict(),
    }
    print_result(result, lines.of_stress(best, losses, swings), as_json)


@app.command()
def frontier(
    source: ProblemFile = None,
    points: Annotated[int, typer.Option(help="Number of plans, 2 to 100.")] = 25,
    as_json: AsJson = False,
) -> None:
    """Find the plan that earns most at each price of risk."""
    from core.apple_sales import frontier as verb

    found = verb(_problem(source), points)
    print_result(found.to_dict(), lines.of_frontier(found), as_json)


@app.command()
def inspect(
    source: Table,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column to predict, in any other table.")
    ] = None,
    drop_bad: Annotated[
        bool, typer.Option("--drop-bad", help="Leave out rows with unusable cells.")
    ] = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Ask whether a file holds anything that a model could learn.

    Exit status 0: the gate is open; 3: it is closed, or there are too few rows; 2: the file is
    refused. With --json the document is printed whether the gate is open or closed.
    """
    from core.apple_sales import inspect as verb
    from core.apple_sales import read_sales

    found = verb(read_sales(source, target=target, drop_bad=drop_bad), seed=seed)
    print_result(found.to_dict(), lines.of_inspection(found), as_json)
    if found.gate == "closed":
        end(found.reason, EXIT_NOT_ENOUGH)


@app.command()
def structure(
    source: Table,
    method: Annotated[Method, typer.Option(help="How rows are divided.")] = Method.K_MEANS,
    most: Annotated[int, typer.Option(min=2, max=20, help="Most groups looked for.")] = 8,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Ask whether the rows of a table form groups, before anyone names them."""
    from core.apple_sales import read_numbers
    from core.apple_sales import structure as verb

    table = read_numbers(source.read_bytes(), source.name)
    found = verb(table.frame, method=method.value, k_max=most, seed=seed)
    result = {**found.to_dict(), "notes": list(table.notes)}
    print_result(result, lines.of_structure(found, table.notes), as_json)


@app.command()
def facts(
    year: Annotated[int, typer.Option(help="Fiscal year.")] = 2025, as_json: AsJson = False
) -> None:
    """Print what the reported figures say of a fiscal year."""
    from core.apple_sales import facts as verb

    found = verb(year)
    print_result(found.to_dict(), lines.of_facts(found), as_json)


@app.command()
def figures(out: OutTable, as_json: AsJson = False) -> None:
    """Write every reported figure with its source."""
    from core.apple_sales import figures as verb
    from core.tables import to_csv

    require_output(out, Path(os.devnull), (".csv",))
    table = verb()
    write(out, to_csv(table))
    result = {"out": str(out), "rows": len(table), "columns": list(table.columns)}
    print_result(result, [f"{len(table):,} figures with their sources: {out}"], as_json)


@app.command()
def forecast(
    series: Series = "Total",
    horizon: Annotated[int, typer.Option(help="Quarters ahead, 1 to 4.")] = 4,
    level: Annotated[float, typer.Option(help="Coverage of the bands, 0.5 to 0.99.")] = 0.9,
    model: Annotated[
        str, typer.Option(help="Model by name; best takes the one that did best so far.")
    ] = "best",
    as_json: AsJson = False,
) -> None:
    """Forecast the quarters after FY2018 from the 16 that have units."""
    from core.apple_sales import forecast as verb

    found = verb(series, horizon, level, model)
    print_result(found.to_dict(), lines.of_forecast(found), as_json)


@app.command()
def anomalies(
    series: Series = "Total",
    rate: Annotated[float, typer.Option(help="False alarms for each quarter, 0.01 to 0.5.")] = 0.1,
    as_json: AsJson = False,
) -> None:
    """Name the quarters that surprised a forecaster, with the rate of false alarms."""
    from core.apple_sales import anomalies as verb

    found = verb(series, rate)
    print_result(found.to_dict(), lines.of_anomalies(found), as_json)


@app.command()
def elasticities(as_json: AsJson = False) -> None:
    """Print the regressions of units on price, and why none of them is used."""
    from core.apple_sales import elasticities as verb

    found = verb()
    result = {"elasticities": [one.to_dict() for one in found]}
    print_result(result, lines.of_elasticities(found), as_json)


@app.command()
def contrasts(
    source: Annotated[
        str, typer.Option(help="Data set, such as segment growth.")
    ] = "segment growth",
    correction: Annotated[
        Correction, typer.Option(help="How p values are adjusted for the number of pairs.")
    ] = Correction.HOLM,
    alpha: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="Error level over all pairs.")
    ] = 0.05,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Compare all pairs of groups, with p values adjusted for their number."""
    from core.apple_sales import contrasts_of

    found = contrasts_of(source, correction=correction.value, alpha=alpha, seed=seed)  # type: ignore[arg-type]  # it checks
    print_result(found.to_dict(), lines.of_contrasts(found), as_json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In words, in quotes.")],
    as_json: AsJson = False,
) -> None:
    """Answer a question with the figure, its formula and the cells behind it.

    Exit status 2 for a question that is not understood; with --json the document, which suggests
    others, is printed then too.
    """
    from core.apple_sales import ask as verb

    found = verb(question)
    print_result(found.to_dict(), lines.of_answer(found), as_json)
    if not found.understood:
        end(found.text, EXIT_REFUSED)


@app.command()
def template(
    out: OutTable,
    kind: Annotated[Kind, typer.Option(help="Sales by period, or the demo's file.")] = Kind.SALES,
    as_json: AsJson = False,
) -> None:
    """Write a CSV with example rows, to fill in and inspect."""
    from core.apple_sales import sales_template

    table = sales_template(kind.value)
    write(out, table)
    columns = table.split(b"\n", 1)[0].decode("utf-8-sig").strip().split(",")
    result = {"out": str(out), "columns": columns}
    print_result(result, [f"Template with {len(columns)} columns: {out}"], as_json)


def _problem(source: Path | None) -> Problem:
    """Return the problem of a file, or the one on the reported figures."""
    from core.apple_sales import default_problem, read_problem

    if source is None:
        return default_problem()
    return read_problem(record(source, MAX_PROBLEM_BYTES, "Give fewer cells or coefficients."))


def _files(
    problem: Problem,
    found: Plan,
    html: Path | None,
    pdf: Path | None,
    csv: Path | None,
    issued: datetime.date,
) -> list[tuple[Path, bytes]]:
    """Return the files asked for with their contents; all are made before any is written."""
    from core.apple_sales import plan_csv, plan_html, plan_pdf

    wanted: Iterable[tuple[Path | None, Callable[[], bytes]]] = (
        (html, lambda: plan_html(problem, found, issued=issued)),
        (pdf, lambda: plan_pdf(problem, found, issued=issued)),
        (csv, lambda: plan_csv(problem, found)),
    )
    return [(out, make()) for out, make in wanted if out is not None]
