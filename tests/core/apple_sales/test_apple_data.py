"""The reported figures: their sums, their sources, and refusal of anything altered."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from core.apple_sales import (
    CATEGORIES,
    MARKS,
    SEGMENTS,
    SHA256,
    about,
    annual,
    category_eras,
    checked_identities,
    figures,
    gross_margins,
    quarters,
)
from core.apple_sales.reported import data as module
from core.errors import ArtifactError

README = (module.DATA_FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def table():
    return figures()


@pytest.mark.parametrize("name", SHA256)
def test_the_files_are_those_of_the_readme(name):
    content = (module.DATA_FOLDER / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256[name]
    rows = content.decode().count("\n") - 1
    assert f"`{name}` | {rows} | `{SHA256[name]}`" in README


def test_every_mark_is_counted_in_the_readme(table):
    for mark, meaning in MARKS.items():
        assert f"| {mark} | {(table['mark'] == mark).sum()} | {meaning} |" in README


def test_every_figure_has_a_source_a_mark_and_a_unit(table):
    assert table["source"].str.len().min() > 20
    assert set(table["mark"]) == set(MARKS)
    assert set(table["unit"]) == {"USD million", "thousand units"}
    assert ((table["unit"] == "thousand units") == (table["measure"] == "units")).all()
    assert (table["value"] == table["value"].round()).all()


def test_as_many_sums_are_checked_as_there_are():
    counts = {identity.what: identity.count for identity in checked_identities()}
    assert counts == {
        "Quarterly categories sum to the total": 16 + 3,
        "Annual categories sum to the total": 11 + 1,
        "Quarterly segments sum to the total": 16 + 2,
        "Annual segments sum to the total": 11,
        "Four quarters sum to the year: units": 4 * 3,
        "Four quarters sum to the year: revenue by category": 5 * 5,
        "Four quarters sum to the year: revenue by segment": 4 * 5,
        "Products and services sum to the total": 8,
        "Services are the same in both splits": 8,
        "Operating incomes of segments and corporate sum to the total": 2,
    }
    assert not any(identity.broken for identity in checked_identities())


def test_sums_hold_by_plain_addition(table):
    yearly = table[table["quarter"] == 0]
    for year in range(2015, 2026):
        mine = yearly[(yearly["fiscal_year"] == year) & (yearly["basis"] == "as first reported")]
        total = mine.loc[(mine["measure"] == "revenue") & (mine["name"] == "Total"), "value"].item()
        for measure in ("revenue by category", "revenue by segment"):
            assert mine.loc[mine["measure"] == measure, "value"].sum() == total
    assert annual("revenue by category", "restated").sum(axis=1).to_dict() == {2018: 265_595}


def test_published_values():
    assert quarters("units").loc["2018 Q4"].to_dict() == {
        "iPhone": 46_889, "Mac": 5_299, "iPad": 9_699,
    }  # fmt: skip
    assert annual("revenue by segment").loc[2025, "Greater China"] == 64_377
    assert annual("revenue by category").loc[2025, "Services"] == 109_158
    assert annual("operating income").loc[2024, "Total"] == 123_216
    margins = (100 * gross_margins()["margin"]).round(1)
    assert list(margins["Products"]) == [34.4, 32.2, 31.5, 35.3, 36.3, 36.5, 37.2, 36.8]
    assert list(margins["Services"]) == [60.8, 63.7, 66.0, 69.7, 71.7, 70.8, 73.9, 75.4]


def test_the_two_bases_are_never_joined():
    old, new = category_eras()
    assert list(old.index) == [2015, 2016, 2017, 2018]
    assert list(new.index) == list(range(2018, 2026))
    assert new.loc[2018, "Services"] - old.loc[2018, "Services"] == 2_558
    assert list(old.columns) == list(new.columns) == list(CATEGORIES)


def test_quarters_are_the_sixteen_of_one_basis_unless_more_are_wanted():
    complete = quarters("revenue by category")
    assert list(complete.index) == [f"{y} Q{q}" for y in range(2015, 2019) for q in range(1, 5)]
    assert len(quarters("revenue by category", complete=False)) == 16 + 11
    assert list(quarters("revenue by segment").columns) == list(SEGMENTS)


def test_callers_cannot_change_the_figures(table):
    table["value"] = 0.0
    assert figures()["value"].sum() > 0


def altered(tmp_path: Path, name: str, change) -> Path:
    folder = tmp_path / "apple"
    shutil.copytree(module.DATA_FOLDER, folder)
    if change is None:
        (folder / name).unlink()
    else:
        path = folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def test_an_altered_file_is_refused(tmp_path):
    folder = altered(tmp_path, "annual.csv", lambda text: text.replace("209586", "209587"))
    with pytest.raises(ArtifactError, match=r"annual\.csv was altered"):
        module._figures(folder)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match=r"margins\.csv is missing"):
        module._figures(altered(tmp_path, "margins.csv", None))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.assign(value=t["value"] + (t.index == 3)), "off by +1"),
        (lambda t: t.assign(mark=t["mark"].where(t.index != 3, "rumour")), "unknown marks: rumour"),
        (lambda t: pd.concat([t, t.iloc[[5]]]), "1 figures are there twice"),
        (lambda t: t.assign(source=t["source"].where(t.index != 3)), "a cell is empty"),
        (lambda t: t.drop(columns="source"), "its columns are not"),
    ],
)
def test_a_broken_contract_is_named(table, change, sentence):
    with pytest.raises(ArtifactError, match=re.escape(sentence)):
        module.check(change(table))


def test_mixing_the_two_bases_of_2018_is_found(table):
    """A secondary page takes Mac as first reported among restated figures; its sum is off."""
    place = (table["basis"] == "restated") & (table["name"] == "Mac")
    table.loc[place, "value"] = 25_484
    with pytest.raises(ArtifactError, match=r"FY2018 \(restated\): off by \+286"):
        module.check(table)


def test_the_about_page_lists_every_file_with_its_hash():
    said = about()
    assert {row["SHA-256"] for row in said.data} == set(module.SHA256.values())
    assert sum(int(row["Rows"]) for row in said.data) == len(figures())
    assert "Not affiliated with Apple" in said.intended_use
