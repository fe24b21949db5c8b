"""One answer: the figure, the sentence, the formula, and the cells it rests on."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import MARKS, Answer
from core.viz.text import counted
from pages._apple_sales import questions_ask
from pages._shared import calls, registry, results, tables
from pages._shared.call import Call

OTHER_MARKS = {
    "computed": "Computed by the call named as source.",
    "declared": "An assumption, stated as such.",
    "estimate": "Not reported; estimated from reported sums.",
}


def show(answer: Answer) -> None:
    """Show an answer and where it comes from."""
    with st.container(border=True):
        if not answer.understood:
            results.badge("unknown", "Not understood")
        elif not answer.figure and not answer.cells:
            results.badge("unknown", "No figure")
        if answer.figure:
            st.header(results.escaped(answer.figure), anchor=False)
        st.markdown(results.escaped(answer.text))
        if answer.cells:
            st.markdown(f"**How:** {results.escaped(answer.formula)}")
        if answer.page:
            page = registry.page(answer.page)
            st.page_link(page.path, label=f"Open {page.title}", icon=page.icon)
    if answer.cells:
        _cells(answer)
    if answer.understood:
        _code(answer.question)
    questions_ask.suggestions(answer)


def _code(question: str) -> None:
    python = (
        "from core.apple_sales import ask\n\n"
        f"answer = ask({question!r})\n"
        "print(answer.figure, answer.text)"
    )
    calls.show(
        Call(
            "/v1/apple-sales/ask",
            body={"question": question},
            python=python,
            command=("apple-sales", "ask", question, "--json"),
            note="A question that goes on from the one before needs that answer too: `last` in "
            "Python. The other ways ask each question on its own.",
        )
    )


def _cells(answer: Answer) -> None:
    st.markdown(f"**{counted(len(answer.cells), 'cell')} quoted**")
    tables.show(
        [
            {
                "Value": cell.value,
                "Unit": cell.unit,
                "Cell": cell.name,
                "Mark": cell.mark,
                "Source": cell.source,
            }
            for cell in answer.cells
        ],
        f"The figures behind the answer to: {answer.question}",
        column_config={
            "Value": st.column_config.NumberColumn(format="%.7g"),
        },
    )
    meanings = {**MARKS, **OTHER_MARKS}
    marks = dict.fromkeys(cell.mark for cell in answer.cells)
    st.caption(" ".join(f"**{mark}**: {meanings[mark]}" for mark in marks))
