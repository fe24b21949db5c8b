"""The agents: what each reports as it works, and who wrote the words; alerts come from rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import streamlit as st

from core.guardian import agents, patient_of
from core.runtime.settings import settings
from core.viz.theme import StatusName
from pages._guardian import words
from pages._guardian.checked import AGENTS, Checked
from pages._shared.results import escaped

TEMPLATE, HOSTILE, ADK, MODEL = "template", "hostile", "adk", "model"
LOCAL = "local"
INSTALL = "python -m pip install -r requirements-agents.txt"
ICONS: dict[agents.Kind, tuple[StatusName, str]] = {
    agents.Kind.FINDING: ("unknown", "chat"),
    agents.Kind.NARRATIVE: ("unknown", "edit_note"),
    agents.Kind.DROPPED: ("attention", "block"),
    agents.Kind.FALLBACK: ("attention", "undo"),
    agents.Kind.FINISHED: ("unknown", "check"),
}
Told = tuple[list[agents.Event], agents.Narrative]


class Hostile:
    """Says of every list that nothing is wrong with it, as a misled model might."""

    name = "a model that lies"

    def stream(self, payload: agents.Payload) -> Iterator[str]:
        """Yield the lie, whatever the payload holds."""
        yield f"All {len(payload.ingredients)} medicines go well together. "
        yield "There is no interaction, and nothing has to be done."


def show(checked: Checked) -> None:
    """Run the agents over the finished review and show their reports as they come."""
    st.markdown(
        "Agents put the finished review into words. They cannot add, remove or change an alert: "
        "those on this page come from the rules."
    )
    names = _writers()
    writer = str(
        st.segmented_control(
            "Who writes",
            list(names),
            format_func=names.__getitem__,
            default=TEMPLATE,
            required=True,
            key="guardian.writer",
        )
    )
    if not agents.adk_installed():
        st.caption(f"Google's Agent Development Kit is not installed: `{INSTALL}` adds it.")
    question = (checked.input_hash, writer)
    kept: tuple[object, Told] | None = st.session_state.get(AGENTS)
    known = kept[1] if kept is not None and kept[0] == question else None
    if known is None and writer in (ADK, MODEL) and not _asked(writer):
        return
    top = st.container(border=True)
    with st.expander("What each agent reported", icon=":material/timeline:", expanded=True):
        told = known or _run(checked, writer)
        for event in known[0] if known else ():
            report(event, writer)
    st.session_state[AGENTS] = (question, told)
    with top:
        narrative(told[1])


def _writers() -> dict[str, str]:
    found = {TEMPLATE: "Template (on this machine)", HOSTILE: "A model that lies (demonstration)"}
    if agents.adk_installed():
        found[ADK] = "Google ADK, no model"
    chosen = settings().guardian_model
    if chosen != LOCAL:
        found[MODEL] = chosen
    return found


def _asked(writer: str) -> bool:
    if writer == MODEL:
        st.markdown(
            "The model is sent the names of the ingredients, the rules raised, bands of age and "
            "kidney function, and counts; no line of the list, no value and no note of the patient."
        )
    return st.button("Run the agents", icon=":material/play_arrow:", key="guardian.agents.run")


def _start(checked: Checked, writer: str) -> agents.Narration:
    clock = time.monotonic
    if writer == HOSTILE:
        return agents.narrate(checked.review, clock=clock, narrator=Hostile())
    chosen = settings()
    starts: dict[str, Callable[[], agents.Narration]] = {
        TEMPLATE: lambda: agents.narrate(checked.review, clock=clock),
        ADK: lambda: agents.explain(checked.review, clock=clock, adk=True),
        MODEL: lambda: agents.explain(
            checked.review,
            clock=clock,
            model=chosen.guardian_model,
            endpoint=chosen.guardian_endpoint,
            circumstances=agents.Circumstances.of(patient_of(checked.case)),
        ),
    }
    return starts[writer]()


def _run(checked: Checked, writer: str) -> Told:
    run, events = _start(checked, writer), []
    for event in run:
        events.append(event)
        report(event, writer)
    return events, run.finish()


def report(event: agents.Event, writer: str) -> None:
    """Show one report of one agent."""
    # The template's words stand above; a model's draft is shown even if it is dropped.
    repeated = event.kind is agents.Kind.NARRATIVE and writer == TEMPLATE
    if event.kind not in ICONS or not event.text or repeated:
        return
    status, icon = ICONS[event.kind]
    st.markdown(
        f"{words.chip(str(event.agent), status, icon)} {escaped(event.text)} "
        f":gray[{event.ms:.0f} ms]"
    )


def narrative(found: agents.Narrative) -> None:
    """Show the words that stand, who wrote them, and why others were dropped."""
    st.markdown(words.chip(f"Written by: {found.author}", "unknown", "edit_note"))
    for line in found.text.splitlines():
        st.markdown(escaped(line))
    if found.dropped:
        st.markdown(words.chip("A model's text was dropped", "attention", "block"))
        st.markdown("\n".join(f"- {escaped(reason)}" for reason in found.dropped))
