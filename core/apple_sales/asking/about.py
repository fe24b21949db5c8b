"""What is known, where it comes from, and who made this."""

from __future__ import annotations

from core.apple_sales.asking.names import known_names
from core.apple_sales.asking.quote import periods_of, ranges
from core.apple_sales.asking.read import Asked
from core.apple_sales.asking.result import Answer, Quoted, Said
from core.apple_sales.planning.report import NOTICE
from core.apple_sales.reported.data import MARKS, SHA256, checked_identities, figures
from core.viz.text import listed


def coverage(asked: Asked) -> Said:
    """Answer which periods are known."""
    table = figures()
    name = (*asked.names, "Total")[0]
    yearly = ranges(periods_of(name, quarterly=False))
    quarterly = ranges(periods_of(name, quarterly=True))
    counts = table["mark"].value_counts()
    marks = listed([f"{counts[mark]} {mark}" for mark in MARKS if mark in counts])
    subject = "the company" if name == "Total" else name
    return Said(
        f"Revenue of {subject} is known for {yearly}, and for the quarters {quarterly}. Of "
        f"{len(table)} figures, {marks} by source; units end with Q4 FY2018, when Apple stopped "
        "reporting them, and quarters not named were not found in full.",
        f"{len(table)} figures",
        "count of the rows of data/apple_sales",
        (Quoted("Figures", float(len(table)), "figures", "data/apple_sales", "computed"),),
    )


def maker(asked: Asked) -> Said:
    """Answer who made this, and that it is not Apple."""
    return Said(
        f"{NOTICE} The suite is an independent project; nothing here was made, checked or endorsed "
        "by Apple. Answers come from fixed rules over the table of figures, not from a language "
        "model.",
        page="about",
    )


def evidence(asked: Asked, last: Answer | None) -> Said:
    """Answer how the last answer is known, or how any is."""
    if last is not None and last.cells:
        sources = listed(list(dict.fromkeys(one.source for one in last.cells))[:3])
        marks = dict.fromkeys(one.mark for one in last.cells)
        meant = " ".join(f"{mark}: {MARKS[mark]}" for mark in marks if mark in MARKS)
        return Said(
            f'"{last.question}" rests on {len(last.cells)} cells from {sources}. {meant}'.strip(),
            last.figure,
            last.formula,
            last.cells,
            last.page,
        )
    checked = checked_identities()
    sums = sum(one.count for one in checked)
    seals = ", ".join(f"{name} {digest[:12]}" for name, digest in SHA256.items())
    return Said(
        f"Each figure has its filing and a mark in the table of all figures; {sums} sums are "
        f"checked whenever the files are loaded, and their SHA-256 ({seals}) is fixed in the code.",
        f"{sums} sums checked",
        "parts add up to totals, quarters to years",
        (Quoted("Sums checked", float(sums), "sums", "core.apple_sales.checked_identities()",
                "computed"),),
    )  # fmt: skip


def others(asked: Asked) -> Said:
    """Answer that other companies are not here."""
    return Said(
        f"Only Apple's own figures are here, none of {listed(list(asked.companies))}. Known are "
        f"{known_names()}.",
    )


def calendar(asked: Asked) -> Said:
    """Answer that only fiscal periods are known."""
    return Said(
        f'Figures are known for fiscal years and quarters only, not for "{asked.calendar[0]}". '
        "Apple's fiscal year ends on the last Saturday of September, so Q1 runs from October to "
        "December of the year before.",
    )
