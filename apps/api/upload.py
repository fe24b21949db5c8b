"""Tables over HTTP: an upload read without touching the disk, a scored table sent back."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from apps.api.errors import Refusal
from core import json_input
from core.errors import InputError

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
FORM = "multipart/form-data"
TABLE = {"schema": {"type": "string", "format": "binary"}}
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            CSV: TABLE,
            PARQUET: TABLE,
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {"file": TABLE["schema"]},
                    "required": ["file"],
                }
            },
        },
    }
}


def upload_of(example: bytes) -> dict[str, Any]:
    """Return the description of a body that is a table, with an example."""
    content = UPLOAD["requestBody"]["content"]
    shown = {CSV: {**TABLE, "example": example.decode("utf-8-sig")}}
    return {"requestBody": {**UPLOAD["requestBody"], "content": {**content, **shown}}}


TABLE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The scored table.", "content": {CSV: TABLE, PARQUET: TABLE}}
}

TEMPLATE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A header and example rows.", "content": {CSV: TABLE}}
}


async def read_upload(request: Request, limit: int) -> tuple[bytes, str]:
    """Return the content of the uploaded table and what to call it.

    Parameters
    ----------
    request : Request
        A request whose body is a CSV or Parquet file, or a form with one file.
    limit : int
        Largest body, in bytes; files up to it stay in memory.

    Raises
    ------
    Refusal
        400 if the form cannot be read, 415 for another content type.
    """
    declared = request.headers.get("content-type", "")
    kind = declared.partition(";")[0].strip().lower()
    if kind in {CSV, PARQUET}:
        return await request.body(), "body"
    if kind == FORM:
        ((name, content),) = await form_files(request, limit)
        return content, name
    raise Refusal(
        415,
        "Content-Type",
        f"{declared} is not read here." if declared else "The content type is missing.",
        f"Send {CSV}, {PARQUET} or {FORM} with one file.",
        value=declared,
    )


async def form_files(request: Request, limit: int, most: int = 1) -> list[tuple[str, bytes]]:
    """Return name and content of the files of a form, in the order in which they were sent.

    Parameters
    ----------
    request : Request
        A request whose body is a form.
    limit : int
        Largest body, in bytes; files up to it stay in memory.
    most : int, optional
        Largest number of files.

    Raises
    ------
    Refusal
        400 if the form cannot be read, or holds no file or too many.
    """
    fix = "Send a form with one file." if most == 1 else f"Send a form with 1 to {most} files."
    try:
        async with aclosing(request.stream()) as stream:
            parser = MultiPartParser(request.headers, stream, max_files=most, max_fields=0)
            parser.spool_max_size = limit
            form = await parser.parse()
    except MultiPartException as error:
        raise Refusal(400, "body", error.message, fix) from None
    uploads = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if not uploads:
        raise Refusal(400, "body", "The form holds no file.", fix)
    try:
        return [(one.filename or "body", await one.read()) for one in uploads]
    finally:
        await form.close()


def table_response(table: bytes, parquet: bool, scored: int, refused: int) -> Response:
    """Send a scored table, with the number of rows scored and refused in its headers."""
    suffix = "parquet" if parquet else "csv"
    return Response(
        table,
        media_type=PARQUET if parquet else CSV,
        headers={
            "Content-Disposition": f'attachment; filename="scored.{suffix}"',
            "X-Rows-Scored": str(scored),
            "X-Rows-Refused": str(refused),
        },
    )


def column_choice(text: str | None) -> dict[str, str | None] | None:
    """Return which column carries which field, from the JSON of a query parameter.

    Raises
    ------
    InputError
        If it is not an object of names.
    """
    if text is None:
        return None
    content = json_input.loads(text.encode("utf-8", "surrogateescape"), "columns")
    if not isinstance(content, dict) or not all(
        value is None or isinstance(value, str) for value in content.values()
    ):
        raise InputError("columns: is not an object of field and column names.")
    return content
