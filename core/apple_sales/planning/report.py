"""A plan on paper and in one file: the answer, its proof, the prices, and what is assumed."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Iterator

import pandas as pd

from core.apple_sales.planning.plan_result import Plan
from core.apple_sales.planning.problem import Problem
from core.report import (
    Block,
    Callout,
    Document,
    Heading,
    KeyValues,
    Paragraph,
    Provenance,
    Table,
    html_page,
    render,
)
from core.report.text import one_line
from core.tables import to_csv
from core.viz.text import fixed, number, signed

NOTICE = (
    "Figures from Apple's public filings; not affiliated with Apple. For research and education, "
    "not investment advice."
)
MAX_ROWS = 200
"""Cells a report lists; the CSV file has all of them."""

STATUS = {
    "optimal": ("ok", "Proven best"),
    "not certified": ("attention", "Not proven best"),
    "infeasible": ("critical", "No plan"),
}


def plan_html(problem: Problem, plan: Plan, *, issued: datetime.date) -> bytes:
    """Return a plan as one HTML file that asks for nothing from outside.

    Parameters
    ----------
    problem, plan : Problem and Plan
        What was asked, and :func:`core.apple_sales.plan` of it.
    issued : datetime.date
        Date of issue.

    Returns
    -------
    bytes
        UTF-8; the same for the same arguments.
    """
    return html_page(_document(problem, plan, issued))


def plan_pdf(problem: Problem, plan: Plan, *, issued: datetime.date) -> bytes:
    """Return a plan as the bytes of a PDF; arguments as in :func:`plan_html`."""
    return render(_document(problem, plan, issued))


def plan_json(problem: Problem, plan: Plan) -> bytes:
    """Return a plan with its problem as strict JSON, so that both can be checked elsewhere."""
    document = {**plan.to_dict(), "problem": problem.to_dict()}
    return json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False).encode()


def plan_csv(problem: Problem, plan: Plan) -> bytes:
    """Return the amounts of a plan as a CSV file, one row a cell; without a plan they are empty."""
    return to_csv(
        pd.DataFrame([_cell(problem, plan, place) for place in range(len(problem.cells))])
    )


def _cell(problem: Problem, plan: Plan, place: int) -> dict[str, object]:
    cell = problem.cells[place]
    amount = None if plan.x is None else plan.x[cell.name]
    change = None if amount is None or not cell.now else 100 * (amount / cell.now - 1)
    return {
        "cell": cell.name,
        "product": cell.product,
        "region": cell.region,
        "now": cell.now,
        "plan": amount,
        "change_percent": change,
        "low": cell.low,
        "high": cell.high if math.isfinite(cell.high) else None,
        "amount_unit": problem.amount,
    }


def _document(problem: Problem, plan: Plan, issued: datetime.date) -> Document:
    subtitle = f"{len(problem.cells):,} cells, {len(problem.constraints):,} constraints."
    blocks = tuple(_blocks(problem, plan))
    return Document(one_line(plan.title, 200), subtitle, issued, blocks, NOTICE)


def _blocks(problem: Problem, plan: Plan) -> Iterator[Block]:
    yield Heading("Answer")
    status, word = STATUS[plan.status]
    yield Callout(status, word, plan.reason)  # type: ignore[arg-type]
    if plan.x is None:
        yield from _impossible(plan)
    else:
        yield from _figures(plan)
        yield Heading("Certificate")
        yield from _certificate(plan)
        yield Heading("Amounts")
        yield from _amounts(problem, plan)
        yield Heading("Prices of the limits")
        yield _prices(plan)
        yield Heading("Other ways to choose")
        yield _rivals(plan)
    yield Heading("What is assumed")
    for note in plan.notes or ("Nothing is noted.",):
        yield Paragraph(one_line(note))
    yield Heading("Provenance")
    yield Provenance((("Problem (SHA-256)", plan.certificate.input_hash),))


def _figures(plan: Plan) -> Iterator[Block]:
    now = plan.now
    rows = [
        ("Objective", plan.objective, now.objective),
        ("Before the price of risk", plan.expected, None),
        ("Revenue", plan.revenue, now.revenue),
        ("Standard deviation", plan.risk_sd, None),
    ]
    cells = tuple(
        (name, _two(value), _two(today), _gain(value, today)) for name, value, today in rows
    )
    header = (f"Figure ({plan.money})", "Plan", "Today", "Difference")
    yield Table(header, cells, (40, 20, 20, 20), (1, 2, 3))
    if not now.feasible:
        yield Paragraph("Today's amounts are outside these limits.", "small")


def _two(value: float | None) -> str:
    return "" if value is None else fixed(value, 2)


def _gain(value: float | None, today: float | None) -> str:
    return "" if value is None or today is None else signed(value - today, 2)


def _certificate(plan: Plan) -> Iterator[Block]:
    proof = plan.certificate
    yield Paragraph(proof.method)
    rows = [
        ("Frank-Wolfe gap", _short(proof.fw_gap, f" {plan.money}")),
        ("Gap relative to the objective", _short(proof.fw_gap_rel)),
        ("Residual of the optimality conditions", _short(proof.kkt_residual)),
        ("Solver", proof.solver or ""),
        ("Second solver", proof.second_solver or ""),
        ("Relative difference of the two", _short(proof.second_solver_rel_diff)),
        ("Change of the plan in other units", _short(proof.unit_scale_rel_diff)),
    ]
    yield KeyValues(tuple((name, text) for name, text in rows if text))


def _short(value: float | None, unit: str = "") -> str:
    return "" if value is None else f"{value:.2g}{unit}"


def _amounts(problem: Problem, plan: Plan) -> Iterator[Block]:
    found = [_cell(problem, plan, place) for place in range(min(MAX_ROWS, len(problem.cells)))]
    keys = ("now", "plan", "change_percent")
    rows = tuple(
        (one_line(one["cell"], 80), *(_maybe(one[key]) for key in keys),
         f"{_maybe(one['low'])} to {_maybe(one['high']) or 'no limit'}")
        for one in found
    )  # fmt: skip
    header = (f"Cell ({plan.amount})", "Now", "Plan", "Change (%)", "Limits")
    yield Table(header, rows, (36, 14, 14, 14, 22), (1, 2, 3, 4))
    if len(problem.cells) > MAX_ROWS:
        yield Paragraph(f"The first {MAX_ROWS} cells; the CSV file lists all.", "small")


def _maybe(value: object) -> str:
    return fixed(value, 3) if isinstance(value, float | int) else ""


def _prices(plan: Plan) -> Table:
    rows = tuple(
        (one_line(one.name, 80), {"low": "at least", "high": "at most", "both": "equal"}[one.side],
         number(one.limit, 3), f"{one.price:.4g}", one.verified)
        for one in plan.multipliers[:MAX_ROWS]
    )  # fmt: skip
    header = ("Limit", "Binds", "Value", f"Price ({plan.money} per unit)", "Solved again")
    return Table(header, rows, (38, 14, 14, 18, 16), (2, 3))


def _rivals(plan: Plan) -> Table:
    rows = tuple(
        (one.name, "yes" if one.feasible else "no", _two(one.objective),
         "" if one.difference_rel is None else signed(100 * one.difference_rel, 2), one.how)
        for one in plan.comparison
    )  # fmt: skip
    header = ("Way", "Within the limits", "Objective", "Against the plan (%)", "How")
    return Table(header, rows, (16, 12, 14, 14, 44), (2, 3))


def _impossible(plan: Plan) -> Iterator[Block]:
    why = plan.infeasibility
    if why is None:
        return
    yield Paragraph("These exclude each other; without any one of them the others are possible:")
    yield Table(("Limit",), tuple((one_line(one.sentence),) for one in why.conflict))
    yield Paragraph("Changes that are enough, each alone:")
    yield Table(("Change",), tuple((one_line(one.sentence),) for one in why.repairs))
    yield Paragraph("The least that has to give:")
    yield Table(("Limit",), tuple((one_line(one.sentence),) for one in why.shortfalls))
