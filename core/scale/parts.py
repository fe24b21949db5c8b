"""Parts on disk: each whole or not there, with a receipt; one run at a time in a folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from core.artifacts import write_json
from core.errors import InputError, SuiteError

WORK = "work.json"
LOCK = ".lock"
RECEIPT = ".receipt.json"

_KEY = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,16}")
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{16}\.tmp(\.[a-z0-9]+)*")


def require_key(key: str, before: str) -> None:
    """Refuse a key that is no name of a part, or does not come after the key before it.

    Raises
    ------
    InputError
    """
    if not _KEY.fullmatch(key):
        raise InputError(
            f"units: {key!r} is no name of a part. Use lower-case letters, digits, dashes and "
            "slashes between them."
        )
    if key <= before:
        raise InputError(
            f"units: the key {key} comes after {before}. Give every unit a key of its own, sorted."
        )


def part_path(folder: Path, key: str, suffix: str) -> Path:
    """Return where a part lies."""
    return folder / f"{key}{suffix}"


def claim(folder: Path, digest: str, name: str, suffix: str) -> None:
    """Make a folder that of one digest; to be called while it is held.

    Raises
    ------
    InputError
        If it belongs to another digest, or the suffix is none.
    """
    if not _SUFFIX.fullmatch(suffix):
        raise InputError(f"suffix: {suffix!r} is none. Give a dot and letters, as in .parquet.")
    path = folder / WORK
    if not path.exists():
        with whole(path) as unfinished:
            write_json(unfinished, {"digest": digest, "name": name, "suffix": suffix})
        return
    found = _json(path)
    if (found.get("digest"), found.get("suffix")) != (digest, suffix):
        raise InputError(
            f"folder: {folder} holds parts of other work ({found.get('name', 'unknown')}, digest "
            f"{str(found.get('digest', 'unknown'))[:12]}; this one is {digest[:12]}). "
            "Choose another folder."
        )


def withdraw(report: Path, folder: Path, digest: str) -> None:
    """Remove the report on a folder of parts that a run of the same digest may change."""
    if _json(folder / WORK).get("digest") == digest:
        report.unlink(missing_ok=True)


@contextlib.contextmanager
def held(folder: Path) -> Iterator[str]:
    """Hold a folder for one run, and yield the token by which workers know that they see it.

    The operating system lets go of the folder when the process ends, however it ends. What dead
    runs left unfinished is removed, and so is what this one leaves.

    Raises
    ------
    InputError
        If another run holds it, or it holds files of something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / WORK).exists() and any(_foreign(path) for path in folder.iterdir()):
        raise InputError(f"folder: {folder} holds other files. Choose a new or an empty folder.")
    with locked(folder / LOCK, f"folder: {folder}") as token, swept(folder):
        yield token


@contextlib.contextmanager
def swept(folder: Path) -> Iterator[None]:
    """Remove what was left unfinished in a folder and below it, before the block and after it."""
    _sweep(folder)
    try:
        yield
    finally:
        _sweep(folder)


@contextlib.contextmanager
def locked(path: Path, name: str) -> Iterator[str]:
    """Hold a lock file until the block or the process ends, and yield a token written into it.

    Raises
    ------
    InputError
        If another process holds it; the text begins with ``name``.
    """
    import fcntl  # POSIX only; on other systems the module can still be imported

    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _json(path)
            raise InputError(
                f"{name} is in use by process {owner.get('pid', 'unknown')} on "
                f"{owner.get('host', 'unknown')}. Wait until it has ended."
            ) from None
        token = secrets.token_hex(8)
        file.truncate(0)
        json.dump({"host": socket.gethostname(), "pid": os.getpid(), "token": token}, file)
        file.flush()
        yield token


def require_token(path: Path, token: str) -> None:
    """Refuse to work in a process that does not see the lock file of the run.

    Raises
    ------
    SuiteError
    """
    if _json(path).get("token") != token:
        raise SuiteError(
            f"Process {os.getpid()} on {socket.gethostname()} does not see {path.parent} as this "
            "run does. Give every worker the same disk under the same path."
        )


def finished(folder: Path, key: str, suffix: str, digest: str) -> Mapping[str, Any] | None:
    """Return the summary of a part whose receipt holds; ``None`` where it must be made."""
    receipt, path = _json(folder / f"{key}{RECEIPT}"), part_path(folder, key, suffix)
    try:
        whole_part = (
            receipt.get("digest") == digest
            and receipt.get("bytes") == path.stat().st_size
            and receipt.get("sha256") == sha256(path)
            and receipt.get("summary_sha256") == _sha256_of(receipt.get("summary"))
        )
    except FileNotFoundError:
        return None
    summary = receipt.get("summary")
    return summary if whole_part and isinstance(summary, dict) else None


def make_part(
    make: Callable[..., Mapping[str, Any]],
    arguments: tuple[Any, ...],
    folder: Path,
    key: str,
    suffix: str,
    digest: str,
    token: str,
) -> tuple[str, Mapping[str, Any]]:
    """Make one part and its receipt, wherever this process runs; return its key and summary.

    Raises
    ------
    SuiteError
        If this process does not see the folder of the run, or the function wrote nothing or
        returned what JSON cannot hold.
    """
    require_token(folder / LOCK, token)
    path = part_path(folder, key, suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as unfinished:
        summary = _plain(make(unfinished, *arguments), key)
        if not unfinished.is_file():
            raise SuiteError(f"The function that makes the part {key} wrote no file.")
        receipt = {
            "bytes": unfinished.stat().st_size,
            "digest": digest,
            "sha256": sha256(unfinished),
            "summary": summary,
            "summary_sha256": _sha256_of(summary),
        }
    with whole(folder / f"{key}{RECEIPT}") as unfinished:
        write_json(unfinished, receipt)
    return key, summary


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield the name under which to write a file that is then complete on the disk, or not there.

    The name keeps the suffix of the file, since libraries choose formats by it.
    """
    unfinished = path.with_name(f".{path.stem}.{secrets.token_hex(8)}.tmp{path.suffix}")
    try:
        yield unfinished
        _to_disk(unfinished)
        unfinished.replace(path)
        _to_disk(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256_of(summary: object) -> str:
    return hashlib.sha256(json.dumps(summary, sort_keys=True).encode()).hexdigest()


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(summary: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a summary as its receipt gives it back, so that a resumed run returns the same."""
    try:
        text = json.dumps(dict(summary), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SuiteError(f"The summary of the part {key} is no JSON object: {error}.") from error
    plain: dict[str, Any] = json.loads(text)
    return plain


def _json(path: Path) -> dict[str, Any]:
    """Return a JSON object; an empty one where the file is missing or damaged."""
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _foreign(path: Path) -> bool:
    return path.name != LOCK and not _UNFINISHED.fullmatch(path.name)


def _sweep(folder: Path) -> None:
    for path in folder.rglob(".*"):
        if _UNFINISHED.fullmatch(path.name):
            path.unlink(missing_ok=True)
