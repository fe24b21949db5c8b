"""Hypothesis strategies built from the field descriptions themselves."""

from __future__ import annotations

from hypothesis import strategies as st

from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC, PREVENTION
from core.fields import FieldSet, FieldSpec


def values(spec: FieldSpec, *, optional: bool = True) -> st.SearchStrategy[float | None]:
    """Values a field accepts; None included when the field may be missing."""
    if spec.is_code:
        accepted: st.SearchStrategy[float] = st.sampled_from([float(c) for c, _ in spec.choices])
    else:
        steps = int((spec.high - spec.low) / spec.step)
        accepted = st.integers(0, steps).map(lambda k: round(spec.low + k * spec.step, 6))
    return st.none() | accepted if optional and not spec.required else accepted


def records(fields: FieldSet, *, optional: bool = False) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries({s.name: values(s, optional=optional) for s in fields})


def _scorable(record: dict) -> bool:
    return sum(record[name] is None for name in CORE_NAMES) <= 5


complete_patients = records(DIAGNOSTIC)
partial_patients = records(DIAGNOSTIC, optional=True).filter(_scorable)
prevention_patients = records(PREVENTION)
