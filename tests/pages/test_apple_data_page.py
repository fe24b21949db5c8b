"""Your data: the gate's answer first, bad cells named, and a plan only behind an open gate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.apple_sales import SALES_EXAMPLES, inspect, sales_example, sales_template
from core.stats import signal as signal_module
from core.stats import uniformity

CSV = "text/csv"
OWN = "Your file"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(uniformity, "REFERENCES", 5)
    monkeypatch.setattr(signal_module.signal, "__kwdefaults__", {"seed": 0, "draws": 100})


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    return [element.value.replace("\\", "") for kind in kinds for element in kind]


def shown(app, words):
    return any(words in text for text in texts(app))


def metrics(app):
    return {metric.label.replace("\\", ""): metric.value for metric in app.metric}


def choose(app, title):
    return app.segmented_control(key="apple.data.source").set_value(title).run()


def upload(app, content, name="sales.csv"):
    app = choose(app, OWN)
    return app.file_uploader[0].set_value((name, content, CSV)).run()


def small(n=40, *, noise):
    rng = np.random.default_rng(0)
    x = rng.random((n, 2))
    y = rng.random(n) if noise else 3 * x[:, 0] + rng.normal(0, 0.2, n)
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y}).to_csv(index=False).encode()


def test_noise_is_shown_first_and_stays_closed(open_page):
    app = open_page("apple-sales-data")
    assert not app.exception
    found = inspect(sales_example("noise"))
    assert found.gate == "closed"
    assert shown(app, "Gate closed")
    assert shown(app, found.reason)
    assert shown(app, "No learned objective is optimised on this table.")
    assert shown(app, "not affiliated with Apple")
    assert "Predicted Services Revenue (in billion $)" not in metrics(app)


def test_the_reported_quarters_say_what_is_known(open_page):
    app = choose(open_page("apple-sales-data"), SALES_EXAMPLES["quarters"])
    assert not app.exception
    assert metrics(app)["Rows"] == "16"
    assert shown(app, "Gate closed")


def test_a_template_is_read_and_said_to_be_too_short(open_page):
    app = upload(open_page("apple-sales-data"), sales_template())
    assert not app.exception
    assert shown(app, "4 of 4 rows keep the contract")
    assert shown(app, "There are 4 rows; at least 10 are needed")


def test_bad_cells_are_named_and_left_out_only_on_demand(open_page):
    lines = sales_template().decode().splitlines()
    content = "\n".join([*lines, "2024-Q3,USD million,Phone,North,-5,$3,38"]).encode()
    app = upload(open_page("apple-sales-data"), content)
    assert not app.exception
    for words in ("Row 5, column units: -5 is negative.", "Row 5, column revenue: $3 carries",
                  "Row 5, column margin: 38 looks like percent"):  # fmt: skip
        assert shown(app, words)
    assert not shown(app, "keep the contract")
    app = app.checkbox[0].check().run()
    assert not app.exception
    assert shown(app, "4 of 5 rows keep the contract")
    assert shown(app, "Rows left out because of bad cells: 1 of 5.")


def test_a_table_of_anything_needs_a_target(open_page):
    app = upload(open_page("apple-sales-data"), small(noise=True))
    assert not app.exception
    assert shown(app, "The file has a, b, y.")
    app = app.selectbox[0].set_value("y").run()
    assert not app.exception
    assert shown(app, "40 of 40 rows keep the contract")
    assert shown(app, "Gate closed")


def test_an_open_gate_offers_a_plan_and_says_what_it_is_not(open_page):
    app = upload(open_page("apple-sales-data"), small(noise=False))
    app = app.selectbox[0].set_value("y").run()
    assert not app.exception
    assert shown(app, "Gate open")
    assert "Predicted y" in metrics(app)
    assert shown(app, "This is association, not effect")
    assert shown(app, "No allowed mix is predicted above")
    before = float(metrics(app)["Predicted y"])
    app = app.slider[0].set_value((app.slider[0].min, 0.4)).run()
    assert not app.exception
    assert float(metrics(app)["Predicted y"]) < before


def test_a_broken_file_is_a_sentence(open_page):
    app = upload(open_page("apple-sales-data"), b"\x00\x01\xff\xfe")
    assert not app.exception
    assert shown(app, "control character") or shown(app, "cannot be read")


def test_results_leave_with_their_file(open_page):
    app = upload(open_page("apple-sales-data"), small(noise=True))
    app = app.selectbox[0].set_value("y").run()
    assert shown(app, "Gate closed")
    app = app.file_uploader[0].set_value(("x.csv", b"a,b\n1,2\n", CSV)).run()
    assert not app.exception
    assert not shown(app, "Gate closed")
