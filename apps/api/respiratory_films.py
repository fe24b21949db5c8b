"""Films over HTTP: read without touching the disk, and judged a few at a time."""

from __future__ import annotations

import itertools
import time
from typing import Any

from starlette.requests import Request

from apps.api.answers import LONG, compute
from apps.api.errors import Refusal
from apps.api.upload import FORM, form_files
from core.respiratory.predict import readings
from core.respiratory.schema import Network, Reading

IMAGES = (
    "image/png",
    "image/jpeg",
    "application/dicom",
    "image/bmp",
    "image/tiff",
    "image/webp",
    "image/gif",
)
ZIP = "application/zip"
MAX_FILMS = 500
AT_ONCE = 4
"""Films read before another request has its turn."""
SECONDS = 300.0

_SMALLER = "Send fewer at a time, or read them on the command line."
_FILE = {"type": "string", "format": "binary"}


def body_of(*, several: bool) -> dict[str, Any]:
    """Return the description of a body that holds a film, or several and archives of them."""
    kinds = (*IMAGES, ZIP) if several else IMAGES
    files = {"type": "array", "items": _FILE, "minItems": 1} if several else _FILE
    name = "files" if several else "file"
    form = {"type": "object", "properties": {name: files}, "required": [name]}
    content: dict[str, Any] = {kind: {"schema": _FILE} for kind in kinds}
    return {"requestBody": {"required": True, "content": {**content, FORM: {"schema": form}}}}


async def receive(request: Request, limit: int, *, several: bool) -> list[tuple[str, bytes]]:
    """Return name and content of what was sent.

    Parameters
    ----------
    request : Request
        A request whose body is an image, or a form with files.
    limit : int
        Largest body, in bytes.
    several : bool
        Whether a form may hold several files, and archives are taken.

    Raises
    ------
    Refusal
        400 if the form cannot be read, 415 for another content type.
    """
    declared = request.headers.get("content-type", "")
    kind = declared.partition(";")[0].strip().lower()
    kinds = (*IMAGES, ZIP) if several else IMAGES
    if kind in kinds:
        return [("body", await request.body())]
    if kind == FORM:
        return await form_files(request, limit, MAX_FILMS if several else 1)
    raise Refusal(
        415,
        "Content-Type",
        f"{declared} is not read here." if declared else "The content type is missing.",
        f"Send {', '.join(kinds)} or {FORM} with {'the files' if several else 'one file'}.",
        value=declared,
    )


async def read_all(films: list[tuple[str, bytes]], model: Network) -> tuple[Reading, ...]:
    """Read films a few at a time, so that other requests have their turn in between.

    Raises
    ------
    Refusal
        422 if archives make them too many, 503 if they take too long.
    """
    end = time.monotonic() + SECONDS
    coming = await compute(lambda: readings(films, model), LONG)
    found: tuple[Reading, ...] = ()
    while few := await compute(lambda: tuple(itertools.islice(coming, AT_ONCE)), LONG):
        found += few
        if len(found) > MAX_FILMS:
            message = f"The archives hold more than {MAX_FILMS} files."
            raise Refusal(422, "body", message, _SMALLER, rule="too-many-films")
        if len(few) == AT_ONCE and time.monotonic() > end:
            message = f"After {SECONDS:g} s only {len(found)} films were read."
            raise Refusal(503, "body", message, _SMALLER, headers={"Retry-After": "60"})
    return found
