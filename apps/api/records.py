"""Request values that the verb behind the route judges, documented but not judged here.

The verb reports every finding about a record with its rule and its mend; a second judge in front
of it would report the same in other words, and could disagree.
"""

from __future__ import annotations

from typing import Any

from pydantic import PlainValidator

from core.fields import FieldSet


def record(model: Any) -> PlainValidator:
    """Return the annotation of a record: any JSON object, documented as ``model``."""
    return PlainValidator(_object, json_schema_input_type=model)


def as_sent(documented: Any) -> PlainValidator:
    """Return the annotation of a value that is passed on as it came, documented as a type."""
    return PlainValidator(_unchanged, json_schema_input_type=documented)


def example(fields: FieldSet) -> dict[str, float]:
    """Return a record of starting values, for the documentation."""
    return {spec.name: spec.default for spec in fields}


def _object(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        message = "is not an object with field names as keys"
        raise ValueError(message)
    return raw


def _unchanged(raw: Any) -> Any:
    return raw
