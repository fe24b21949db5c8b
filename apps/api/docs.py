"""The API's reference as one plain HTML page, made from the OpenAPI document; fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from starlette.responses import HTMLResponse

from core.runtime.settings import Settings

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


def limits(chosen: Settings) -> str:
    """Return the limits of the service in words.

    Parameters
    ----------
    chosen : Settings
        What was configured.
    """
    rate = chosen.rate_per_minute
    pace = f"A caller may send {rate} requests a minute" if rate else "Callers may send any number"
    return (
        f"{pace}, and the service takes in {chosen.queue_limit} at once; beyond that it answers "
        "429 or 503 with the header Retry-After. A file may have up to "
        f"{chosen.body_limit_bytes} bytes."
    )


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
    operations = "".join(
        _operation(prefix + path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    )
    schemas = "".join(
        f"<h3 id='{escape(name)}'>{escape(name)}</h3>{_object(schema)}"
        for name, schema in document["components"]["schemas"].items()
    )
    html = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<style>{STYLE}</style><h1>{title}</h1>"
        f"<p>Version {escape(document['info']['version'])}</p>"
        f"{_paragraphs(document['info']['description'])}"
        f"<p>For programs: <a href='{escape(prefix)}/openapi.json'>OpenAPI document</a>.</p>"
        f"{operations}<h2>Objects</h2>{schemas}"
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


def _operation(path: str, method: str, operation: Document) -> str:
    parts = [
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>",
        _paragraphs(operation["description"]),
        f"<p>Role: {escape(operation.get('x-role', 'none'))}</p>",
    ]
    parameters = [
        (escape(p["name"]), p["in"], _kind(p["schema"]), escape(p.get("description", "")))
        for p in operation.get("parameters", ())
    ]
    parts.append(_table(("parameter", "in", "value", "meaning"), parameters))
    body = operation.get("requestBody", {"content": {}})
    rows = [("body", escape(media), _kind(c["schema"])) for media, c in body["content"].items()]
    shown = [c["schema"] for c in body["content"].values()]
    for status, response in operation["responses"].items():
        shapes = [(m, _kind(c.get("schema", {}))) for m, c in response.get("content", {}).items()]
        meaning = f"{escape(status)}: {escape(response['description'])}"
        rows += [(meaning, escape(media), kind) for media, kind in shapes]
        shown += response.get("content", {}).values()
    parts.append(_table(("sent and answered", "content type", "object"), rows))
    parts += [_example(one["example"]) for one in shown if "example" in one]
    return "".join(parts)


def _object(schema: Document) -> str:
    required = set(schema.get("required", ()))
    rows = [
        (
            escape(name) if name in required else f"{escape(name)} (optional)",
            _kind(field),
            escape(field.get("description", "")),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    shown = _example(schema["example"]) if "example" in schema else ""
    meaning = _paragraphs(schema.get("description", ""))
    return meaning + _table(("field", "value", "meaning"), rows) + shown


def _example(content: object) -> str:
    return f"<pre>{escape(json.dumps(content, indent=1))}</pre>"


def _kind(schema: Document) -> str:
    """Return the permitted values in words, with a link where an object is meant."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    if "const" in schema:
        return escape(json.dumps(schema["const"]))
    if "enum" in schema:
        return escape(", ".join(json.dumps(value) for value in schema["enum"]))
    if options := schema.get("anyOf", schema.get("oneOf")):
        return " or ".join(_kind(option) for option in options)
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']:g} to {schema['maximum']:g}"
    return _plain_kind(schema)


def _plain_kind(schema: Document) -> str:
    kind = str(schema.get("type", "any"))
    if kind == "array":
        items = [_kind(item) for item in schema.get("prefixItems", ())]
        return f"[{', '.join(items)}]" if items else f"list of {_kind(schema['items'])}"
    values = schema.get("additionalProperties")
    if kind == "object" and isinstance(values, dict):
        return f"object of {_kind(values)}"
    return kind


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table; the cells are HTML."""
    if not rows:
        return ""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n\n") if part.strip())
