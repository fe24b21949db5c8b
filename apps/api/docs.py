"""The API's reference as one plain HTML page, made from the OpenAPI document; fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from starlette.responses import HTMLResponse

Document = Mapping[str, Any]

STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8888 } h2 code { font-size: 1em }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0 }
th { font-weight: 600 } pre { overflow-x: auto; padding: .8rem; border: 1px solid #8888 }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'"


def page(document: Document, prefix: str) -> HTMLResponse:
    """Render the reference.

    Parameters
    ----------
    document : mapping
        The OpenAPI document.
    prefix : str
        Path under which the API is mounted; empty when it runs alone.
    """
    title = escape(document["info"]["title"])
    body = "".join(
        _operation(document, prefix + path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    )
    html = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<style>{STYLE}</style><h1>{title}</h1>{_paragraphs(document['info']['description'])}"
        f"<p>For programs: <a href='{escape(prefix)}/openapi.json'>OpenAPI document</a>.</p>{body}"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


def _operation(document: Document, path: str, method: str, operation: Document) -> str:
    parts = [
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>",
        f"<p><strong>{escape(operation.get('summary', ''))}</strong></p>",
        _paragraphs(operation.get("description", "")),
    ]
    if parameters := operation.get("parameters"):
        rows = [
            (p["name"], p["in"], _kind(p["schema"]), p.get("description", "")) for p in parameters
        ]
        parts.append(_table("Parameters", ("name", "in", "value", "meaning"), rows))
    content = operation.get("requestBody", {}).get("content", {})
    for media, described in content.items():
        parts.append(_schema(document, f"Request body, {media}", described["schema"]))
    for status, response in operation["responses"].items():
        parts.append(_response(document, status, response))
    return "".join(parts)


def _response(document: Document, status: str, response: Document) -> str:
    content: Document = next(iter(response.get("content", {}).values()), {"schema": {}})
    schema = content.get("schema", {})
    line = f"<h3>{escape(status)}: {escape(response['description'])}</h3>"
    return line + _schema(document, "", schema) if status.startswith("2") else line


def _schema(document: Document, heading: str, schema: Document) -> str:
    title = f"<h3>{escape(heading)}</h3>" if heading else ""
    return title + "".join(_object(document, shape) for shape in _alternatives(document, schema))


def _object(document: Document, shape: Document) -> str:
    required = set(shape.get("required", ()))
    rows = [
        (
            name if name in required else f"{name} (optional)",
            _kind(_resolve(document, field)),
            field.get("description", ""),
        )
        for name, field in shape.get("properties", {}).items()
    ]
    example = shape.get("example") or next(iter(shape.get("examples", ())), None)
    shown = f"<pre>{escape(json.dumps(example, indent=1))}</pre>" if example else ""
    return (_table("", ("field", "value", "meaning"), rows) if rows else "") + shown


def _alternatives(document: Document, schema: Document) -> Iterator[Document]:
    schema = _resolve(document, schema)
    options = schema.get("oneOf") or schema.get("anyOf")
    if not options:
        yield schema
        return
    for option in options:
        yield from _alternatives(document, option)


def _resolve(document: Document, schema: Document) -> Document:
    if "$ref" not in schema:
        return schema
    found: Document = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _kind(schema: Document) -> str:
    """Return the permitted values in words."""
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return ", ".join("missing" if v is None else json.dumps(v) for v in schema["enum"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(_kind(option) for option in options)
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']:g} to {schema['maximum']:g}"
    kind = str(schema.get("type", "any"))
    return f"list of {_kind(schema['items'])}" if kind == "array" and "items" in schema else kind


def _table(heading: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    title = f"<h3>{escape(heading)}</h3>" if heading else ""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"{title}<table><tr>{top}</tr>{body}</table>"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n\n") if part.strip())
