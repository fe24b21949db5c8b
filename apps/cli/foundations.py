"""Foundations on the command line: whether a statement is true on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from apps.cli import foundations_lines as lines
from apps.cli.spoken import EXIT_REFUSED, AsJson, end, group, print_result

MAX_SEED = 2**32 - 1
MAX_FRESH = 1000

Page = Annotated[str | None, typer.Option(help="Key of one article; all by default.")]
Seed = Annotated[
    int, typer.Option(min=0, max=MAX_SEED, help="Seed of every instance and every draw.")
]

app = group("Foundations: statements with derivations, checked on this machine.")


@app.command()
def verify(
    page: Page = None,
    ids: Annotated[
        list[str] | None, typer.Option("--id", help="Number such as GD-3; may be repeated.")
    ] = None,
    seed: Seed = 0,
    fresh: Annotated[
        int,
        typer.Option(min=0, max=MAX_FRESH, help="Check on this many seeds after the given one."),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Check every statement and say both sides, how far apart they are, and how far is allowed.

    Exit status 0: all hold; 2: one does not, with its number on standard error, or there is no
    such article or statement. With --json one list of rows is printed, also when one fails.
    """
    from core.foundations import verify as verb
    from core.foundations import verify_fresh

    if fresh:
        if ids:
            end("--fresh checks whole articles. Leave out --id, or --fresh.", EXIT_REFUSED)
        several = verify_fresh(page, seeds=fresh, first=seed + 1)
        print_result([one.to_dict() for one in several], lines.of_fresh(several), as_json)
        red = [one.id for one in several if one.failed]
    else:
        found = verb(page, ids, seed=seed)
        print_result(found.to_dict(), lines.of_rows(found), as_json)
        red = [row.id for row in found.rows if not row.passed]
    if red:
        end(f"Not true on this machine: {', '.join(red)}.", EXIT_REFUSED)


@app.command("break")
def break_(page: Page = None, seed: Seed = 0, as_json: AsJson = False) -> None:
    """Violate one hypothesis at a time: each statement must fail, in the way that was predicted.

    Exit status 0: all fail as predicted; 2: one does not.
    """
    from core.foundations import breaks, broken

    pairs = [(one, broken(one, seed)) for one in breaks(page)]
    print_result([found.to_dict() for _, found in pairs], lines.of_breaks(pairs), as_json)
    odd = [found.id for _, found in pairs if not found.as_predicted]
    if odd:
        end(f"Not as predicted on this machine: {', '.join(odd)}.", EXIT_REFUSED)


@app.command()
def errata(page: Page = None, seed: Seed = 0, as_json: AsJson = False) -> None:
    """Compute the counterexample to each error of common texts, and what is true instead.

    Exit status 0: all are refuted; 2: one is not.
    """
    from core.foundations import errata as listed
    from core.foundations import refute

    found = [refute(one, seed) for one in listed(page)]
    print_result([one.to_dict() for one in found], lines.of_errata(found), as_json)
    odd = [one.id for one in found if not one.refuted]
    if odd:
        end(f"Not refuted on this machine: {', '.join(odd)}.", EXIT_REFUSED)
