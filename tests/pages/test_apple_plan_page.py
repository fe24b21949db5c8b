"""The plan and the stress page, as Streamlit runs them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from core.apple_sales import NOTICE, default_problem, plan
from core.viz.text import fixed


def texts(app) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def metrics(app) -> dict[str, str]:
    return {one.label: one.value for one in app.metric}


def upload(app, content: bytes, name: str = "problem.json"):
    return app.file_uploader[0].set_value((name, content, "application/json")).run()


@pytest.fixture(scope="module")
def best():
    return plan(default_problem())


def test_the_page_shows_the_plan_of_the_verb(open_page, best):
    app = open_page("apple-sales")
    assert not app.exception
    shown = metrics(app)
    assert shown["Objective (USD billion)"] == fixed(best.objective, 2)
    assert shown["Revenue"] == fixed(best.revenue, 2)
    assert "Proven best under these limits and assumptions" in texts(app)
    assert "Clarabel finds the same value" in texts(app)
    assert NOTICE in [text.value for text in app.caption]
    prices = next(t.value for t in app.dataframe if "Price" in t.value.columns)
    assert list(prices["Limit"]) == [one.name for one in best.multipliers]


def test_a_link_opens_the_other_goal(open_page):
    app = open_page("apple-sales", goal="revenue")
    of_revenue = plan(default_problem(goal="revenue"), checks=False)
    assert metrics(app)["Objective (USD billion)"] == fixed(of_revenue.objective, 2)


def test_an_assumption_changes_the_plan(open_page):
    app = open_page("apple-sales")
    app.slider(key="apple.supply").set_value(94)
    app.run()
    other = plan(default_problem(supply=0.94), checks=False)
    assert metrics(app)["Objective (USD billion)"] == fixed(other.objective, 2)


def test_an_own_problem_is_asked_for_and_planned(open_page):
    app = open_page("apple-sales", source="file")
    assert "Choose a file" in texts(app)
    small = {
        "title": "Two shops",
        "money": "EUR",
        "cells": [
            {
                "name": name,
                "now": 5,
                "high": 10,
                "response": {"family": "log", "scale": scale, "shift": 1},
            }
            for name, scale in (("<b>north</b>", 2), ("south", 3))
        ],
        "constraints": [{"name": "Budget", "high": 10}],
    }
    upload(app, json.dumps(small).encode())
    assert not app.exception
    assert "Objective (EUR)" in metrics(app)
    cells = next(t.value for t in app.dataframe if "Plan" in t.value.columns)
    assert cells["Plan"].tolist() == pytest.approx([3.8, 6.2], abs=1e-6)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "not JSON"),
        (b'{"cells": []}', "cells"),
        (b'{"cells": [{"name": "a", "response": {"family": "log", "scale": NaN}}]}', "scale"),
    ],
)
def test_a_broken_problem_is_a_sentence_and_no_plan(open_page, content, words):
    app = open_page("apple-sales", source="file")
    upload(app, content)
    assert not app.exception
    assert words in texts(app)
    assert not app.metric


def test_limits_that_no_plan_meets_are_named_with_what_would_mend_them(open_page):
    problem = default_problem().to_dict()
    problem["constraints"].append({"name": "Ceiling", "high": 100})
    app = open_page("apple-sales", source="file")
    upload(app, json.dumps(problem).encode())
    assert not app.exception
    assert "No plan meets these limits" in texts(app)
    assert not app.metric
    repairs = next(t.value for t in app.dataframe if "To" in t.value.columns)
    assert "Ceiling" in set(repairs["Limit"])


def test_edited_constraints_are_read_like_those_of_a_file():
    from core.errors import InputError
    from pages._apple_sales import limits_table as table

    problem = default_problem()
    groups = table._groups(problem)
    frame = table._frame(problem, groups)
    assert table._edited(problem, frame, groups) is problem
    tighter = frame.copy()
    tighter.loc[tighter[table.NAME] == "Hardware supply", table.HIGH] = 290.0
    edited = table._edited(problem, tighter, groups)
    supply = next(one for one in edited.constraints if one.name == "Hardware supply")
    assert supply.high == 290.0
    added = pd.concat(
        [frame, pd.DataFrame([{table.NAME: "Japan", table.OVER: "Japan", table.KIND: "share of all",
                               table.LOW: 0.05}])]
    )  # fmt: skip
    japan = table._edited(problem, added, groups).constraints[-1]
    assert (japan.name, japan.kind, japan.low, japan.high) == ("Japan", "share", 0.05, None)
    assert len(japan.coefficients) == 5
    nowhere = pd.concat([frame, pd.DataFrame([{table.NAME: "X", table.HIGH: 1.0}])])
    with pytest.raises(InputError, match="which cells"):
        table._edited(problem, nowhere, groups)
    bare = pd.concat(
        [frame, pd.DataFrame([{table.NAME: "X", table.OVER: "Japan", table.KIND: "amount"}])]
    )
    with pytest.raises(InputError, match="no limit"):
        table._edited(problem, bare, groups)


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("Assumptions", "Smallest worst case"),
        ("Robust plan", "1,000 draws"),
        ("Risk", "has its own certificate"),
        ("One limit", "its slope is the shadow price"),
        ("S-curves", "Proven by dynamic programme"),
    ],
)
def test_every_view_of_the_stress_page_opens(open_page, view, words):
    app = open_page("apple-sales-stress", view=view)
    assert not app.exception
    assert words in texts(app)


def test_a_problem_without_elasticities_is_refused_in_its_place(open_page):
    app = open_page("apple-sales-stress", source="file")
    curve = {"family": "log", "scale": 1, "shift": 1}
    bare = {"cells": [{"name": "a", "now": 1, "high": 5, "response": curve}]}
    upload(app, json.dumps(bare).encode())
    assert not app.exception
    assert "no cell has an elasticity" in texts(app)
