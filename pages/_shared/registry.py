"""The pages of the suite, as data: navigation, home gallery, documentation and tests read it."""

from __future__ import annotations

from pages._shared.clinical_pages import CLINICAL
from pages._shared.foundation_pages import FOUNDATIONS
from pages._shared.page_def import PageDef, System

PAGES: tuple[PageDef, ...] = (
    PageDef(
        "", "home.py", "Home", System.SUITE, ":material/home:",
        "Clinical models that show their reasons, and the proof of them.", clinical=False,
    ),
    PageDef(
        "about", "about.py", "About", System.SUITE, ":material/info:",
        "Models, versions, hashes, data, licences and intended use.", clinical=False,
    ),
    *CLINICAL,
    PageDef(
        "trustlens", "trustlens.py", "Audit", System.TRUST, ":material/fact_check:",
        "See which claims about a model the data show, which they break, and which stay open.",
    ),
    PageDef(
        "trustlens-compare", "trustlens_compare.py", "Compare", System.TRUST,
        ":material/compare_arrows:",
        "Hold two models against each other on the same rows, with paired intervals.",
    ),
    PageDef(
        "trustlens-original", "trustlens_original.py", "0.5.0 view", System.TRUST,
        ":material/history:",
        "Read what the original's score says of the same predictions, and where it misleads.",
    ),
    PageDef(
        "apple-sales", "apple_sales.py", "Plan", System.APPLE, ":material/route:",
        "Choose the mix that earns most under your limits, with proof that no plan beats it.",
        clinical=False,
    ),
    PageDef(
        "apple-sales-stress", "apple_sales_stress.py", "Stress", System.APPLE,
        ":material/science:",
        "See what the plan is worth when its assumptions are wrong.", clinical=False,
    ),
    PageDef(
        "apple-sales-facts", "apple_sales_facts.py", "Facts", System.APPLE,
        ":material/receipt_long:",
        "Read what Apple reported, each figure with its filing.", clinical=False,
    ),
    PageDef(
        "apple-sales-inference", "apple_sales_inference.py", "Inference", System.APPLE,
        ":material/query_stats:",
        "Tell differences from chance, and see what sales figures cannot teach.", clinical=False,
    ),
    PageDef(
        "apple-sales-structure", "apple_sales_structure.py", "Structure", System.APPLE,
        ":material/bubble_chart:",
        "Ask whether there are groups at all before naming them.", clinical=False,
    ),
    PageDef(
        "apple-sales-forecast", "apple_sales_forecast.py", "Forecast", System.APPLE,
        ":material/timeline:",
        "Forecast the quarters, and see how such forecasts fared before.", clinical=False,
    ),
    PageDef(
        "apple-sales-data", "apple_sales_data.py", "Your data", System.APPLE,
        ":material/upload_file:",
        "Find out whether a file holds anything to learn before a model is fitted to it.",
        clinical=False,
    ),
    PageDef(
        "apple-sales-report", "apple_sales_report.py", "Questions", System.APPLE,
        ":material/quiz:",
        "Ask in words, and get the figure with the formula and the cells behind it.",
        clinical=False,
    ),
    *FOUNDATIONS,
)  # fmt: skip


def page(slug: str) -> PageDef:
    """Return the page with this slug; raises ``KeyError`` when there is none."""
    for definition in PAGES:
        if definition.slug == slug:
            return definition
    raise KeyError(slug)


def by_system() -> dict[System, list[PageDef]]:
    """Return the pages under the systems they belong to, in order."""
    return {system: [p for p in PAGES if p.system is system] for system in System}
