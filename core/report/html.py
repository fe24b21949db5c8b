"""A report as one HTML file that asks for nothing: no script, no font, no address."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Mapping, Sequence

from core.report.blocks import (
    Block,
    Callout,
    Document,
    Figure,
    Heading,
    KeyValues,
    Paragraph,
    Picture,
    Provenance,
    Table,
)
from core.report.raster import figure
from core.report.text import one_line
from core.viz.theme import STATUSES

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

_STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;padding:24px 20px 48px;max-width:980px;background:#fff;color:#16191d;
font:15px/1.5 "IBM Plex Sans","Segoe UI",Helvetica,Arial,sans-serif;overflow-wrap:break-word}
h1{font-size:26px;line-height:1.2;margin:0 0 4px}
h2{font-size:19px;margin:34px 0 10px;border-bottom:1px solid #d9dee4;padding-bottom:4px}
p{margin:8px 0}
.lead{font-size:18px;font-weight:600}
.small,footer,header p,figcaption{font-size:13px;color:#5a626b}
.call{border-left:5px solid;padding:8px 14px;background:#f6f8fa;font-size:16px}
.wide{overflow-x:auto;margin:10px 0}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid #e3e7ec}
thead th{border-bottom:1.5px solid #747b85}
tbody th{font-weight:400;color:#5a626b;width:30%}
.right{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.mono td{font:12px/1.5 "IBM Plex Mono",Consolas,monospace;overflow-wrap:anywhere}
.mark{font-weight:600;white-space:nowrap}
.figures{display:flex;flex-wrap:wrap;gap:18px}
figure{margin:8px 0;flex:1 1 400px;max-width:460px}
svg,img{width:100%;height:auto;display:block}
svg text{font-family:"IBM Plex Sans","Segoe UI",Helvetica,Arial,sans-serif}
@media(max-width:600px){td:first-child{min-width:140px}.mark{white-space:normal}}
@page{size:A4;margin:15mm}
@media print{body{padding:0;max-width:none;font-size:10.5pt}
h2{break-after:avoid}tr,figure,.call{break-inside:avoid}.wide{overflow:visible}
.figures{display:block}table{font-size:8.5pt}
.call{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""


def html_page(document: Document, marks: Mapping[str, str] | None = None) -> bytes:
    """Return a report as one HTML file, fit for a browser and for printing.

    Parameters
    ----------
    document : Document
        Its blocks; a heading begins a section, figures that follow each other stand side by side.
        Bars and interval bars belong to the PDF and are refused.
    marks : mapping of str to str, optional
        Colours of status words in columns called "Result".

    Returns
    -------
    bytes
        UTF-8; the same for the same document.
    """
    name = _text(document.title)
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{name}</title><style>{_STYLE}</style></head><body>"
        f"<header><h1>{name}</h1><p>{_text(document.subtitle)} "
        f"Issued {document.issued.isoformat()}.</p>"
        f"</header><main>{_body(document.blocks, marks or {})}</main>"
        f"<footer><p>{_text(document.footer)}</p></footer></body></html>\n"
    )
    return page.encode()


def _body(blocks: Sequence[Block], marks: Mapping[str, str]) -> str:
    parts: list[str] = []
    for drawn, run in itertools.groupby(
        blocks, key=lambda block: isinstance(block, Figure | Picture)
    ):
        shown = [_block(block, marks) for block in run]
        parts += [f'<div class="figures">{"".join(shown)}</div>'] if drawn else shown
    sections = "".join(parts).split(_BREAK)
    return sections[0] + "".join(f"<section>{section}</section>" for section in sections[1:])


_BREAK = "\x00"
"""Stands before every heading while a page is put together; no escaped text holds it."""


def _block(block: Block, marks: Mapping[str, str]) -> str:
    match block:
        case Heading(text):
            return f"{_BREAK}<h2>{_text(text)}</h2>"
        case Figure(svg, caption):
            return f"<figure>{svg}<figcaption>{_text(caption)}</figcaption></figure>"
        case Picture():
            return figure(block)
        case Paragraph(text, style):
            return f'<p class="{style}">{_text(text)}</p>'
        case Callout(status, word, text):
            colour = STATUSES[status].colour
            strong = f'<strong style="color:{colour}">{_text(word)}</strong>'
            return f'<p class="call" style="border-color:{colour}">{strong} &nbsp;{_text(text)}</p>'
        case KeyValues(rows):
            return _pairs(rows, "")
        case Provenance(rows):
            return _pairs(rows, ' class="mono"')
        case Table():
            return _table(block, marks)
        case _:
            message = f"a page shows no {type(block).__name__}"
            raise TypeError(message)


def _pairs(rows: tuple[tuple[str, str], ...], kind: str) -> str:
    lines = (
        f'<tr><th scope="row">{_text(name)}</th><td>{_text(value)}</td></tr>'
        for name, value in rows
    )
    return f'<div class="wide"><table{kind}><tbody>{"".join(lines)}</tbody></table></div>'


def _table(table: Table, marks: Mapping[str, str]) -> str:
    head = "".join(
        f'<th scope="col"{_side(table, place)}>{_text(name)}</th>'
        for place, name in enumerate(table.header)
    )
    body = "".join(f"<tr>{''.join(_cells(table, row, marks))}</tr>" for row in table.rows)
    rows = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table>{rows}</table></div>'


def _cells(table: Table, row: tuple[str, ...], marks: Mapping[str, str]) -> Iterator[str]:
    for place, cell in enumerate(row):
        colour = marks.get(cell) if table.header[place] == "Result" else None
        shown = _text(cell)
        if colour is not None:
            shown = f'<span class="mark" style="color:{colour}">{shown}</span>'
        yield f"<td{_side(table, place)}>{shown}</td>"


def _side(table: Table, place: int) -> str:
    return ' class="right"' if place in table.numeric else ""


def _text(text: str) -> str:
    """Return text that a browser shows and does not act on."""
    return html.escape(one_line(text))
