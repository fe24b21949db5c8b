"""Reading a planning problem: what is accepted, and a sentence for everything that is not."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.apple_sales.input.problem import read_problem
from core.apple_sales.input.response import isoelastic
from core.apple_sales.planning.compile import compiled
from core.apple_sales.planning.problem import Cell, Constraint, Problem, Response
from core.errors import InputError

CELL = {
    "product": "iPhone",
    "region": "Japan",
    "now": 10,
    "high": 20,
    "response": {"family": "log", "scale": 5, "shift": 2},
}
OTHER = {**CELL, "product": "Mac"}


def problem(*constraints: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"cells": [CELL, OTHER], "constraints": [*constraints], **changes}


def said(data: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_problem(data)
    return caught.value.message


def with_cell(**changes: Any) -> dict[str, Any]:
    return problem(cells=[{**CELL, **changes}, OTHER])


def test_defaults_are_filled_in():
    read = read_problem(problem({"name": "Supply", "high": 30}))
    assert (read.title, read.money, read.amount, read.aversion) == ("Plan", "money", "units", 0.0)
    assert read.cells[0] == Cell(
        "iPhone | Japan", "iPhone", "Japan", 10.0, 0.0, 20.0, Response("log", 5.0, 2.0)
    )
    assert read.constraints == (
        Constraint("Supply", "amount", {"iPhone | Japan": 1.0, "Mac | Japan": 1.0}, None, 30.0),
    )


@pytest.mark.parametrize(
    ("selector", "coefficients"),
    [
        ({"cells": ["Mac | Japan"]}, {"Mac | Japan": 1.0}),
        ({"product": "iPhone"}, {"iPhone | Japan": 1.0}),
        ({"region": "Japan"}, {"iPhone | Japan": 1.0, "Mac | Japan": 1.0}),
        ({"coefficients": {"Mac | Japan": -2}}, {"Mac | Japan": -2.0}),
        ({}, {"iPhone | Japan": 1.0, "Mac | Japan": 1.0}),
    ],
)
def test_ways_to_select_cells(selector, coefficients):
    read = read_problem(problem({"name": "Row", "low": 1, **selector}))
    assert read.constraints[0].coefficients == coefficients


def test_isoelastic_curve_passes_through_the_present_and_keeps_its_elasticity():
    read = read_problem(
        with_cell(response={"family": "isoelastic", "elasticity": -2.5, "revenue": 40})
    )
    curve = read.cells[0].response
    assert (curve.family, curve.elasticity, curve.shift) == ("power", -2.5, 0.1)
    assert curve.exponent == pytest.approx(0.6)
    revenue = compiled(read).programme.responses
    assert revenue.value(np.array([10.0, 10.0]))[0] == pytest.approx(40, rel=1e-12)
    # without a shift the marginal revenue is the price times t: constant elasticity
    bare = isoelastic(10.0, 40.0, -2.5, shift=0.0)
    assert bare.scale * bare.exponent * 10 ** (bare.exponent - 1) == pytest.approx(0.6 * 40 / 10)


def test_limits_become_rows():
    data = problem(
        {"name": "Between", "product": "Mac", "low": 1, "high": 2},
        {"name": "Mix", "kind": "share", "product": "Mac", "low": 0.25, "high": 0.5},
        {"name": "Half", "kind": "share", "product": "Mac", "low": 0.5, "high": 0.5},
    )
    rows = compiled(read_problem(data)).programme.polytope
    assert rows.row_names == ("Between", "Mix (at least)", "Mix (at most)", "Half")
    assert rows.matrix.toarray() == pytest.approx(
        np.array([[0, 1], [-0.25, 0.75], [-0.5, 0.5], [-0.5, 0.5]])
    )
    assert [*rows.row_low] == [1, 0, -math.inf, 0]
    assert [*rows.row_high] == [2, math.inf, 0, 0]


SENTENCES = [
    ([], "a list is not a problem"),
    ({}, "cells: There are 0 cells."),
    ({"cells": {}}, "cells: a dict is not a list of cells."),
    ({"cells": [CELL] * 10_001}, "There are 10,001 cells, more than 10,000."),
    (problem(aversoin=1), 'The key "aversoin" is not known. Did you mean "aversion"?'),
    (problem(aversion=-1), "aversion: -1 is below 0."),
    (problem(notes="x"), "notes: It is not a list of texts."),
    (problem(title=3), "title: 3 is not a text."),
    (problem(constraints=3), "constraints: 3 is not a list of constraints."),
    ({"cells": [CELL, CELL]}, "The cells number 1 and 2 have this same name."),
    ({"cells": [7]}, "cell 1: 7 is not a cell."),
    (with_cell(name=" "), "cell 1, name: It is empty."),
    (with_cell(max=3), 'The key "max" is not known. Write "high" for an upper limit.'),
    (with_cell(now=math.nan), 'cell "iPhone | Japan", now: nan is not a finite number.'),
    (with_cell(now=None), 'cell "iPhone | Japan", now: It is missing. Give a number: the present'),
    (with_cell(now=-3), 'cell "iPhone | Japan", now: -3 is below 0.'),
    (with_cell(high="20"), 'cell "iPhone | Japan", high: "20" is not a finite number.'),
    (with_cell(high=True), "high: true is not a finite number."),
    (with_cell(high=math.inf), "high: inf is not a finite number."),
    (with_cell(high=10**400), "high: a huge number is not a finite number."),
    (with_cell(high=1e16), "Use a larger unit, such as $ billion instead of $."),
    (with_cell(cost=1e-200), "cost: 1e-200 is below 1e-20 in size, but not 0."),
    (with_cell(low=21), "The bounds contradict each other: low 21 is above high 20."),
    (with_cell(own_risk=-1), "own_risk: -1 is below 0."),
    (with_cell(exposure={"yen": math.inf}), "exposure, yen: inf is not a finite number."),
    (with_cell(exposure=[1]), "exposure: a list is not a mapping of shocks."),
    (with_cell(exposure={" ": 1}), "A shock has no name."),
    (with_cell(exposure={f"s{i}": 1 for i in range(101)}), "101 common shocks, more than 100."),
    (with_cell(response=None), "response: It is missing."),
    (with_cell(response={"family": "lgo"}), 'The family lgo is not known. Did you mean "log"?'),
    (with_cell(response={"family": "log", "scale": 1, "shift": 0}), "0 is not above 0"),
    (with_cell(response={"family": "log", "scale": -1, "shift": 1}), "scale: -1 is below 0."),
    (
        with_cell(response={"family": "log", "scale": 1, "shift": 1, "exponent": 2}),
        'response: The key "exponent" is not known.',
    ),
    (
        with_cell(response={"family": "power", "scale": 1, "shift": 1, "exponent": 1}),
        "1 is not between 0 and 1 (both excluded).",
    ),
    (
        with_cell(response={"family": "s-curve", "scale": 1, "shift": 1, "exponent": 1}),
        "1 is not above 1 and at most 20.",
    ),
    (
        with_cell(
            response={
                "family": "power", "scale": 1, "shift": 1, "exponent": 0.5, "elasticity": -4,
            }
        ),
        "An elasticity of -4 needs the exponent 0.75, not 0.5.",
    ),
    (
        with_cell(response={"family": "isoelastic", "elasticity": -1, "revenue": 1}),
        "elasticity: -1 is not below -1",
    ),
    (
        with_cell(response={"family": "isoelastic", "elasticity": 2.5, "revenue": 1}),
        "revenue would not rise with the amount",
    ),
    (
        with_cell(now=0, response={"family": "isoelastic", "elasticity": -2, "revenue": 1}),
        "The present amount is 0, so no curve goes through its revenue.",
    ),
    (
        with_cell(response={"family": "isoelastic", "elasticity": -2, "revenue": 1, "shift": 1e6}),
        "more than 1000 times the present amount",
    ),
    (problem(3), "constraint 1: 3 is not a constraint."),
    (problem({"high": 3}), "constraint 1, name: It is empty."),
    (problem({"name": "S"}), 'constraint "S": It has no limit.'),
    (problem({"name": "S", "max": 3}), 'Write "high" for an upper limit.'),
    (problem({"name": "S", "min": 3}), 'Write "low" for a lower limit.'),
    (problem({"name": "S", "high": math.nan}), 'constraint "S", high: nan is not a finite'),
    (
        problem({"name": "S", "low": 4, "high": 3}),
        "The limits contradict each other: low 4 is above high 3.",
    ),
    (problem({"name": "S", "kind": "part", "high": 3}), "kind: The kind part is not known."),
    (problem({"name": "S", "kind": "share", "high": 40}), "The share 40 is not between 0 and 1."),
    (problem({"name": "S", "high": 3}, {"name": "S", "high": 3}), "Another constraint has this"),
    (
        problem({"name": "S", "high": 3, "cells": ["iphone | japan"]}),
        'There is no cell "iphone | japan". Did you mean "iPhone | Japan"?',
    ),
    (problem({"name": "S", "high": 3, "cells": []}), "It is not a list of names of cells."),
    (problem({"name": "S", "high": 3, "cells": ["Mac | Japan"] * 2}), "twice."),
    (problem({"name": "S", "high": 3, "cells": [4]}), "4 is not the name of a cell."),
    (
        problem({"name": "S", "high": 3, "region": "Jpan"}),
        'constraint "S", region: No cell has the region "Jpan". Did you mean "Japan"?',
    ),
    (problem({"name": "S", "high": 3, "product": "Vision"}), 'No cell has the product "Vision".'),
    (
        problem({"name": "S", "high": 3, "product": "Mac", "region": "Japan"}),
        "It selects its cells in more than one way: by product and by region.",
    ),
    (problem({"name": "S", "high": 3, "coefficients": [1]}), "is not a mapping of cells."),
    (
        problem({"name": "S", "high": 3, "coefficients": {"Mac | Japan": "2"}}),
        'coefficients, Mac | Japan: "2" is not a finite number.',
    ),
    (
        problem({"name": "S", "high": 3, "coefficients": {"Mac | Japan": 0}}),
        "No cell has a coefficient other than 0.",
    ),
    (
        problem({"name": "S", "high": 3, "coefficients": {"Mac": 1}}),
        'There is no cell "Mac". ',
    ),
    (problem(constraints=[{}] * 1001), "There are 1,001 constraints, more than 1,000."),
]  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), SENTENCES)
def test_sentences(data, sentence):
    assert sentence in said(data)


def test_every_finding_has_a_mend():
    for data, _ in SENTENCES:
        with pytest.raises(InputError) as caught:
            read_problem(data)
        assert all(found.message and found.fix for found in caught.value.problems)


def test_all_findings_at_once_and_the_list_is_capped():
    cells = [{**CELL, "now": -1, "high": "x", "product": f"p{i}"} for i in range(40)]
    with pytest.raises(InputError) as caught:
        read_problem({"cells": cells})
    assert len(caught.value.problems) == 51
    assert "30 more findings are not listed." in caught.value.message


def test_unbounded_cells_are_named():
    free = [{**CELL, "product": name, "high": None} for name in ("a", "b", "c")]
    text = said(
        {
            "cells": [*free, CELL],
            "constraints": [
                {"name": "capped", "cells": ["a | Japan"], "high": 5},
                {"name": "not above c", "coefficients": {"b | Japan": 1, "c | Japan": -1},
                 "high": 0},
            ],
        }
    )  # fmt: skip
    assert 'cell "b | Japan", high: It has no upper limit' in text
    assert 'cell "c | Japan", high: It has no upper limit' in text
    assert "a | Japan" not in text
    assert "iPhone" not in text


def test_a_share_alone_bounds_nothing_but_a_budget_does():
    free = [{**CELL, "high": None}, {**OTHER, "high": None}]
    share = {"name": "Mix", "kind": "share", "product": "Mac", "high": 0.5}
    assert "no constraint bounds it" in said({"cells": free, "constraints": [share]})
    read = read_problem({"cells": free, "constraints": [share, {"name": "All", "high": 9}]})
    assert read.cells[0].high == math.inf


NAMES = st.text(min_size=1, max_size=8).filter(lambda text: text.strip() != "")
AMOUNTS = st.just(0.0) | st.floats(1e-6, 1e9)
POSITIVE = st.floats(1e-6, 1e6)
NUMBERS = AMOUNTS | AMOUNTS.map(lambda number: -number)


@st.composite
def responses(draw: st.DrawFn) -> Response:
    family = draw(st.sampled_from(["linear", "power", "log", "saturating", "s-curve", "iso"]))
    scale = draw(AMOUNTS)
    if family == "iso":
        return isoelastic(draw(st.floats(1e-3, 1e3)), scale, draw(st.floats(-50, -1.01)))
    if family == "linear":
        return Response("linear", scale)
    shift = draw(POSITIVE)
    if family == "power":
        return Response("power", scale, shift, draw(st.floats(0.01, 0.99)))
    if family == "s-curve":
        return Response("s-curve", scale, shift, draw(st.floats(1.01, 20)))
    return Response("log" if family == "log" else "saturating", scale, shift)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    cells = []
    for name in names:
        low, high = sorted((draw(AMOUNTS), draw(AMOUNTS)))
        cells.append(
            Cell(
                name, draw(st.text(max_size=3)), draw(st.text(max_size=3)), draw(AMOUNTS), low,
                draw(st.sampled_from([high, math.inf])), draw(responses()), draw(AMOUNTS),
                draw(AMOUNTS), draw(AMOUNTS),
                draw(st.dictionaries(NAMES, NUMBERS, max_size=2)),
            )
        )  # fmt: skip
    rows = [Constraint("all", "amount", dict.fromkeys(names, 1.0), None, 1e12)]
    for name in draw(st.lists(NAMES.filter(lambda text: text != "all"), max_size=2, unique=True)):
        kind = draw(st.sampled_from(["amount", "share"]))
        limits = st.sampled_from([0.0, 0.2, 0.5, 1.0]) if kind == "share" else NUMBERS
        low, high = sorted((draw(limits), draw(limits)))
        chosen = draw(st.sampled_from([(low, high), (None, high), (low, None)]))
        members = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        coefficients = {n: draw(NUMBERS.filter(bool)) for n in members}
        rows.append(Constraint(name, kind, coefficients, *chosen))
    notes = tuple(draw(st.lists(st.text(max_size=5), max_size=2)))
    return Problem("t", "m", "u", tuple(cells), tuple(rows), draw(AMOUNTS), notes)


@given(problems())
def test_a_written_problem_reads_back_equal(written):
    text = json.dumps(written.to_dict(), allow_nan=False)
    assert read_problem(json.loads(text)) == written


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


def _keyed(*keys: str) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(keys), JSON | AMOUNTS) | JSON


RESPONSE = st.fixed_dictionaries(
    {"family": st.sampled_from(["linear", "power", "log", "s-curve", "isoelastic", "x"])},
    optional=dict.fromkeys(
        ("scale", "shift", "exponent", "elasticity", "revenue"), JSON | POSITIVE
    ),
)
FUZZ_CELL = st.fixed_dictionaries(
    {"product": st.sampled_from(["a", "b", 1]), "response": RESPONSE | JSON},
    optional={
        **dict.fromkeys(("now", "low", "high", "weight", "cost", "own_risk"), JSON | AMOUNTS),
        "exposure": st.dictionaries(st.text(max_size=2), JSON | AMOUNTS) | JSON,
        "name": JSON,
    },
)
FUZZ = _keyed("title", "cells", "constraints", "aversion", "notes") | st.fixed_dictionaries(
    {"cells": st.lists(FUZZ_CELL | JSON, max_size=3)},
    optional={
        "constraints": st.lists(
            _keyed("name", "kind", "low", "high", "cells", "product", "coefficients"), max_size=3
        ),
        "aversion": JSON,
    },
)


@settings(max_examples=300)
@given(FUZZ)
def test_anything_is_a_problem_or_a_sentence(data):
    try:
        read = read_problem(data)
    except InputError:
        return
    assert read_problem(json.loads(json.dumps(read.to_dict(), allow_nan=False))) == read
