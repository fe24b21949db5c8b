"""Problems without a plan: the conflict named, and repairs that work."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.apple_sales import Constraint, Problem, plan, read_problem
from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.infeasible import infeasibility
from core.apple_sales.planning.plan_result import Clash
from core.apple_sales.planning.prices import with_limit
from tests.core.apple_sales.test_apple_plan import feasible

CELLS = [
    {"name": n, "region": r, "now": 50, "high": 100,
     "response": {"family": "log", "scale": 5, "shift": 2}}
    for n, r in (("a", "Japan"), ("b", "Japan"), ("c", "Europe"))
]  # fmt: skip


def failed(*constraints: dict[str, object]) -> object:
    found = plan(read_problem({"cells": CELLS, "constraints": [*constraints], "amount": "t"}))
    assert found.status == found.certificate.status == "infeasible"
    assert (found.x, found.objective, found.multipliers, found.comparison) == (None, None, (), ())
    json.dumps(found.to_dict(), allow_nan=False)
    return found.infeasibility


def test_a_floor_above_the_supply():
    why = failed(
        {"name": "Supply", "high": 100},
        {"name": "Japan floor", "region": "Japan", "low": 112.4},
        {"name": "Europe", "region": "Europe", "high": 90},
    )
    assert {clash.name for clash in why.conflict} >= {"Supply", "Japan floor"}
    assert "Europe" not in {clash.name for clash in why.conflict}
    assert '"Supply" (at most 100)' in why.reason
    assert '"Japan floor" (at least 112.4)' in why.reason
    by_name = {repair.name: repair for repair in why.repairs}
    assert by_name["Supply"].to == pytest.approx(112.4, rel=1e-6)
    assert by_name["Japan floor"].to == pytest.approx(100, rel=1e-6)
    assert by_name["Supply"].sentence.startswith(
        'Raise the upper limit of "Supply" from 100 to 112.4'
    )
    assert by_name["Japan floor"].sentence.startswith(
        'Lower the lower limit of "Japan floor" from 112.4 to '
    )
    (short,) = why.shortfalls
    assert short.short == pytest.approx(12.4, rel=1e-6)
    assert "by 12.4 t." in short.sentence


def test_limits_of_cells_take_part():
    why = failed({"name": "Floor", "cells": ["a"], "low": 120})
    assert [(c.name, c.kind, c.side, c.limit) for c in why.conflict] == [
        ("Floor", "constraint", "low", 120.0),
        ("a", "cell", "high", 100.0),
    ]
    repairs = {repair.name: repair for repair in why.repairs}
    assert repairs["a"].sentence.startswith('Raise the upper limit of "a" from 100 to 120')
    assert why.conflict[1].sentence == '"a" allows at most 100.'


def test_a_share_is_repaired_as_a_share():
    # At most 40 of 200 can come from Europe if Japan has to make 160: 20 %.
    why = failed(
        {"name": "All", "high": 200},
        {"name": "Japan", "region": "Japan", "low": 160},
        {"name": "Europe's part", "kind": "share", "region": "Europe", "low": 0.3},
    )
    repairs = {repair.name: repair for repair in why.repairs}
    share = repairs["Europe's part"]
    assert share.to == pytest.approx(0.2, rel=1e-6)
    assert 'of "Europe\'s part" from 30 % to ' in share.sentence


def test_an_equation_is_loosened_in_words():
    why = failed(
        {"name": "Exactly", "cells": ["a"], "low": 30, "high": 30},
        {"name": "Floor", "cells": ["a"], "low": 40},
    )
    repairs = {repair.name: repair for repair in why.repairs}
    assert repairs["Exactly"].sentence.startswith('Allow "Exactly" up to 40')
    assert repairs["Exactly"].sentence.endswith("instead of exactly 30.")


def test_two_conflicts_have_no_single_repair():
    why = failed(
        {"name": "A floor", "cells": ["a"], "low": 120},
        {"name": "B floor", "cells": ["b"], "low": 130},
    )
    assert why.repairs == ()
    assert len(why.shortfalls) == 2


def test_s_curves_are_diagnosed_alike():
    cells = [{**CELLS[0], "response": {"family": "s-curve", "scale": 5, "shift": 2, "exponent": 3}}]
    floor = {"name": "Floor", "low": 120}
    found = plan(read_problem({"cells": cells, "constraints": [floor]}))
    assert found.status == "infeasible"
    assert found.now.objective > 0


def _possible(problem: Problem) -> bool:
    return infeasibility(problem, compiled(problem)) is None


def _only(problem: Problem, clashes: Sequence[Clash]) -> Problem:
    """Return the problem with no other limits than these, and amounts of at least 0."""
    kept = {(clash.name, clash.kind, clash.side) for clash in clashes}
    cells = tuple(
        dataclasses.replace(
            cell,
            low=cell.low if (cell.name, "cell", "low") in kept else 0.0,
            high=cell.high if (cell.name, "cell", "high") in kept else math.inf,
        )
        for cell in problem.cells
    )
    rows = (
        dataclasses.replace(
            row,
            low=row.low if (row.name, "constraint", "low") in kept else None,
            high=row.high if (row.name, "constraint", "high") in kept else None,
        )
        for row in problem.constraints
    )
    limited = tuple(row for row in rows if row.low is not None or row.high is not None)
    return dataclasses.replace(problem, cells=cells, constraints=limited)


@settings(max_examples=25)
@given(feasible(), st.floats(1.05, 2))
def test_conflicts_are_irreducible_and_repairs_work(problem, excess):
    most = sum(cell.high for cell in problem.cells)
    supply = problem.constraints[0]
    low = min(most, supply.high) * excess
    floor = Constraint("Floor", "amount", supply.coefficients, low, None)
    broken = dataclasses.replace(problem, constraints=(*problem.constraints, floor))
    why = infeasibility(broken, compiled(broken))
    assert why is not None
    assert "Floor" in {clash.name for clash in why.conflict}
    assert not _possible(_only(broken, why.conflict))
    for clash in why.conflict:
        assert _possible(_only(broken, [other for other in why.conflict if other != clash]))
    for repair in why.repairs:
        places = broken.constraints if repair.kind == "constraint" else broken.cells
        place = [item.name for item in places].index(repair.name)
        share = repair.kind == "constraint" and broken.constraints[place].kind == "share"
        said = re.findall(r"to ([-+\d.e]+)", repair.sentence)[-1].rstrip(".")
        for to in (repair.to, float(said) / (100 if share else 1)):
            assert _possible(with_limit(broken, repair.kind, place, repair.side, to))
