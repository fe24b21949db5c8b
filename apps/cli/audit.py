"""The audit log on the command line: check it, bring it up to date, keep it within its limits."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.cli.audit_lines import status_lines
from apps.cli.spoken import EXIT_REFUSED, AsJson, end, group, print_result
from core.errors import InputError

if TYPE_CHECKING:
    from core.audit.log import AuditLog

app = group("The audit log, and the database of the drift timelines.")

Database = Annotated[
    Literal["audit", "drift"],
    typer.Option(help="Which log: of the estimates, or of the drift timelines."),
]
Before = Annotated[
    datetime.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Entries older than this day (UTC)."),
]


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="A hash noted earlier that must still be there.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="An exported file: check it, and whether it joins the log."),
    ] = None,
    database: Database = "audit",
    as_json: AsJson = False,
) -> None:
    """Check every entry of the log, or of an exported file, against the chain of hashes."""
    with _log(database) as log:
        if file is not None:
            if head is not None:
                raise InputError("Give --head or --file, not both: a head is looked for in a log.")
            from core.audit.export import verify_file

            checked = verify_file(file, log)
            ok, reason, result = checked.ok, checked.reason, checked.to_dict()
        else:
            found = log.verify(head)
            ok, reason, result = found.ok, found.reason, found.to_dict()
    if as_json or ok:
        print_result(result, [f"{reason} Head: {result['head']}"], as_json)
    if not ok:
        end(reason, EXIT_REFUSED)


@app.command()
def status(database: Database = "audit", as_json: AsJson = False) -> None:
    """Say where the log is, how large, from when to when, and what was taken out of it."""
    from core.audit.status import status as verb
    from core.runtime.settings import settings

    with _log(database) as log:
        found = verb(log)
    days = settings().audit_retention_days if database == "audit" else 0
    result = {**found.to_dict(), "retention_days": days}
    print_result(result, status_lines(found, days), as_json)


@app.command()
def migrate(database: Database = "audit", as_json: AsJson = False) -> None:
    """Make the tables, or bring those of an earlier release up to date; nothing is lost."""
    from core.audit.status import migrate as verb

    with _log(database) as log:
        before, after = verb(log)
        place = log.place
    said = f"at revision {after} already" if before == after else f"now at revision {after}"
    result = {"place": place, "before": before, "after": after}
    print_result(result, [f"{place}: {said}."], as_json)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="One entry a line.")],
    before: Before = None,
    database: Database = "audit",
    as_json: AsJson = False,
) -> None:
    """Write the log, or the front that a purge of the same day would remove, to a file."""
    from core.audit.export import export as verb

    with _log(database) as log:
        found = verb(log, out, None if before is None else _midnight(before))
    line = f"Entries {found.first} to {found.last} ({found.n}): {out}. Head: {found.head}"
    print_result({**found.to_dict(), "out": str(out)}, [line], as_json)


@app.command()
def purge(
    before: Before = None,
    older_than: Annotated[
        int | None,
        typer.Option(min=1, metavar="DAYS", help="By default SUITE_AUDIT_RETENTION_DAYS."),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be removed.")] = False,
    yes: Annotated[bool, typer.Option(help="Remove it; without this nothing is removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove entries from the front of the audit log for good; the rest can still be proved.

    Export them first. The timelines of drift are not purged by age, because a stream is replayed
    from its first row: see audit forget.
    """
    from core.audit.retention import purge as verb

    now = _now()
    cutoff = _cutoff(before, older_than, now)
    with _log("audit") as log:
        found = verb(log, before=cutoff, at=now, trial=dry_run or not yes)
    if found.removed and not found.done and not dry_run:
        end(f"{found.sentence()} Nothing was removed: say --yes to do it.", EXIT_REFUSED)
    print_result(found.to_dict(), [found.sentence()], as_json)


@app.command()
def redact(
    request_id: Annotated[str, typer.Argument(metavar="REQUEST_ID", help="Id of the request.")],
    as_json: AsJson = False,
) -> None:
    """Erase what the audit log holds of one request for good; the chain still stands."""
    from core.audit.retention import redact as verb

    with _log("audit") as log:
        found = verb(log, request_id=request_id, at=_now())
    numbers = ", ".join(map(str, found.entries))
    print_result(found.to_dict(), [f"The content of entry {numbers} was erased."], as_json)


@app.command()
def forget(
    stream: Annotated[str, typer.Argument(metavar="STREAM", help="Name of the drift stream.")],
    as_json: AsJson = False,
) -> None:
    """Erase a kept drift stream for good; its name stays taken, and the chain still stands."""
    from core.breast_cancer import DriftTimeline
    from core.runtime.settings import settings

    with contextlib.closing(DriftTimeline(settings().drift_url)) as timeline:
        found = timeline.forget(stream, at=_now())
    line = f"Stream {stream!r} was forgotten: {len(found.entries)} blocks were erased."
    print_result({"stream": stream, **found.to_dict()}, [line], as_json)


@contextlib.contextmanager
def _log(database: str) -> Iterator[AuditLog]:
    from core.audit.log import AuditLog
    from core.runtime.settings import settings

    chosen = settings()
    with contextlib.closing(
        AuditLog(chosen.drift_url if database == "drift" else chosen.audit_url)
    ) as log:
        yield log


def _cutoff(before: datetime.datetime | None, older_than: int | None, now: str) -> str:
    from core.audit.retention import days_ago
    from core.runtime.settings import settings

    if before is not None and older_than is not None:
        raise InputError("Give --before or --older-than, not both.")
    if before is not None:
        return _midnight(before)
    days = older_than or settings().audit_retention_days
    if not days:
        raise InputError(
            "Entries are kept for good, because SUITE_AUDIT_RETENTION_DAYS is 0. "
            "Give --before DATE or --older-than DAYS to remove them all the same."
        )
    return days_ago(days, now)


def _midnight(day: datetime.datetime) -> str:
    return day.replace(tzinfo=datetime.UTC).isoformat()


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()
