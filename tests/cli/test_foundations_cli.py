"""Foundations on the command line: rows as promised, exit status by what holds, sentences."""

from __future__ import annotations

import dataclasses
import json

import pytest
from typer.testing import CliRunner

from apps.cli import app
from core import foundations
from core.foundations.compare import equal

RUN = CliRunner()
WANTED = {"id", "page", "statement", "claimed", "measured", "tolerance", "pass", "seconds"}


def run(*arguments):
    return RUN.invoke(app, ["foundations", *map(str, arguments)])


def test_verify_prints_one_list_of_rows():
    done = run("verify", "--page", "pca-svd", "--json")
    rows = json.loads(done.stdout)
    assert done.exit_code == 0, done.stderr
    assert [row["id"] for row in rows] == [one.id for one in foundations.statements("pca-svd")]
    assert all(set(row) >= WANTED and row["pass"] is True for row in rows)


def test_the_rows_are_those_of_the_function():
    spoken = json.loads(run("verify", "--id", "GD-2", "--id", "BU-1", "--seed", 5, "--json").stdout)
    found = foundations.verify(ids=["GD-2", "BU-1"], seed=5).to_dict()
    for row in (*spoken, *found):
        row.pop("seconds")
    assert spoken == found


def test_people_get_a_line_a_statement_and_the_count():
    done = run("verify", "--id", "IT-1")
    assert "holds  IT-1: " in done.stdout
    assert "1 statements, 1 verified here in" in done.stdout


def test_fresh_seeds_come_after_the_given_one():
    rows = json.loads(run("verify", "--page", "backpropagation", "--fresh", 2, "--json").stdout)
    assert {row["seeds"] for row in rows} == {2}
    assert all(row["failed"] == 0 and row["worst"]["pass"] for row in rows)


def test_a_statement_that_does_not_hold_ends_with_its_number(monkeypatch):
    one = foundations.statement("GD-1")
    false = dataclasses.replace(one, check=lambda rng: equal(1.0, 2.0, "one and two"))
    monkeypatch.setattr("core.foundations.verification.statement", lambda _: false)
    done = run("verify", "--id", "GD-1", "--json")
    assert done.exit_code == 2
    assert done.stderr.strip() == "Not true on this machine: GD-1."
    (row,) = json.loads(done.stdout)
    assert (row["pass"], row["claimed"], row["measured"]) == (False, 1.0, 2.0)


@pytest.mark.parametrize("verb", ["break", "errata"])
def test_what_must_fail_is_listed(verb):
    done = run(verb, "--page", "bayesian-updating", "--json")
    assert done.exit_code == 0, done.stderr
    rows = json.loads(done.stdout)
    key, listed = {
        "break": ("as_predicted", foundations.breaks),
        "errata": ("refuted", foundations.errata),
    }[verb]
    assert [row["id"] for row in rows] == [one.id for one in listed("bayesian-updating")]
    assert all(row[key] is True for row in rows)
    assert rows[0]["id"] in run(verb, "--page", "bayesian-updating").stdout or verb == "break"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify", "--page", "alchemy"), "There is no article 'alchemy'. There are: gradient-des"),
        (("verify", "--id", "GD-0"), "There is no statement 'GD-0'. There are: GD-1 to"),
        (("verify", "--id", "\u202e'); DROP"), "There is no statement"),
        (("break", "--page", ""), "There is no article ''"),
        (("errata", "--page", "GD"), "There is no article 'GD'"),
        (("verify", "--fresh", "2", "--id", "GD-1"), "--fresh checks whole articles"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(arguments, words):
    done = run(*arguments, "--json")
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("value", ["-1", "x", str(2**40)])
def test_a_seed_out_of_range_is_refused(value):
    assert run("verify", "--seed", value).exit_code == 2
