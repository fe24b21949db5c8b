"""What is audited: the predictions of a model of the suite, or a file of the reader's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import streamlit as st

from core.trust import Audit, HeldOut, judge
from core.trust.predictions import Estimates, Predictions
from pages._shared import models

RESULT = "trust.audit"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Predictions to be judged.

    Attributes
    ----------
    key : tuple
        What the predictions depend on: equal keys, equal predictions.
    title, how : str
        What they are, and how the rows were held out.
    read : Predictions or Estimates
        The predictions.
    notes : tuple of str
        How a file was read.
    options : mapping of str to sequence of str
        Of a file: its columns by role, as the command line names them.
    held : HeldOut or None
        The model of the suite; ``None`` for a file.
    file : str
        Name of the file that holds the predictions, or under which they are offered.
    """

    key: tuple[object, ...]
    title: str
    how: str
    read: Predictions | Estimates
    notes: tuple[str, ...] = ()
    options: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    held: HeldOut | None = None
    file: str = "predictions.csv"


def of_suite(held: HeldOut, threshold: float) -> Subject:
    """Return the predictions of a model of the suite at a threshold."""
    return Subject(
        key=("suite", held.key, threshold),
        title=held.title,
        how=held.how,
        read=_suite_predictions(held.key, threshold),
        held=held,
    )


def audited(subject: Subject, policy: str) -> Audit:
    """Return the audit of predictions under a policy, computed once.

    Audits of the suite's own models are shared by all visitors; one of a file stays in its session
    and is dropped when the next is made.
    """
    if subject.held is not None:
        _, key, threshold = subject.key
        return _suite_audit(str(key), float(str(threshold)), policy)
    question = (subject.key, policy)
    if st.session_state.get(RESULT, (None,))[0] != question:
        with st.spinner(f"Auditing {subject.read.n:,} rows"):
            st.session_state[RESULT] = (question, judge(subject.read, policy=policy))
    found: Audit = st.session_state[RESULT][1]
    return found


@st.cache_resource(max_entries=64, show_spinner=False)
def _suite_predictions(key: str, threshold: float) -> Predictions:
    return dataclasses.replace(models.find(key), threshold=threshold).predictions()


@st.cache_resource(max_entries=64, show_spinner="Auditing the model")
def _suite_audit(key: str, threshold: float, policy: str) -> Audit:
    return judge(_suite_predictions(key, threshold), policy=policy)
