"""Where the system's figures come from."""

from __future__ import annotations

from core.apple_sales.reported.data import DATA_FOLDER, SHA256, figures
from core.evidence import About

INTENDED_USE = (
    "Apple sales: research and teaching of planning under declared assumptions, on figures from "
    "public filings. Not affiliated with Apple, and not investment advice."
)
USES = {
    "annual.csv": "Revenue by year; the default planning problem",
    "quarterly.csv": "Revenue and units by quarter; forecasts and elasticities",
    "margins.csv": "Gross margins and operating income",
}


def about() -> About:
    """Return the data with their hashes; no model is trained in advance."""
    rows = len(figures())
    return About(
        intended_use=INTENDED_USE,
        trained="no model is trained in advance",
        models=(),
        data=tuple(
            {
                "Data": f"Reported figures, {name}",
                "Rows": len((DATA_FOLDER / name).read_text(encoding="utf-8").splitlines()) - 1,
                "Use": USES[name],
                "Licence": "facts from public filings",
                "Source": f"{rows:,} figures, each with its filing in the file",
                "SHA-256": sha256,
            }
            for name, sha256 in SHA256.items()
        ),
        libraries=(),
    )
