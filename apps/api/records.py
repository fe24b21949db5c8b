"""Request bodies: a record is described once, by its fields, and judged by the verb that takes it."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from core.fields import FieldSet


@dataclasses.dataclass(frozen=True)
class Record:
    """Annotation of a mapping: documented by the fields' own model, passed on as it came.

    The verb behind the route validates the record and reports every finding with its rule and
    its mend; validating here as well would report the first of them, in pydantic's words.

    Attributes
    ----------
    fields : FieldSet
        The fields of the record.
    name : str
        Name of the schema in the OpenAPI document.
    """

    fields: FieldSet
    name: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Accept any mapping with text keys, documented as the fields' model."""
        documented = self.fields.pydantic_model(self.name).__pydantic_core_schema__

        def describe(_schema: CoreSchema, describe_schema: GetJsonSchemaHandler) -> JsonSchemaValue:
            return describe_schema(documented)

        return core_schema.dict_schema(
            core_schema.str_schema(),
            core_schema.any_schema(),
            metadata={"pydantic_js_functions": [describe]},
        )
