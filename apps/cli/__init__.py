"""The command line: ``python -m apps.cli SYSTEM VERB ...``.

With ``--json`` a verb prints one JSON document on standard output and nothing else. Exit status:
0 done, 2 bad input or a failed check (the sentence is on standard error), 3 not enough evidence.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import typer

from apps.cli import (
    apple_sales,
    audit,
    breast_cancer,
    cardiosense,
    foundations,
    guardian,
    respiratory,
    saliency,
    trust,
)
from apps.cli.spoken import EXIT_FAILED, EXIT_NOT_ENOUGH, EXIT_REFUSED, group

__all__ = ["EXIT_FAILED", "EXIT_NOT_ENOUGH", "EXIT_REFUSED", "app", "main"]

app = group("Clinical models that show their reasons, and the proof of them.")
app.add_typer(cardiosense.app, name="cardiosense")
app.add_typer(breast_cancer.app, name="breast-cancer")
app.add_typer(trust.app, name="trust")
app.add_typer(apple_sales.app, name="apple-sales")
app.add_typer(respiratory.app, name="respiratory")
app.add_typer(saliency.app, name="saliency")
app.add_typer(guardian.app, name="guardian")
app.add_typer(foundations.app, name="foundations")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command line; a failure that is ours ends in a sentence too, with status 1."""
    try:
        app()
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        typer.echo(
            f"Something failed here ({type(error).__name__} at {Path(place.filename).name}:"
            f"{place.lineno}). The input was not judged. Please report this line.",
            err=True,
        )
        sys.exit(EXIT_FAILED)
