"""The patient form: everything optional, with units; nothing of it goes into the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.guardian import knowledge
from pages._guardian import fields as f

ABSENT = "not given"


def show() -> None:
    """Show the form, in clinical order."""
    top = st.columns(4, vertical_alignment="bottom")
    _number(top[0], f.AGE)
    _choice(top[1], "Sex", f.SEXES, f.SEX, "As dosing formulas and pregnancy rules need it.")
    _number(top[2], f.WEIGHT)
    _number(top[3], f.CREATININE)
    middle = st.columns(4, vertical_alignment="bottom")
    _number(middle[0], f.EGFR)
    _choice(middle[1], "Pregnant", f.YES_NO, f.PREGNANT)
    _number(middle[2], f.WEEKS)
    _choice(middle[3], "Breast-feeding", f.YES_NO, f.LACTATING)
    labs = st.columns(len(f.LABS), vertical_alignment="bottom")
    for column, field in zip(labs, f.LABS, strict=True):
        _number(column, field)
    _lists()


def _lists() -> None:
    left, middle, right = st.columns(3)
    with left:
        st.multiselect(
            "Conditions",
            sorted(one.title for one in knowledge().conditions.values()),
            key=f.CONDITIONS,
            accept_new_options=True,
            placeholder="Choose or write",
            help="Rules about a condition apply only where it is named.",
            persist_state="session",
        )
        st.checkbox("No conditions known", key=f.NO_CONDITIONS, persist_state="session")
    with middle:
        st.text_area(
            "Allergies, one a line",
            key=f.ALLERGIES,
            height=86,
            placeholder="penicillin: anaphylaxis",
            help="The substance, a colon, and the reaction.",
            persist_state="session",
        )
        st.checkbox("No allergies known", key=f.NO_ALLERGIES, persist_state="session")
    with right:
        st.text_area(
            "Other measurements, one a line",
            key=f.OTHER,
            height=86,
            placeholder="digoxin level 2.4 ng/mL",
            help="Name, value and unit, such as: TSH 2.1 mIU/L.",
            persist_state="session",
        )


def _number(place: st.delta_generator.DeltaGenerator, field: f.Field) -> None:
    place.number_input(
        field.label,
        value=None,
        step=field.step,
        format="%g",
        placeholder=ABSENT,
        key=field.key,
        help=field.help,
        persist_state="session",
    )


def _choice(
    place: st.delta_generator.DeltaGenerator,
    label: str,
    texts: Mapping[Any, str],
    key: str,
    about: str = "",
) -> None:
    place.selectbox(
        label,
        list(texts),
        index=None,
        format_func=texts.__getitem__,
        placeholder=ABSENT,
        key=key,
        help=f"{about} Leave empty if not known.".strip(),
        persist_state="session",
    )
