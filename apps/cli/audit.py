"""The audit log on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from apps.cli.spoken import EXIT_REFUSED, AsJson, end, group, print_result

app = group("The audit log.")


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="A hash noted earlier that must still be there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry of the audit log against the chain of hashes."""
    from core.audit.log import AuditLog
    from core.runtime.settings import settings

    found = AuditLog(settings().audit_url).verify(head)
    if as_json or found.ok:
        print_result(found.to_dict(), [f"{found.reason} Head: {found.head}"], as_json)
    if not found.ok:
        end(found.reason, EXIT_REFUSED)
