"""Input widgets built from field descriptions, and the example records that fill them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.fields import FieldSet, FieldSpec
from core.presets import Preset

COLUMNS = 4
Record = Mapping[str, float | None]
"""What a form holds: field name to value, None where nothing was entered."""


def record(
    choices: Sequence[Preset],
    fields: FieldSet,
    key: str,
    heading: str,
    examples: str = "Example patients",
) -> Record | None:
    """Ask for one record: by an example, by the form, or by an example and then the form.

    Parameters
    ----------
    choices : sequence of Preset
        The examples; ``?preset=`` opens one directly.
    fields : FieldSet
        The fields of the form.
    key : str
        Prefix of the widget keys.
    heading : str
        Name of the form.
    examples : str
        Name of the choice of examples.

    Returns
    -------
    Record or None
        What was entered; None while the form is empty.
    """
    preset = _example(choices, fields, key, examples)
    note = st.empty()
    with st.expander(heading, expanded=preset is None, icon=":material/edit_note:"):
        entered = form(fields, key)
    if preset is not None:
        unchanged = all(entered[name] == preset.values.get(name) for name in fields.names)
        # What is known of the example, its outcome above all, is not true of other values.
        edited = f"Edited: no longer the example \u201c{preset.title}\u201d."
        note.caption(preset.note if unchanged else edited)
    if all(value is None for value in entered.values()):
        st.info("Choose an example, or enter values above.", icon=":material/info:")
        return None
    return entered


def _example(choices: Sequence[Preset], fields: FieldSet, key: str, label: str) -> Preset | None:
    """Offer the examples and return the one chosen last; choosing one fills the form."""
    by_slug = {preset.slug: preset for preset in choices}
    widget = f"{key}.preset"
    if widget not in st.session_state:
        asked = st.query_params.get("preset", "")
        if asked in by_slug:
            st.session_state[widget] = asked
            _fill(by_slug[asked].values, fields, key)

    def load() -> None:
        slug = st.session_state[widget]
        if slug is None:
            st.query_params.pop("preset", None)
            return
        st.query_params["preset"] = slug
        _fill(by_slug[slug].values, fields, key)

    slug = st.segmented_control(
        label,
        list(by_slug),
        format_func=lambda s: by_slug[s].title,
        key=widget,
        on_change=load,
        persist_state="session",
    )
    return by_slug[slug] if slug is not None else None


def form(fields: FieldSet, key: str) -> Record:
    """Show one widget a field, under the fields' headings, and return what was entered.

    Limits are not enforced by the widgets: a value outside them is answered with a sentence
    instead of being corrected in silence.
    """
    entered: dict[str, float | None] = {}
    for heading, specs in fields.groups().items():
        st.markdown(f"**{heading}**")
        columns = st.columns(COLUMNS, vertical_alignment="bottom")
        for index, spec in enumerate(specs):
            with columns[index % COLUMNS]:
                entered[spec.name] = _widget(spec, f"{key}.{spec.name}")
    return entered


def _widget(spec: FieldSpec, key: str) -> float | None:
    if spec.is_code:
        texts = dict(spec.choices)
        code: int | None = st.selectbox(
            spec.label,
            list(texts),
            index=None,
            format_func=texts.__getitem__,
            placeholder="not given",
            key=key,
            help=_help(spec),
            persist_state="session",
        )
        return code
    value: float | None = st.number_input(
        spec.title,
        value=None,
        step=float(spec.step),
        format="%g",
        placeholder="not given",
        key=key,
        help=_help(spec),
        persist_state="session",
    )
    return value


def _help(spec: FieldSpec) -> str:
    normal = f" Usual: {spec.normal} {spec.unit}." if spec.normal else ""
    need = " Required." if spec.required else " Leave empty if not measured."
    return f"{spec.help}{normal}{need}"


def _fill(values: Mapping[str, float | None], fields: FieldSet, key: str) -> None:
    for spec in fields:
        value = values.get(spec.name)
        if value is not None:
            value = int(value) if spec.is_code else float(value)
        st.session_state[f"{key}.{spec.name}"] = value
