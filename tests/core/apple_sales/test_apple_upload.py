"""The door for sales files: every fault named by cell, nothing dropped in silence."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.apple_sales import SalesTable, read_sales, sales_template
from core.apple_sales.door.other import from_frame
from core.apple_sales.door.periods import read_period
from core.apple_sales.schema import DEMO, SALES, SCHEMAS
from core.errors import InputError, NotEnoughDataError, SuiteError
from tests.demo_file import DEMO_FILE, needs_demo_file

GOOD = ["2024-Q1,USD,Phone,N,10,5.5,0.3", "2024-Q1,USD,Phone,S,8,4.5,0.3",
        "2024-Q2,USD,Phone,N,11,6.0,0.31"]  # fmt: skip
HEADER = ",".join(SALES.columns)


def file(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def refusal(content: bytes, **options) -> InputError:
    with pytest.raises(InputError) as caught:
        read_sales(content, **options)
    return caught.value


def rules(error: SuiteError) -> set[tuple[str, int | None, str]]:
    return {(one.column, one.row, one.rule) for one in error.problems}


@pytest.mark.parametrize("kind", ["demo", "sales"])
def test_templates_are_read_as_what_they_are(kind):
    table = read_sales(sales_template(kind))
    assert table.kind == kind
    assert table.n == table.rows == (2 if kind == "demo" else 4)
    assert not table.dropped


def test_a_good_file_becomes_numbers():
    table = read_sales(file(*GOOD), "mine.csv")
    assert (table.kind, table.name, table.n, table.target) == ("sales", "mine.csv", 3, "revenue")
    assert table.frame["revenue"].tolist() == [5.5, 4.5, 6.0]
    assert table.frame["time"].tolist() == [8096.0, 8096.0, 8097.0]
    assert table.numeric == ("units", "margin", "time")
    assert "One row is one product in one region in one quarter." in table.notes


def test_case_and_separators_in_headers_do_not_matter_and_extra_columns_are_named():
    header = "Period,UNIT,Product,region,Units,Re_venue,margin,comment"
    table = read_sales(file(*(f"{row},x" for row in GOOD), header=header))
    assert table.frame["revenue"].tolist() == [5.5, 4.5, 6.0]
    assert "Columns that are not read: comment." in table.notes


def test_margin_may_be_left_out_but_not_half_filled():
    rows = [row.rsplit(",", 1)[0] for row in GOOD]
    table = read_sales(file(*rows, header=HEADER.rsplit(",", 1)[0]))
    assert table.numeric == ("units", "time")
    assert "The file has no column margin." in table.notes
    error = refusal(file(GOOD[0], "2024-Q2,USD,Phone,S,8,4.5,"))
    assert rules(error) == {("margin", 2, "missing")}


def test_other_dialects_are_read():
    rows = [row.replace(",", ";").replace(".", ",") for row in GOOD]
    content = file(*rows, header=HEADER.replace(",", ";"))
    assert read_sales(content).frame["revenue"].tolist() == [5.5, 4.5, 6.0]
    out = io.BytesIO()
    pd.read_csv(io.BytesIO(file(*GOOD))).to_parquet(out)
    assert read_sales(out.getvalue()).frame["revenue"].tolist() == [5.5, 4.5, 6.0]


BAD = {
    "negative": ("2024-Q2,USD,Phone,S,-8,4.5,0.3", "units", "negative", "-8 is negative"),
    "text": ("2024-Q2,USD,Phone,S,many,4.5,0.3", "units", "not-a-number", "many is text"),
    "currency": ("2024-Q2,USD,Phone,S,8,$4.5,0.3", "revenue", "currency", "$4.5 carries a curr"),
    "thousands": ('2024-Q2,USD,Phone,S,8,"4,500.0",0.3', "revenue", "separator", "separators"),
    "infinite": ("2024-Q2,USD,Phone,S,8,inf,0.3", "revenue", "not-finite", "inf is not finite"),
    "missing": ("2024-Q2,USD,Phone,S,8,,0.3", "revenue", "missing", "The cell is empty"),
    "percent": ("2024-Q2,USD,Phone,S,8,4.5,38", "margin", "percent", "Divide the column by 100: 0"),
    "loss": ("2024-Q2,USD,Phone,S,8,4.5,-300", "margin", "range", "outside the possible range"),
    "period": ("last spring,USD,Phone,S,8,4.5,0.3", "period", "period", "is not a period"),
    "grain": ("2024,USD,Phone,S,8,4.5,0.3", "period", "mixed-grain", "2024 is a year, but most"),
    "unit": ("2024-Q2,EUR,Phone,S,8,4.5,0.3", "unit", "mixed-units", "EUR differs from USD"),
    "no unit": ("2024-Q2,,Phone,S,8,4.5,0.3", "unit", "missing", "The cell is empty"),
    "no name": ("2024-Q2,USD,,S,8,4.5,0.3", "product", "missing", "Enter the name"),
    "twice": ("2024 Q2,USD,PHONE,n,8,4.5,0.3", "period, product and region", "duplicate",
              "Row 3 has the same period, product and region"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "column", "rule", "words"), BAD.values(), ids=BAD)
def test_a_bad_cell_is_named_by_row_and_column(row, column, rule, words):
    error = refusal(file(*GOOD, row))
    assert rules(error) == {(column, 4, rule)}
    assert words in error.message
    assert "Row 4" in error.message
    kept = read_sales(file(*GOOD, row), drop_bad=True)
    assert (kept.n, kept.rows) == (3, 4)
    assert rules(error) == {(one.column, one.row, one.rule) for one in kept.dropped}
    assert "Rows left out because of bad cells: 1 of 4." in kept.notes
    assert kept.to_dict()["dropped_rows"] == 1


def test_all_faults_are_named_at_once_and_long_lists_are_counted():
    many = [f"2024-Q2,USD,P{i},S,-1,x,0.3" for i in range(80)]
    error = refusal(file(*GOOD, *many))
    assert len(error.problems) == 101
    assert error.problems[-1].message == "60 more cells break the contract."


def test_rows_beyond_the_listed_findings_are_left_out_too():
    many = [f"2024-Q2,USD,P{i},S,x,1,0.3" for i in range(10_050)]
    table = read_sales(file(*GOOD, *many), drop_bad=True)
    assert (table.n, table.rows) == (3, 10_053)
    assert "Rows left out because of bad cells: 10,050 of 10,053." in table.notes


def test_missing_columns_are_named_with_the_nearest_present():
    header = HEADER.replace("revenue", "revenues").replace("margin", "")
    error = refusal(file("2024,USD,P,N,1,2,", header=header))
    assert "The file has no column revenue. Add it, or rename revenues" in error.message
    short = ",".join(name for name in DEMO.columns if "Mac" not in name)
    error = refusal(file("a,b,1,2,3,4", header=short))
    assert "The file has no column Mac Sales (in million units). Add it." in error.message


def test_a_file_of_something_else_is_told_what_is_expected():
    error = refusal(b"a,b\n1,2\n3,4\n")
    assert "The file has a, b." in error.message
    assert all(schema.title in error.message for schema in SCHEMAS)


def test_a_column_twice_is_refused():
    error = refusal(file(*(f"{row},1" for row in GOOD), header=HEADER + ",Units"))
    assert rules(error) == {("units", None, "ambiguous-column")}


@pytest.mark.parametrize(
    "content", [file(GOOD[0]), file("a,b,1,2,3,4,5", header=",".join(DEMO.columns))]
)
def test_one_row_is_too_few(content):
    with pytest.raises(NotEnoughDataError, match="has 1 usable row; at least 2 are needed"):
        read_sales(content)


@pytest.mark.parametrize("content", [b"", b"\n\n", HEADER.encode(), b"\x00\x01\x02\xff"])
def test_empty_and_binary_files_are_refused(content):
    assert refusal(content).message


def test_a_demo_file_says_that_its_grain_is_not_defined():
    rows = [f"S{i % 2},R,1,2,3,4,{i}" for i in range(6)]
    table = read_sales(file(*rows, header=",".join(DEMO.columns)))
    assert table.kind == "demo"
    assert any("grain is not defined: 2 states fill 6 rows (3 rows a state)" in one
               for one in table.notes)  # fmt: skip
    rows = [f"S{i},R,1,2,3,4,{i}" for i in range(6)]
    table = read_sales(file(*rows, header=",".join(DEMO.columns)))
    assert any("no period column" in one for one in table.notes)


@needs_demo_file
def test_the_original_file_keeps_the_contract():
    table = read_sales(DEMO_FILE)
    assert (table.kind, table.n) == ("demo", 1000)
    assert any("25 states fill 1,000 rows (26 to 50 rows a state)" in one for one in table.notes)


def test_any_table_with_a_chosen_target():
    table = read_sales(b"k,a,y\nu,1,2\nv,3,4\n", target="y")
    assert (table.kind, table.numeric, table.texts) == ("other", ("a",), ("k",))
    assert refusal(b"a,y\n1,2\n3,4\n", target="z").problems[0].rule == "unknown-column"
    error = refusal(b"a,y\n1,2\nx,4\n5,6\n", target="y")
    assert rules(error) == {("a", 2, "not-a-number")}
    assert "is text" in refusal(b"a,y\n1,b\n2,c\n", target="y").message


def test_a_frame_in_memory():
    frame = pd.DataFrame({"a": [1, 2], "k": ["u", "v"], "y": [0.5, 1.5]})
    table = from_frame(frame, "y")
    assert (table.numeric, table.texts, table.n) == (("a",), ("k",), 2)
    with pytest.raises(InputError, match="k does not hold numbers"):
        from_frame(frame, "k")
    with pytest.raises(InputError, match="There is no column z"):
        from_frame(frame, "z")
    with pytest.raises(InputError, match="Row 2, column a: The cell has no figure"):
        from_frame(frame.assign(a=[1.0, np.nan]), "y")
    with pytest.raises(NotEnoughDataError, match="at least 2 are needed"):
        from_frame(frame[:1], "y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", ("year", 2024.0)),
        ("FY2024", ("year", 2024.0)),
        ("2024-Q1", ("quarter", 8096.0)),
        ("2024Q4", ("quarter", 8099.0)),
        ("Q4 2023", ("quarter", 8095.0)),
        ("2023-12", ("month", 24287.0)),
        ("2024-01", ("month", 24288.0)),
        ("0001-01-02", ("day", 2.0)),
        ("2024-13", None),
        ("2023-02-29", None),
        ("0000-01-01", None),
        ("2024-Q5", None),
        ("spring", None),
        ("٢٠٢٤", None),
    ],
)
def test_periods(text, expected):
    assert read_period(text) == expected


CELLS = st.one_of(
    st.sampled_from(
        ["", "-1", "0", "1e400", "nan", "$3", "2024-Q1", "2024", "USD", "0.5", '"', "é"]
    ),
    st.text(max_size=6),
    st.floats().map(str),
)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_table_or_a_sentence(content):
    found = attempt(content)
    assert isinstance(found, SalesTable) or found.message


@given(
    st.sampled_from([HEADER, ",".join(DEMO.columns), "a,b,c"]),
    st.lists(st.lists(CELLS, min_size=1, max_size=8), max_size=6),
    st.booleans(),
)
def test_any_cells_give_a_table_or_a_sentence(header, rows, drop_bad):
    content = file(*(",".join(row) for row in rows), header=header)
    attempt(content, drop_bad=drop_bad)
    attempt(content, target=header.split(",")[-1], drop_bad=drop_bad)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2024-Q1", "2024-Q2", "2024", "x", ""]),
            st.sampled_from(["USD", "usd", "EUR", ""]),
            st.sampled_from(["A", "a", "B"]),
            st.sampled_from(["N", "S"]),
            st.sampled_from(["1", "-1", "2.5", "x", ""]),
            st.sampled_from(["1", "3", "$1", "inf"]),
            st.sampled_from(["0.3", "30", "", "-0.2"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_is_kept_keeps_the_contract(rows):
    content = file(*(",".join(row) for row in rows))
    found = attempt(content, drop_bad=True)
    if not isinstance(found, SalesTable):
        return
    assert found.n + len({one.row for one in found.dropped}) == found.rows
    figures = found.frame[["units", "revenue", "margin", "time"]].to_numpy()
    assert np.isfinite(figures).all()
    assert (figures[:, :2] >= 0).all()
    assert len(set(found.frame["unit"].str.casefold())) == 1
    keys = found.frame[["time", "product", "region"]].apply(lambda c: c.astype(str).str.casefold())
    assert not keys.duplicated().any()
    if not found.dropped:
        assert read_sales(content).n == found.n


def attempt(content: bytes, **options) -> SalesTable | SuiteError:
    try:
        return read_sales(content, **options)
    except SuiteError as error:
        return error
