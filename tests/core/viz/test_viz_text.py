from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.viz import text


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.381, "38 %"),
        (0.004, "under 1 %"),
        (0.9951, "over 99 %"),
        (0.994, "99 %"),
    ],
)
def test_percent_never_rounds_to_certainty(p, shown):
    assert text.percent(p) == shown


def test_percent_range():
    assert text.percent_range(0.24, 0.534) == "24 to 53 %"
    assert text.percent_range(0.001, 0.999) == "under 1 to over 99 %"


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(5.0, 2, "5"), (-0.5, 2, "−0.5"), (-0.001, 2, "0"), (0.126, 2, "0.13"), (1200.0, 0, "1200")],
)
def test_number(value, digits, shown):
    assert text.number(value, digits) == shown


def test_number_of_nan():
    assert text.number(math.nan) == "not known"


def test_fixed_and_signed_use_a_true_minus():
    assert text.fixed(-0.25) == "−0.250"
    assert text.fixed(-0.00001) == "0.000"
    assert text.signed(0.414) == "+0.41"
    assert text.signed(-1.2) == "−1.20"
    assert text.signed(-0.001) == "0.00"


def test_label_wraps_and_makes_markup_harmless():
    assert text.label("a  b\nc") == "a b c"
    assert text.label("one two three", 8) == "one two<br>three"
    assert text.label("<a href='x'>y</a>", 60) == "&lt;a href='x'&gt;y&lt;/a&gt;"
    assert text.label("") == ""


def test_listed_and_counted():
    assert text.listed([]) == ""
    assert text.listed(["a"]) == "a"
    assert text.listed(["a", "b", "c"]) == "a, b and c"
    assert text.counted(1, "plan") == "1 plan"
    assert text.counted(0, "plan") == "0 plans"


@given(st.text())
def test_label_leaves_no_tag_but_line_breaks(raw):
    assert "<" not in text.label(raw).replace("<br>", "")


@given(st.floats(0, 1))
def test_percent_is_never_out_of_scale(p):
    shown = text.percent(p).removesuffix(" %").split()[-1]
    assert abs(int(shown) - 100 * p) <= 1


def test_p_values_never_show_as_zero():
    assert text.p_value(0.0306) == "p = 0.031"
    assert text.p_value(1e-12) == "p < 0.001"
    assert text.p_value(1.0) == "p = 1.000"


def test_agreement_is_exact_or_has_its_size():
    assert text.within(0.0) == "exactly"
    assert text.within(4.2e-15) == "within 4e-15"
