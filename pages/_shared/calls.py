"""The call behind an answer, shown in code in one way on every page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages._shared.call import JSON, Call
from pages._shared.downloads import download
from pages._shared.server import locked


def show(call: Call, title: str = "The same call in code") -> None:
    """Show a call folded away, in every form it has."""
    with st.expander(title, icon=":material/code:"):
        forms(call)


def forms(call: Call) -> None:
    """Show a call in every form it has, with the files that it reads."""
    for title, (text, language) in call.forms().items():
        st.caption(title)
        st.code(text, language=language, wrap_lines=True)
    if call.note:
        st.caption(call.note)
    if locked() and call.path:
        st.caption("This server asks for a key: put yours into the variable SUITE_API_KEY.")
    for name, content in call.files.items():
        text = json.dumps(content, indent=1, allow_nan=False)
        download(name, text, name, JSON, key=f"call.{call.path}.{name}")


def record(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered; what was not measured is left out."""
    return {name: value for name, value in entered.items() if value is not None}


def arguments(**given: Any) -> str:
    """Return keyword arguments as Python writes them; those that are ``None`` are left out."""
    return "".join(f", {name}={value!r}" for name, value in given.items() if value is not None)


def options(**given: Any) -> tuple[str, ...]:
    """Return options of the command line; those that are ``None`` or ``False`` are left out."""
    words: list[str] = []
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            words += [option, str(value)]
    return tuple(words)
