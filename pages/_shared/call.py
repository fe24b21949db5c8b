"""One question to the suite as code: curl, Python over HTTP, Python itself, the command line."""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from pages._shared.server import locked, origin

INLINE = 1_200
"""Characters of JSON that are shown within a line; longer ones are a file beside it."""

JSON = "application/json"
TYPES = {
    ".csv": "text/csv", ".tsv": "text/csv", ".txt": "text/csv", ".zip": "application/zip",
    ".parquet": "application/vnd.apache.parquet", ".png": "image/png", ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg", ".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff",
    ".webp": "image/webp", ".gif": "image/gif",
}  # fmt: skip
PRINT = "print(json.load(answer))"
AUTHORIZATION = '"Authorization": f"Bearer {os.environ[\'SUITE_API_KEY\']}"'
DICOM = "application/dicom"  # Films as they leave an archive often have no suffix.


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """What the API was to be asked for the same answer.

    Attributes
    ----------
    path : str
        Route below ``/api``, posted to where there is a body; empty if there is none.
    query : mapping
        Parameters; those that are ``None`` are left out.
    body : mapping or None
        Body of JSON.
    file : str
        Name of a file that is the body.
    out : str
        File for an answer that is no JSON; empty to print it.
    python : str
        The same in the suite's own process; empty if there is none.
    command : tuple of str
        Words after ``python -m apps.cli``; empty if there is none.
    given : mapping of str to value
        JSON files that command, Python or a long body read, offered beside the code.
    note : str
        What has to be known of the files.
    """

    path: str
    query: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    file: str = ""
    out: str = ""
    python: str = ""
    command: tuple[str, ...] = ()
    given: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    note: str = ""

    @property
    def url(self) -> str:
        """The whole address, at the server of this page."""
        asked = {name: _plain(value) for name, value in self.query.items() if value is not None}
        query = urlencode(asked, doseq=True)
        return f"{origin()}/api{self.path}{'?' if query else ''}{query}"

    @property
    def files(self) -> dict[str, Any]:
        """JSON files that the shown lines read, by name."""
        if not self.body or self.body in self.given.values() or len(_text(self.body)) <= INLINE:
            return dict(self.given)
        return {**self.given, "request.json": self.body}

    @property
    def kind(self) -> str:
        """Content type of the body; empty if there is none."""
        if self.file:
            return TYPES.get(PurePath(self.file).suffix.lower(), DICOM)
        return JSON if self.body is not None else ""

    @property
    def sent(self) -> str:
        """Name of the file that is the body; empty if the body stands in the line."""
        if self.body is None or len(_text(self.body)) <= INLINE:
            return self.file
        return next(name for name, content in self.files.items() if content == self.body)

    def curl(self) -> str:
        """Return the line for a shell."""
        line = ["curl", shlex.quote(self.url)]
        if locked():
            line.append('-H "Authorization: Bearer $SUITE_API_KEY"')
        if self.kind:
            what = f"@{self.sent}" if self.sent else _text(self.body)
            option = "-d" if self.body is not None else "--data-binary"
            line += ["-H", shlex.quote(f"Content-Type: {self.kind}"), option, shlex.quote(what)]
        if self.out:
            line += ["-o", shlex.quote(self.out)]
        return " ".join(line)

    def over_http(self) -> str:
        """Return Python that needs nothing but its standard library."""
        content = f"Path({self.sent!r}).read_bytes()" if self.sent else _dumped(self.body)
        shown = f"Path({self.out!r}).write_bytes(answer.read())" if self.out else PRINT
        inline = self.body is not None and not self.sent
        used = {"json": inline or not self.out, "os": locked(), "urllib.request": True}
        lines = [f"import {name}" for name, needed in used.items() if needed]
        lines += ["from pathlib import Path"] if self.sent or self.out else []
        lines += ["", "request = urllib.request.Request(", f"    {self.url!r},"]
        lines += [f"    data={content},"] if self.kind else []
        headers = [f'"Content-Type": "{self.kind}"'] if self.kind else []
        headers += [AUTHORIZATION] if locked() else []
        lines += [f"    headers={{{', '.join(headers)}}},"] if headers else []
        lines += [")", "with urllib.request.urlopen(request) as answer:", f"    {shown}"]
        return "\n".join(lines)

    def line(self) -> str:
        """Return the command line; empty if there is none."""
        return shlex.join(["python", "-m", "apps.cli", *self.command]) if self.command else ""

    def forms(self) -> dict[str, tuple[str, str]]:
        """Return each form there is by its title: text and language."""
        every = {
            "curl": (self.curl() if self.path else "", "bash"),
            "Python over HTTP": (self.over_http() if self.path else "", "python"),
            "Python": (self.python, "python"),
            "Command line": (self.line(), "bash"),
        }
        return {title: form for title, form in every.items() if form[0]}


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _text(body: Any) -> str:
    return json.dumps(body, allow_nan=False)


def _dumped(body: Any) -> str:
    return f"json.dumps({json.loads(_text(body))!r}).encode()"
