"""What follows from the audit, in plain words."""

from __future__ import annotations

import streamlit as st

from core.respiratory import LABELS, ShortcutAudit, card, interval
from core.stats.intervals import wilson
from core.viz.text import percent, percent_range
from pages._respiratory.shortcuts_words import figure
from pages._shared import results

CLAIMED = 0.99
NEEDED = (
    "Films with and without the disease **from the same hospital, the same machines and the same "
    "months**, so that nothing but the disease differs.",
    "A test on hospitals that no part of the work has seen, with the threshold fixed beforehand.",
    "The mix of patients of the place of use: few are ill, and those who are not have other "
    "diseases.",
    "Adults and children apart; standing and lying films apart.",
    "A comparison with what a reader says without the network, on the same films.",
)
READING = (
    ("DeGrave, Janizek and Lee, Nature Machine Intelligence 3 (2021) 610-619",
     "networks for COVID-19 on chest films take shortcuts, and fail at other hospitals"),
    ("Maguolo and Nanni, Information Fusion 76 (2021) 1-7",
     "with the lungs blacked out the usual collections can still be told apart"),
    ("Roberts et al., Nature Machine Intelligence 3 (2021) 199-217",
     "none of the models reviewed was fit for clinical use"),
    ("Zech et al., PLOS Medicine 15 (2018) e1002683",
     "the hospital is read from the film, and figures fall at another one"),
)  # fmt: skip


def show(audit: ShortcutAudit) -> None:
    """Say how to read a high figure, what the study shows, and what would be needed."""
    recall = interval(card()["networks"]["ensemble"]["in_source"]["alert"]["recall"]["films"])
    st.subheader(f"How to read {percent(CLAIMED)}", anchor=False)
    limit = wilson(CLAIMED * recall.n, recall.n)
    st.markdown(
        f"- **A figure needs its interval.** With {recall.n} films of {LABELS[0]}, "
        f"{percent(CLAIMED)} means {percent_range(limit.low, limit.high)}. Measured here: "
        f"{figure(recall)} of them raise the alert.\n"
        "- **A figure belongs to its films.** On other patients of the same collections a network "
        "may know the collection instead of the disease; the figure cannot tell which.\n"
        "- **A figure needs its neighbour.** Next to each in-source figure stands that of a "
        "collection not trained on. The distance between them is what this audit measures.\n"
        "- **A map is no proof.** A network may look at the lungs and still read there how the "
        "film was made: sharpness and grey values are everywhere."
    )
    st.subheader("What the study found", anchor=False)
    st.markdown("\n".join(f"- {sentence}" for sentence in audit.sentences))
    st.subheader("What would be needed", anchor=False)
    st.markdown("\n".join(f"- {need}" for need in NEEDED))
    with st.expander("Further reading", icon=":material/menu_book:"):
        for where, what in READING:
            st.markdown(f"- {results.escaped(where)}: {what}.")
