"""The medication check on the command line."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.guardian_lines import knowledge_lines, review_lines, rule_lines
from apps.cli.spoken import (
    EXIT_NOT_ENOUGH,
    EXIT_REFUSED,
    AsJson,
    Created,
    end,
    group,
    print_result,
    record,
)
from core.errors import InputError

if TYPE_CHECKING:
    from core.guardian import Review

MAX_CASE_BYTES = 8 * 1024 * 1024
MAX_CASE_DEPTH = 40

app = group("Medicines: checked against each other and against the patient.")

CaseFile = Annotated[
    Path, typer.Argument(metavar="CASE.json", help="Case as JSON; - reads standard input.")
]


@app.command()
def check(source: CaseFile, as_json: AsJson = False) -> None:
    """Check a case: medicines, patient, FHIR bundle.

    Exit status 0: no critical alert and nothing left open; 2: a critical alert, or the file is
    refused; 3: no critical alert, but something could not be checked. With --json the document is
    printed in all three cases.
    """
    from core.guardian import review

    found = review(record(source, MAX_CASE_BYTES, "Give one case.", MAX_CASE_DEPTH))
    print_result(found.to_dict(), review_lines(found), as_json)
    _end(found)


@app.command()
def normalise(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A line of a medication list.")],
    as_json: AsJson = False,
) -> None:
    """Say which medicines a line names; status 3 when a part of it is not known."""
    from core.guardian import read_line
    from core.plain import plain

    order = read_line(text)
    lines = [", ".join(order.ingredients) or "(nothing recognised)", *order.notes]
    print_result(plain(order), lines, as_json)
    if order.unrecognised or not order.ingredients:
        near = f" Did you mean {' or '.join(order.suggestions)}?" if order.suggestions else ""
        end(f"Not known: {', '.join(order.unrecognised) or text!r}.{near}", EXIT_NOT_ENOUGH)


@app.command()
def rule(
    key: Annotated[str, typer.Argument(metavar="RULE", help="Id of a rule, as alerts state it.")],
    as_json: AsJson = False,
) -> None:
    """Print a rule with its sources."""
    from core.guardian import knowledge
    from core.plain import plain

    found = knowledge().rules.get(key)
    if found is None:
        raise InputError(f"RULE: there is no rule {key!r}. Alerts state the id of theirs.")
    print_result(plain(found), rule_lines(found), as_json)


@app.command()
def knowledge(as_json: AsJson = False) -> None:
    """Check the knowledge base line by line and count what it holds; status 2 on any fault."""
    from core.guardian import inventory, knowledge_problems

    faults = knowledge_problems()
    found = inventory()
    result = {**found.to_dict(), "problems": faults}
    print_result(result, [*faults, *knowledge_lines(found)], as_json)
    if faults:
        end(f"{len(faults)} faults in the knowledge base.", EXIT_REFUSED)


@app.command()
def seal(created: Created = None, as_json: AsJson = False) -> None:
    """Seal the data files after a change, once no line of them is faulty."""
    from core.guardian import knowledge_problems, seal_knowledge

    faults = knowledge_problems()
    if faults:
        end("\n".join([*faults, f"{len(faults)} faults; nothing was sealed."]), EXIT_REFUSED)
    day = datetime.datetime.now().astimezone() if created is None else created
    version = seal_knowledge(day.date())
    print_result({"version": version}, [f"Sealed as {version}."], as_json)


def _end(found: Review) -> None:
    if any(alert.severity.critical for alert in found.alerts):
        end(found.headline, EXIT_REFUSED)
    if found.gaps:
        end(found.headline, EXIT_NOT_ENOUGH)
