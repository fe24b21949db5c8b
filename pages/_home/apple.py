"""What the gallery says of the planner."""

from __future__ import annotations

from core import apple_sales
from pages._home.card import Card, Link
from pages._shared.page_def import System


def card() -> Card:
    """Return the card; its figures are counted in the reported tables."""
    sums = sum(one.count for one in apple_sales.checked_identities())
    return Card(
        System.APPLE,
        "Which mix earns most under your limits, and can the plan prove it? Does a file hold "
        "anything to learn before a model is fitted to it?",
        "Reported figures, each with its filing",
        str(len(apple_sales.figures())),
        f"{sums} sums of categories, segments and quarters hold exactly.",
        "Apple's revenue by category and segment, FY2015 to FY2025, units to FY2018, gross "
        "margins; price elasticities are declared assumptions. Or your own problem, or file.",
        (
            Link("apple-sales", "See a plan with its proof"),
            Link("apple-sales-facts", "Read the figures"),
            Link("apple-sales-data", "Test your own file"),
        ),
    )
